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
use shop_domain::fulfilment::State;
use shop_domain::order::{Command, Failure, Placement, Sender, Shelf, Status, TakeBack};
use shop_domain::values::{Line, Means, Money, OrderId, Personal, ShipmentId, Sku, Totals, WarehouseId};
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
    Means { card: Some(Personal::Clear("tok_ok".parse().unwrap())), address: None }
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
                world.stock(&place, &stock::Command::Receive { quantity, delivery_note: None, intake });
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
    Withdraw,
    Ship,
    Arrive,
    BeTooLate,
    Pay,
    WriteOff,
    TakeBack,
}

fn step() -> impl Strategy<Value = (Step, usize)> {
    let steps = prop_oneof![
        20 => Just(Step::Deliver),
        8 => Just(Step::DeliverTwice),
        1 => Just(Step::Cancel),
        2 => Just(Step::Withdraw),
        2 => Just(Step::Ship),
        2 => Just(Step::Arrive),
        1 => Just(Step::BeTooLate),
        2 => Just(Step::Pay),
        1 => Just(Step::WriteOff),
        2 => Just(Step::TakeBack),
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
        Provider::Lapses,
        Provider::Expires,
        Provider::TakesLess,
        Provider::Returns,
        Provider::ReturnsPart,
        Provider::RefusesParts,
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
            Step::Cancel => {
                let by = Sender::Account(placement(&[], 0).account);
                self.order(&order, &Command::Cancel { by, reason: None });
            }
            Step::Withdraw => self.withdraw(&order, choice),
            Step::Ship => self.order(&order, &Command::Ship { tracking: BTreeMap::new() }),
            Step::Arrive => self.arrive(&order),
            Step::BeTooLate => self.pass_deadline(&order),
            Step::Pay => self.replace_card(&order),
            Step::WriteOff => self.order(&order, &Command::WriteOff { reason: "lost".parse().unwrap() }),
            Step::TakeBack => self.take_back(&order, choice),
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

    /// The staff withdraw a product from a warehouse.
    fn withdraw(&mut self, order: &OrderId, choice: usize) {
        let sku: Sku = SKUS[choice % SKUS.len()].parse().unwrap();
        let warehouse: WarehouseId = WAREHOUSES[choice / SKUS.len() % WAREHOUSES.len()].parse().unwrap();
        let is_held =
            matches!(&self.processes[order].state, State::Started(process) if process.is_held(&warehouse, &sku));
        let reason = "damaged".parse().unwrap();
        self.order(order, &Command::WithdrawReservation { warehouse, sku, is_held, reason });
    }

    /// Some of the goods come back, for what they are worth or for less, to a warehouse or to none.
    fn take_back(&mut self, order: &OrderId, choice: usize) {
        let some = |(number, sku): (usize, &&str)| {
            let quantity = u64::try_from(choice >> (2 * number) & 3).unwrap();
            Some((sku.parse().unwrap(), quantity.try_into().ok()?))
        };
        let warehouse = WAREHOUSES.get(choice % 4).map(|warehouse| warehouse.parse().unwrap());
        let wanted = TakeBack {
            goods: SKUS.iter().enumerate().filter_map(some).collect(),
            refund: choice.is_multiple_of(3).then(|| placement(&[], 0).totals.total),
            shelf: warehouse.map(|warehouse| Shelf { warehouse, intake: stock::Intake::Open }),
            reason: "too big".parse().unwrap(),
        };
        self.order(order, &Command::TakeBack(wanted));
    }

    fn replace_card(&mut self, order: &OrderId) {
        self.order(
            order,
            &Command::ReplaceCard { by: Sender::Staff, card: Personal::Clear("tok_other".parse().unwrap()) },
        );
    }

    /// The staff ship all orders that they can, and carriers deliver them. Another card pays what is owed.
    fn settle(&mut self) {
        let orders: Vec<_> = self.processes.keys().cloned().collect();
        self.drain();
        for _ in 0..3 {
            for order in &orders {
                self.replace_card(order);
            }
            self.drain();
            for order in &orders {
                self.order(order, &Command::Ship { tracking: BTreeMap::new() });
            }
            self.drain();
        }
        for order in &orders {
            self.arrive(order);
        }
        self.drain();
        for _ in 0..3 {
            for order in &orders {
                self.replace_card(order);
            }
            self.drain();
        }
        for (number, order) in orders.iter().enumerate() {
            self.take_back(order, 0b1101 + number);
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

    /// `rules` hold at every step that an order fails for lack of goods only if they were not there at some moment.
    #[test]
    fn orders_that_compete_for_goods_all_get_them_if_there_are_enough(
        mugs in vec(0..9_u64, 3), wanted in vec(1..9_u64, 2..7), choices in vec(any::<usize>(), 0..200),
    ) {
        let stocks: Vec<_> = mugs.iter().flat_map(|mugs| [*mugs, 0]).collect();
        let (mut world, received) = shop(&stocks);
        for (number, quantity) in wanted.iter().enumerate() {
            world.check_out(&id(number), placement(&[*quantity], 100), Ok(means()), Provider::Authorises);
        }
        for choice in choices {
            world.take(Step::Deliver, choice);
        }
        world.settle();
        hold_at_the_end(&world, &received);
        let served = (0..wanted.len()).filter(|number| status_of(&world, &id(*number)) == Some(&Status::Delivered));
        let enough = wanted.iter().sum::<u64>() <= mugs.iter().sum();
        prop_assert!(!enough || served.count() == wanted.len());
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
        ("payment", world.payments[&id.clone().into()].commits),
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

#[test]
fn two_orders_of_five_share_eight_and_three() {
    let (mut world, received) = shop(&[8, 0, 3]);
    for number in 0..2 {
        world.check_out(&id(number), placement(&[5], 100), Ok(means()), Provider::Authorises);
    }
    // In the order in which they were sent: both processes see the view before anything is reserved.
    while !world.on_the_way.is_empty() {
        let first = world.on_the_way.remove(0);
        world.deliver(first);
    }
    world.settle();
    assert_eq!([0, 1].map(|number| status_of(&world, &id(number)).cloned()), [0, 1].map(|_| Some(Status::Delivered)));
    hold_at_the_end(&world, &received);
}
