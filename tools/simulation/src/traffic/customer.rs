//! A customer's visit: an account, some carts, and their orders.

use super::client::Client;
use super::{operator, skus, warehouses};
use crate::actions::{Answer, ClientAction};
use crate::wire::ISSUER;
use crate::world::lock;
use foldlog::write::identity::subject_id;
use futures::future::join;
use shop_domain::order::{Debt, Status};
use shop_domain::shipment;
use shop_domain::values::{AccountId, CardToken, CartId, OrderId, ShipmentId};
use std::sync::atomic::Ordering;

/// The number of carts that each customer fills.
const CARTS: std::ops::RangeInclusive<usize> = 1..=3;
/// The maximum number of times that a client checks an order or a shipment.
const LOOKS: usize = 8;
/// The card tokens of customers.
const TOKENS: [&str; 24] = [
    "tok_ok",
    "tok_unrefundable",
    "tok_unrefundable",
    "tok_unrefundable",
    "tok_unrefundable",
    "tok_ok",
    "tok_ok",
    "tok_timeout_then_charged",
    "tok_timeout_then_charged",
    "tok_unavailable",
    "tok_unavailable",
    "tok_declined",
    "tok_declined",
    "tok_expires",
    "tok_expires_then_ok",
    "tok_gone",
    "tok_gone_then_ok",
    "tok_gone_then_declined",
    "tok_brief",
    "tok_brief_then_declined",
    "tok_stuck",
    "tok_stuck_then_ok",
    "tok_other_amount",
    "tok_unrefundable",
];
/// The cards that people name for an order that lost its payment.
const OTHER_TOKENS: [&str; 4] = ["tok_ok", "tok_ok", "tok_declined", "tok_gone"];

impl Client {
    /// A customer's visit.
    pub(super) async fn shop(self) {
        if !self.once_in(20) {
            self.sign_up().await;
        }
        let carts = self.world().dice(|dice| dice.usize(CARTS));
        for _ in 0..carts {
            self.think().await;
            let Some(order) = self.buy().await else { continue };
            if self.once_in(12) {
                let _ = join(self.see_through(order), self.be_erased()).await;
            } else {
                self.see_through(order).await;
            }
        }
        if let Some(account) = self.account().filter(|_| self.once_in(8)) {
            let _ = self.ask(ClientAction::CloseAccount { account }).await;
        }
        self.traffic.active.fetch_sub(1, Ordering::Relaxed);
    }

    /// Opens and activates an account with a card. Some customers skip this, and buy too early.
    async fn sign_up(&self) {
        let Some(account) = self.account() else { return };
        let _ = self.ask(ClientAction::OpenAccount {}).await;
        let card = self.world().dice(|dice| dice.choice(TOKENS)).and_then(|token| token.parse::<CardToken>().ok());
        if let Some(token) = card {
            let _ = self.ask(ClientAction::AddCard { account: account.clone(), token: token.clone() }).await;
            if self.world().dice(|dice| dice.u8(..20)) == 0 {
                let _ = self.ask(ClientAction::RemoveCard { account: account.clone(), token }).await;
            }
        }
        let staff = self.traffic.clone().sam();
        let _ = staff.ask(ClientAction::ConfirmAccount { account: account.clone() }).await;
        let _ = staff.ask(ClientAction::ActivateAccount { account: account.clone() }).await;
        lock(&self.traffic.accounts).push(account);
    }

    /// Has an operator erase what the shop knows of the customer, at any moment of an order.
    async fn be_erased(&self) {
        let Some(account) = self.account() else { return };
        operator::erase(self.world(), &account).await;
    }

    fn account(&self) -> Option<AccountId> {
        subject_id(ISSUER, &self.subject).parse().ok()
    }

    /// Fills a cart, and checks it out.
    async fn buy(&self) -> Option<OrderId> {
        let (answer, opened) = self.ask(ClientAction::OpenCart {}).await;
        let id = opened.and_then(|got| got.body.get("id")?.as_str()?.parse::<CartId>().ok());
        let (Answer::Done { .. }, Some(cart)) = (answer, id) else { return None };
        let changes = self.world().dice(|dice| dice.usize(1..=4));
        let mut shown = None;
        for _ in 0..changes {
            let (answer, got) = self.ask(self.any_change(&cart)).await;
            if let Answer::Done { version } = answer {
                shown = got.and_then(|got| got.body.pointer("/totals/total/amount")?.as_i64());
                self.look(&cart, version).await;
            }
        }
        let total = shown.filter(|_| !self.once_in(3));
        let (answer, _) = self.ask(ClientAction::CheckOut { cart: cart.clone(), total }).await;
        match answer {
            Answer::Done { version } => self.look(&cart, version).await,
            // The order may exist all the same.
            Answer::Unknown => {}
            Answer::Refused { .. } => return None,
        }
        let order = OrderId::from(cart);
        lock(&self.traffic.orders).push(order.clone());
        Some(order)
    }

    /// The actions of the customer and the staff on an order.
    async fn see_through(&self, order: OrderId) {
        match self.world().dice(|dice| dice.u8(..16)) {
            0..2 => {
                self.think().await;
                let _ = self.ask(ClientAction::CancelOrder { order }).await;
            }
            2..5 => {
                self.until_decided(&order).await;
                let _ = self.ask(ClientAction::CancelOrder { order }).await;
            }
            5..15 => self.have_sent(order).await,
            _ => {}
        }
    }

