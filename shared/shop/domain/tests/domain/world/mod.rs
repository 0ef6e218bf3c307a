//! The whole shop, with messages in any order: it comes to an end, and everything agrees.

mod histories;
mod owners;
mod rules;
mod shop;

use crate::world::rules::{hold_at_the_end, status_of};
use crate::world::shop::{Provider, World};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shop_domain::order::{Command, Failure, Placement, Status};
use shop_domain::values::{Line, Means, Money, OrderId, ShipmentId, Sku, Totals};
use shop_domain::{shipment, stock};
use std::collections::BTreeMap;

const SKUS: [&str; 2] = ["mug", "pot"];
const WAREHOUSES: [&str; 3] = ["berlin", "bonn", "ulm"];

fn id(number: usize) -> OrderId {
    format!("{number:032x}").parse().unwrap()
}

fn placement(quantities: &[u64], price: i64) -> Placement {
    let euro = |amount| Money::new(amount, "EUR".parse().unwrap()).unwrap();
    let lines: Vec<_> = SKUS.iter().zip(quantities).filter(|(_, quantity)| **quantity > 0).collect();
    let total = lines.iter().map(|(_, quantity)| price * i64::try_from(**quantity).unwrap()).sum();
    Placement {
        account: "a".repeat(32).parse().unwrap(),
        lines: lines
            .into_iter()
            .map(|(sku, quantity)| Line {
                sku: sku.parse().unwrap(),
                quantity: (*quantity).try_into().unwrap(),
                unit_price: euro(price),
                category: None,
            })
            .collect(),
        totals: Totals { net: euro(total), tax: euro(0), total: euro(total) },
        card: None,
        address: None,
    }
}

fn means() -> Means {
    Means { card: Some("tok_ok".parse().unwrap()), address: None }
}

/// A shop with this stock of each product in each warehouse, and its total stock.
fn shop(stocks: &[u64]) -> (World, BTreeMap<Sku, u64>) {
    let (mut world, mut received) = (World::default(), BTreeMap::new());
    let places = WAREHOUSES.iter().flat_map(|warehouse| SKUS.iter().map(move |sku| (warehouse, sku)));
    for ((warehouse, sku), number) in places.zip(stocks) {
        let place = (warehouse.parse().unwrap(), sku.parse::<Sku>().unwrap());
        *received.entry(place.1.clone()).or_default() += number;
        match (*number).try_into() {
            Ok(quantity) => {
                let intake = stock::Intake::Open;
                world.stock(place, &stock::Command::Receive { quantity, delivery_note: None, intake });
            }
            Err(_) => drop(world.stocks.entry(place).or_default()),
        }
    }
    (world, received)
}

/// What happens next, besides messages.
#[derive(Clone, Copy, Debug)]
enum Step {
    Deliver,
    DeliverTwice,
    Cancel,
    Ship,
    Arrive,
    BeTooLate,
}

fn step() -> impl Strategy<Value = (Step, usize)> {
    let steps = prop_oneof![
        20 => Just(Step::Deliver),
        8 => Just(Step::DeliverTwice),
        1 => Just(Step::Cancel),
        2 => Just(Step::Ship),
        2 => Just(Step::Arrive),
        1 => Just(Step::BeTooLate),
    ];
    (steps, any::<usize>())
}

fn provider() -> impl Strategy<Value = Provider> {
    select(vec![
        Provider::Authorises,
        Provider::AuthorisesLate,
        Provider::Captures,
        Provider::Declines,
        Provider::FailsToCapture,
    ])
}

/// An order: how many of each product at which price, of whom, and what becomes of the payment.
fn order() -> impl Strategy<Value = (Placement, Result<Means, Failure>, Provider)> {
    let accounts = prop_oneof![9 => Just(Ok(means())), 1 => Just(Err(Failure::AccountNotActive))];
    let bought = (vec(0..4_u64, 2), prop_oneof![5 => 1..500_i64, 1 => Just(0)]);
    let bought = bought.prop_filter("something", |(quantities, _)| quantities.iter().sum::<u64>() > 0);
    (bought, accounts, provider())
        .prop_map(|((quantities, price), account, provider)| (placement(&quantities, price), account, provider))
}

impl World {
    fn take(&mut self, step: Step, choice: usize) {
        let order = id(choice % self.processes.len());
        let before = status_of(self, &order).cloned();
        match step {
            Step::Deliver | Step::DeliverTwice if self.on_the_way.is_empty() => {}
            Step::Deliver => {
                let message = self.on_the_way.swap_remove(choice % self.on_the_way.len());
                self.deliver(message);
            }
            Step::DeliverTwice => self.deliver(self.on_the_way[choice % self.on_the_way.len()].clone()),
            Step::Cancel => self.order(&order, &Command::Cancel { by: placement(&[], 0).account, reason: None }),
            Step::Ship => self.order(&order, &Command::Ship { tracking: BTreeMap::new() }),
            Step::Arrive => self.arrive(&order),
            Step::BeTooLate => self.pass_deadline(&order),
        }
        if let (Some(before), Some(after)) = (before, status_of(self, &order)) {
            let ended = matches!(before, Status::Failed(_) | Status::Cancelled(_) | Status::Delivered);
            assert!(!ended || before == *after, "{before:?} became {after:?}");
        }
    }

    fn arrive(&mut self, order: &OrderId) {
        for warehouse in WAREHOUSES {
            let shipment = ShipmentId::of(order, &warehouse.parse().unwrap());
            self.shipment(&shipment, &shipment::Command::Deliver);
        }
    }

    /// The staff ship all orders that they can, and carriers deliver them.
    fn settle(&mut self) {
        let orders: Vec<_> = self.processes.keys().cloned().collect();
        self.drain();
        for order in &orders {
            self.order(order, &Command::Ship { tracking: BTreeMap::new() });
        }
        self.drain();
        for order in &orders {
            self.arrive(order);
        }
        self.drain();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn whatever_comes_in_whatever_order_and_however_often_all_of_it_agrees_in_the_end(
        stocks in vec(0..5_u64, 6), orders in vec(order(), 1..4), steps in vec(step(), 0..150),
    ) {
        let (mut world, received) = shop(&stocks);
        for (number, (placement, account, provider)) in orders.into_iter().enumerate() {
            world.check_out(&id(number), placement, account, provider);
        }
        for (step, choice) in steps {
            world.take(step, choice);
        }
        world.settle();
        hold_at_the_end(&world, &received);
    }
}

#[test]
fn a_simple_order_costs_these_commits() {
    let (mut world, received) = shop(&[5]);
    world.check_out(&id(0), placement(&[2], 100), Ok(means()), Provider::Authorises);
    world.settle();
    hold_at_the_end(&world, &received);
    let id = id(0);
    let shipment = ShipmentId::of(&id, &"berlin".parse().unwrap());
    let stock = ("berlin".parse().unwrap(), "mug".parse().unwrap());
    let commits = [
        ("order", world.orders[&id].commits),
        ("fulfilment", world.processes[&id].commits),
        ("stock, without what came in", world.stocks[&stock].commits - 1),
        ("payment", world.payments[&id].commits),
        ("invoice", world.invoices[&id].commits),
        ("shipment", world.shipments[&shipment].commits),
    ];
    let expected = [
        ("order", 4),
        ("fulfilment", 14),
        ("stock, without what came in", 2),
        ("payment", 2),
        ("invoice", 2),
        ("shipment", 3),
    ];
    assert_eq!(commits, expected);
}
