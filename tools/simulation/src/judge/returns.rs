//! Whether all that came back was refunded, credited and put back, once and exactly as the orders say.

use super::moments::Moments;
use super::violation::{Invariant, Violation, unreadable};
use foldlog::{Decider, StreamName};
use shop_domain::order::{Order, Return, State};
use shop_domain::payment::{Event, Status};
use shop_domain::values::{OrderId, PaymentId, Sku, StockId, WarehouseId};
use shop_domain::{invoice, payment, stock};
use std::collections::{BTreeMap, BTreeSet};

/// The quantities that came back, by order, number of the return, warehouse and product.
type Goods = BTreeMap<(OrderId, u32, WarehouseId, Sku), u64>;

/// What was given back in parts for the returns of an order.
#[derive(Debug, Default)]
struct Given {
    /// The amounts, by the number of the return.
    parts: BTreeMap<u32, i64>,
    /// The returns whose part the provider refused to refund.
    refused: BTreeSet<u32>,
    /// Whether a payment is captured, so that each return has its part.
    is_captured: bool,
}

pub(super) fn judge(moments: &Moments<'_>) -> Result<(), Violation> {
    let (mut given, mut shelved) = (given(moments)?, Goods::new());
    for stream in moments.category(Order::CATEGORY) {
        let State::Placed { returns, .. } = moments.last::<Order>(stream)? else { continue };
        let order: OrderId = stream.id().parse().map_err(|error| unreadable(stream, error))?;
        let disagrees = |what: String| Violation::new(Invariant::Agreement, format!("{order} {returns:?}: {what}"));
        let refunds: BTreeMap<u32, i64> = returns.iter().map(|each| (each.number, each.refund.amount())).collect();
        let refunds: BTreeMap<_, _> = refunds.into_iter().filter(|(_, refund)| *refund > 0).collect();
        let given = given.remove(&order).unwrap_or_default();
        if !given.agrees(&refunds) {
            return Err(disagrees(format!("given back are {given:?}")));
        }
        let invoice = moments.last::<invoice::Invoice>(&StreamName::of::<invoice::Invoice>(&order))?;
        if !is_credited(&invoice, &refunds) {
            return Err(disagrees(format!("its invoice is {invoice:?}")));
        }
        for Return { number, goods, warehouse, .. } in &returns {
            for (warehouse, (sku, quantity)) in warehouse.iter().flat_map(|at| goods.iter().map(move |of| (at, of))) {
                shelved.insert((order.clone(), *number, warehouse.clone(), sku.clone()), quantity.get());
            }
        }
    }
    let received = received(moments)?;
    let differs = || Violation::new(Invariant::Agreement, format!("{shelved:?} came back, and {received:?} are there"));
    (shelved == received).then_some(()).ok_or_else(differs)
}

impl Given {
    /// Whether this is what the returns are worth. A return without a part needs a payment to take it from, and a
    /// provider that refunds it.
    fn agrees(&self, refunds: &BTreeMap<u32, i64>) -> bool {
        let is_due = self.parts.iter().all(|(number, amount)| refunds.get(number) == Some(amount));
        let is_done = |number| self.parts.contains_key(number) || self.refused.contains(number);
        is_due && (!self.is_captured || refunds.keys().all(is_done))
    }
}

/// Whether each return has its credit note, and no other note is there. An invoice that was credited as a whole needs
/// no more of them.
fn is_credited(invoice: &invoice::State, refunds: &BTreeMap<u32, i64>) -> bool {
    let invoice::State::Issued { status, credit_notes, .. } = invoice else { return refunds.is_empty() };
    let notes: BTreeMap<u32, i64> = credit_notes.iter().map(|note| (note.number, note.amount.amount())).collect();
    let is_due = notes.iter().all(|(number, amount)| refunds.get(number) == Some(amount));
    is_due
        && notes.len() == credit_notes.len()
        && (notes.len() == refunds.len() || *status == invoice::Status::Credited)
}

/// What was given back of the payments of each order, in parts.
fn given(moments: &Moments<'_>) -> Result<BTreeMap<OrderId, Given>, Violation> {
    let mut all: BTreeMap<OrderId, Given> = BTreeMap::new();
    for stream in moments.category(payment::Payment::CATEGORY) {
        let PaymentId { order, .. } =
            stream.id_of::<payment::Payment>().ok_or_else(|| unreadable(stream, "its name is no payment's"))?;
        let given = all.entry(order).or_default();
        for event in moments.events::<payment::Payment>(stream)? {
            match event {
                Event::PaymentPartlyRefunded { number, amount } => {
                    *given.parts.entry(number).or_default() += amount.amount();
                }
                Event::PaymentPartialRefundFailed { number, .. } => {
                    given.refused.insert(number);
                }
                Event::PaymentCreated(_)
                | Event::PaymentAuthorised { .. }
                | Event::PaymentDeclined { .. }
                | Event::PaymentCaptured {}
                | Event::PaymentCaptureFailed { .. }
                | Event::PaymentVoided {}
                | Event::PaymentRefunded {}
                | Event::PaymentLapsed { .. }
                | Event::PaymentDisputed { .. }
                | Event::PaymentRefundFailed { .. }
                | Event::PaymentRefundedByHand { .. } => {}
            }
        }
        let last = moments.last::<payment::Payment>(stream)?;
        given.is_captured |= matches!(last, payment::State::Created { status: Status::Captured, .. });
    }
    Ok(all)
}

/// What the warehouses received of it.
fn received(moments: &Moments<'_>) -> Result<Goods, Violation> {
    let mut received = Goods::new();
    for stream in moments.category(stock::Stock::CATEGORY) {
        let StockId { warehouse, sku } =
            stream.id_of::<stock::Stock>().ok_or_else(|| unreadable(stream, "its name is no stock's"))?;
        for event in moments.events::<stock::Stock>(stream)? {
            if let stock::Event::StockReturned { order, number, quantity } = event {
                *received.entry((order, number, warehouse.clone(), sku.clone())).or_default() += quantity.get();
            }
        }
    }
    Ok(received)
}