    /// Lets the staff ship an order, usually once it is confirmed, sometimes while the customer cancels it.
    async fn have_sent(&self, order: OrderId) {
        if self.once_in(12) {
            self.think().await;
        } else {
            self.until_decided(&order).await;
        }
        let staff = self.traffic.clone().sam();
        if self.once_in(8) {
            self.let_time_pass().await;
        }
        if self.once_in(3) {
            self.have_withdrawn(&order, &staff).await;
        }
        self.see_to_the_debt(&order).await;
        let shipped = staff.ask(ClientAction::ShipOrder { order: order.clone() });
        if self.once_in(5) {
            let _ = join(shipped, self.ask(ClientAction::CancelOrder { order: order.clone() })).await;
        } else {
            let _ = shipped.await;
        }
        if self.order(&order) != Some(Status::Shipped) || self.once_in(12) {
            return;
        }
        for shipment in warehouses().iter().map(|warehouse| ShipmentId::of(&order, warehouse)) {
            self.until_it_left(&shipment).await;
            if self.shipment(&shipment).is_some() {
                let _ = staff.ask(ClientAction::DeliverShipment { shipment }).await;
            }
        }
        self.see_to_the_debt(&order).await;
        self.have_goods_back(&order).await;
    }

    /// Lets the staff withdraw what a warehouse holds, once or twice, and often waits until the goods are replaced.
    async fn have_withdrawn(&self, order: &OrderId, staff: &Self) {
        let times = self.world().dice(|dice| dice.u8(1..=2));
        for _ in 0..times {
            let held = self.held(order);
            let Some((warehouse, sku)) = self.world().dice(|dice| dice.choice(held)) else { return };
            let _ = staff.ask(ClientAction::WithdrawReservation { order: order.clone(), warehouse, sku }).await;
            if !self.once_in(4) {
                self.until_replaced(order).await;
            }
        }
    }

    /// Waits for a while until no goods of an order are being replaced.
    async fn until_replaced(&self, order: &OrderId) {
        for _ in 0..LOOKS {
            self.think().await;
            if !self.is_replacing(order) {
                return;
            }
        }
    }

    /// Waits for longer than a brief hold lasts.
    async fn let_time_pass(&self) {
        for _ in 0..30 {
            self.think().await;
        }
    }

    /// If an order lost its payment, the customer or the staff name another card, or the staff write the amount off.
    /// Sometimes both happen at once, and sometimes nobody cares.
    async fn see_to_the_debt(&self, order: &OrderId) {
        for _ in 0..3 {
            if !matches!(self.debt(order), Debt::Unpaid(_)) || self.once_in(6) {
                return;
            }
            let staff = self.traffic.clone().sam();
            let card =
                self.world().dice(|dice| dice.choice(OTHER_TOKENS)).and_then(|token| token.parse::<CardToken>().ok());
            let (Some(card), Some(account)) = (card, self.account()) else { return };
            if !self.once_in(8) {
                let _ = self.ask(ClientAction::AddCard { account: account.clone(), token: card.clone() }).await;
            }
            let pay = ClientAction::PayOrder { order: order.clone(), account, card };
            let write_off = ClientAction::WriteOffOrder { order: order.clone() };
            match self.world().dice(|dice| dice.u8(..5)) {
                0 => drop(staff.ask(write_off).await),
                1 => drop(staff.ask(pay).await),
                2 => drop(join(staff.ask(write_off), self.ask(pay)).await),
                _ => drop(self.ask(pay).await),
            }
            for _ in 0..LOOKS {
                self.think().await;
                if !matches!(self.debt(order), Debt::Collecting(_)) {
                    break;
                }
            }
        }
    }

    /// Waits for a while until an order is confirmed, has failed or is cancelled.
    async fn until_decided(&self, order: &OrderId) {
        for _ in 0..LOOKS {
            self.think().await;
            let is_open = match self.order(order) {
                None
                | Some(Status::Purchased | Status::Reserving | Status::Reserved | Status::Paying | Status::Paid) => {
                    true
                }
                Some(
                    Status::Confirmed | Status::Shipped | Status::Delivered | Status::Failed(_) | Status::Cancelled(_),
                ) => false,
            };
            if !is_open {
                return;
            }
        }
    }

    /// Waits for a while until a shipment of a shipped order is dispatched.
    async fn until_it_left(&self, shipment: &ShipmentId) {
        for _ in 0..LOOKS {
            if self.shipment(shipment) != Some(shipment::Status::Waiting) {
                return;
            }
            self.think().await;
        }
    }

    fn any_change(&self, cart: &CartId) -> ClientAction {
        self.world().dice(|dice| {
            let cart = cart.clone();
            let sku = dice.choice(skus()).unwrap_or_else(|| unreachable!("there are products"));
            match dice.u8(..12) {
                0..9 => ClientAction::AddItem { cart, sku, quantity: dice.u32(1..=3) },
                9..10 => ClientAction::ChangeQuantity { cart, sku, quantity: dice.u32(1..=3) },
                10 => ClientAction::RemoveItem { cart, sku },
                _ => ClientAction::ClearCart { cart },
            }
        })
    }
}
