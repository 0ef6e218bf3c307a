//! The reservations of every stock, followed through its log: each is made once and closed at most once, and the sums of
//! the state are theirs.

use super::moments::Moments;
use super::violation::{Invariant, Violation, unreadable};
use foldlog::{Decider, StreamName, Version};
use shop_domain::stock::{self, Event};
use shop_domain::values::{OrderId, Quantity, Sku, StockId};
use std::collections::{BTreeMap, BTreeSet};

/// Quantities by order and product.
type Goods = BTreeMap<(OrderId, Sku), u64>;
/// A reservation of a stock: its order and its identity.
type Reservation = (OrderId, Option<Version>);

/// The goods that all warehouses hold or dispatched for each order.
pub(super) struct Stock {
    held: Goods,
    gone: Goods,
}

impl Stock {
    pub(super) fn of(moments: &Moments<'_>) -> Result<Self, Violation> {
        let (mut held, mut gone) = (Goods::new(), Goods::new());
        for stream in moments.category(stock::Stock::CATEGORY) {
            let StockId { sku, .. } =
                stream.id_of::<stock::Stock>().ok_or_else(|| unreadable(stream, "its name is no stock's"))?;
            let mut reservations = Reservations::default();
            let mut state = stock::State::default();
            for event in moments.events::<stock::Stock>(stream)? {
                reservations.follow(stream, &event)?;
                state = stock::Stock::evolve(state, &event);
                let open: u64 = reservations.open.values().map(|quantity| quantity.get()).sum();
                if open != state.reserved() || open > state.on_hand {
                    let detail = format!("{stream}: {state:?}, and {open} are reserved, after {event:?}");
                    return Err(Violation::new(Invariant::NeverOversold, detail));
                }
            }
            for ((order, _), quantity) in reservations.open {
                *held.entry((order, sku.clone())).or_default() += quantity.get();
            }
            for (order, quantity) in reservations.dispatched {
                *gone.entry((order, sku.clone())).or_default() += quantity.get();
            }
        }
        Ok(Self { held, gone })
    }

    pub(super) fn take(&mut self, order: &OrderId, sku: &Sku) -> (u64, u64) {
        let place = (order.clone(), sku.clone());
        (self.held.remove(&place).unwrap_or_default(), self.gone.remove(&place).unwrap_or_default())
    }

    /// Fails if goods are left that are held for, or were dispatched to, an order that must have none.
    pub(super) fn belongs_to_nobody(self) -> Result<(), Violation> {
        match self.held.into_iter().chain(self.gone).find(|(_, quantity)| *quantity > 0) {
            Some(((order, sku), quantity)) => {
                let detail = format!("{quantity} {sku} are held or gone for {order}, which wants none");
                Err(Violation::new(Invariant::Agreement, detail))
            }
            None => Ok(()),
        }
    }
}

/// The reservations of one stock.
#[derive(Default)]
struct Reservations {
    made: BTreeSet<Reservation>,
    open: BTreeMap<Reservation, Quantity>,
    dispatched: Vec<(OrderId, Quantity)>,
}

impl Reservations {
    fn follow(&mut self, stream: &StreamName, event: &Event) -> Result<(), Violation> {
        let is_true = match event {
            Event::StockReserved { order, reservation, quantity, asked } => {
                let reservation = (order.clone(), *reservation);
                self.open.insert(reservation.clone(), *quantity);
                self.made.insert(reservation) && quantity <= asked
            }
            Event::ReservationReleased { order, reservation, quantity } => {
                self.open.remove(&(order.clone(), *reservation)) == Some(*quantity)
            }
            Event::StockDispatched { order, reservation, quantity } => {
                self.dispatched.push((order.clone(), *quantity));
                self.open.remove(&(order.clone(), *reservation)) == Some(*quantity)
            }
            Event::StockReceived { .. }
            | Event::ReservationRejected { .. }
            | Event::StockAdjusted { .. }
            | Event::StockReturned { .. } => true,
        };
        let wrong = || Violation::new(Invariant::ReservedOnce, format!("{stream}: {event:?}"));
        is_true.then_some(()).ok_or_else(wrong)
    }
}
