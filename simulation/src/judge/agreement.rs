//! Whether stock, orders and processes agree, and nobody waits.

use super::moments::Moments;
use super::{Invariant, Violation, unreadable};
use domain::order::{Placement, Status};
use domain::values::{OrderId, Sku};
use domain::{cart, fulfilment, order, stock};
use eventsourcing::{Decider, StreamName};
use std::collections::BTreeMap;

pub(super) fn judge(moments: &Moments<'_>) -> Result<(), Violation> {
    let mut held: BTreeMap<(OrderId, Sku), u64> = BTreeMap::new();
    for stream in moments.category(stock::Stream::CATEGORY) {
        let (_, sku) = stock::of_stream(stream).ok_or_else(|| unreadable(stream, "its name is no stock's"))?;
        for state in moments.states::<stock::Stream>(stream, None)? {
            if state.reserved() > state.on_hand {
                return Err(Violation::new(Invariant::NeverOversold, format!("{stream}: {state:?}")));
            }
        }
        for (order, quantity) in moments.last::<stock::Stream>(stream)?.reservations {
            *held.entry((order, sku.clone())).or_default() += quantity.get();
        }
    }
    for (order, Ended { status, placement }) in nobody_waits(moments)? {
        for line in &placement.lines {
            let wanted = if status == Status::Confirmed { line.quantity.get() } else { 0 };
            let of_line = held.remove(&(order.clone(), line.sku.clone())).unwrap_or_default();
            if of_line != wanted {
                let detail = format!("{order} is {status:?} and holds {of_line} of {wanted} {}", line.sku);
                return Err(Violation::new(Invariant::Agreement, detail));
            }
        }
    }
    match held.into_iter().find(|(_, quantity)| *quantity > 0) {
        Some(((order, sku), held)) => {
            Err(Violation::new(Invariant::Agreement, format!("{held} {sku} are held for {order}, which wants none")))
        }
        None => Ok(()),
    }
}

/// How an order ended.
pub(super) struct Ended {
    status: Status,
    placement: Box<Placement>,
}

/// The orders of all checked-out carts, each at an end that its process knows of.
pub(super) fn nobody_waits(moments: &Moments<'_>) -> Result<BTreeMap<OrderId, Ended>, Violation> {
    let mut orders = BTreeMap::new();
    for cart in moments.category(cart::Stream::CATEGORY) {
        if let cart::State::CheckedOut { .. } = moments.last::<cart::Stream>(cart)? {
            let order: OrderId = cart.id().parse().map_err(|error| unreadable(cart, error))?;
            let ended = ended(moments, cart, &order)?;
            orders.insert(order, ended);
        }
    }
    Ok(orders)
}

/// How a checked-out cart's order ended.
fn ended(moments: &Moments<'_>, cart: &StreamName, order: &OrderId) -> Result<Ended, Violation> {
    let stuck = |detail: String| Err(Violation::new(Invariant::NobodyWaits, detail));
    let name = |category, id: &str| StreamName::new(category, id).map_err(|error| unreadable(cart, error));
    let stream = name(order::Stream::CATEGORY, order.as_str())?;
    let order::State::Placed { status, placement, .. } = moments.last::<order::Stream>(&stream)? else {
        return stuck(format!("{order} was never placed"));
    };
    let of_process = name(fulfilment::Stream::CATEGORY, order.as_str())?;
    let fulfilment::State::Started(process) = moments.last::<fulfilment::Stream>(&of_process)? else {
        return stuck(format!("{order} has no process"));
    };
    let waits = process.awaited(order).map_err(|error| unreadable(&of_process, error))?;
    let settled = match status {
        Status::Delivered | Status::Failed(_) | Status::Cancelled(_) => process.finished(),
        Status::Confirmed => waits.is_empty(),
        Status::Purchased
        | Status::Reserving
        | Status::Reserved
        | Status::Paying
        | Status::Paid
        | Status::Shipped => false,
    };
    if settled {
        Ok(Ended { status, placement })
    } else {
        stuck(format!("{order} is {status:?} and waits for {waits:?}"))
    }
}
