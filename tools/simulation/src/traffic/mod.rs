//! The clients of a run: staff who fill the shop, and customers who buy, cancel, and repeat requests.

mod client;
mod customer;
pub(crate) mod operator;
mod returning;
mod shared;

pub(crate) use shared::Traffic;

use crate::actions::ClientAction;
use crate::world::lock;
use client::Client;
use fastrand::Rng;
use shared::CUSTOMERS;
use shop_domain::values::{OrderId, ShipmentId, Sku, WarehouseId};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The number of products.
const PRODUCTS: usize = 4;
const WAREHOUSES: [&str; 3] = ["berlin", "bonn", "kiel"];
/// The minimum number of actions of the staff, and the minimum length of the log before they stop.
const STAFF_ACTIONS: usize = 16;
const COMMITS: usize = 200;

impl Traffic {
    /// Fills the shop, starts the customers, and continues to work beside them.
    pub(crate) async fn staff(self: Arc<Self>) {
        let staff = self.clone().sam();
        for product in skus() {
            let price = self.world.dice(|dice| dice.i64(0..5_000));
            let _ = staff.ask(ClientAction::RegisterProduct { sku: product.clone(), price }).await;
            let _ = staff.ask(ClientAction::ListProduct { sku: product.clone() }).await;
            for warehouse in warehouses() {
                let quantity = self.world.dice(|dice| dice.u32(3..=12));
                let _ = staff.ask(ClientAction::ReceiveStock { warehouse, sku: product.clone(), quantity }).await;
            }
        }
        for subject in subjects() {
            let customer = Client { traffic: self.clone(), subject };
            self.world.spawner.spawn(crate::executor::Owner::World, Box::pin(customer.shop()));
        }
        let mut actions = 0;
        while actions < STAFF_ACTIONS || self.world.stores.log.len() < COMMITS {
            staff.think().await;
            let action = self.any_staff_action();
            let _ = staff.ask(action).await;
            actions += 1;
        }
        self.active.fetch_sub(1, Ordering::Relaxed);
    }

    /// A member of the staff.
    fn sam(self: Arc<Self>) -> Client {
        Client { traffic: self, subject: "staff:sam".to_owned() }
    }

    fn any_staff_action(&self) -> ClientAction {
        let (orders, accounts) = (lock(&self.orders).clone(), lock(&self.accounts).clone());
        self.world.dice(|dice| {
            if let Some(order) = dice.choice(orders)
                && dice.u8(..6) == 0
            {
                return match dice.u8(..11) {
                    0..4 => ClientAction::ShipOrder { order },
                    4 => ClientAction::WriteOffOrder { order },
                    5 => ClientAction::RefuseOrder { order },
                    6 => any_withdrawal(order, dice),
                    7 => any_return(order, skus().into_iter().map(|sku| (sku, 2)), dice),
                    _ => any_delivery(&order, dice),
                };
            }
            if let Some(account) = dice.choice(accounts)
                && dice.u8(..16) == 0
            {
                let suspend = ClientAction::SuspendAccount { account: account.clone() };
                return if dice.u8(..3) == 0 { suspend } else { ClientAction::ActivateAccount { account } };
            }
            let sku = dice.choice(skus()).unwrap_or_else(|| unreachable!("there are products"));
            let warehouse = dice.choice(warehouses()).unwrap_or_else(|| unreachable!("there are warehouses"));
            match dice.u8(..10) {
                0..4 => ClientAction::ReceiveStock { warehouse, sku, quantity: dice.u32(1..=5) },
                4..6 => ClientAction::AdjustStock { warehouse, sku, on_hand: dice.u64(..12) },
                6..8 => ClientAction::RepriceProduct { sku, price: dice.i64(0..5_000) },
                8 => ClientAction::DelistProduct { sku },
                _ => ClientAction::ListProduct { sku },
            }
        })
    }
}

/// The subjects of the customers.
pub(crate) fn subjects() -> impl Iterator<Item = String> {
    (0..CUSTOMERS).map(|number| format!("customer:{number}"))
}

/// The delivery of an order's shipment from any warehouse.
fn any_delivery(order: &OrderId, dice: &mut Rng) -> ClientAction {
    let warehouse = dice.choice(warehouses()).unwrap_or_else(|| unreachable!("there are warehouses"));
    ClientAction::DeliverShipment { shipment: ShipmentId::of(order, &warehouse) }
}

/// The withdrawal of any product from any warehouse.
fn any_withdrawal(order: OrderId, dice: &mut Rng) -> ClientAction {
    let sku = dice.choice(skus()).unwrap_or_else(|| unreachable!("there are products"));
    let warehouse = dice.choice(warehouses()).unwrap_or_else(|| unreachable!("there are warehouses"));
    ClientAction::WithdrawReservation { order, warehouse, sku }
}

/// A return of some of these goods, to any warehouse or to none, for what they are worth or for less.
fn any_return(order: OrderId, lines: impl Iterator<Item = (Sku, u32)>, dice: &mut Rng) -> ClientAction {
    let some = |(sku, most): (Sku, u32)| (sku, dice.u32(..=most));
    let goods = lines.map(some).filter(|(_, quantity)| *quantity > 0).collect();
    let warehouse = if dice.u8(..4) == 0 { None } else { dice.choice(warehouses()) };
    let refund = (dice.u8(..4) == 0).then(|| dice.i64(0..2_000));
    ClientAction::ReturnGoods { order, goods, refund, warehouse }
}

fn skus() -> Vec<Sku> {
    (0..PRODUCTS).filter_map(|number| format!("sku-{number}").parse().ok()).collect()
}

fn warehouses() -> Vec<WarehouseId> {
    WAREHOUSES.iter().filter_map(|name| name.parse().ok()).collect()
}
