//! Whether every order came as far as it can without people, and its process knows that.

use super::moments::Moments;
use super::violation::{Invariant, Violation, unreadable};
use foldlog::{Decider, EventMessage, StreamName};
use shop_domain::fulfilment::{self, Awaited, Process, outcome_of};
use shop_domain::order::{Debt, Placement, Status};
use shop_domain::values::OrderId;
use shop_domain::{cart, order};
use std::collections::BTreeMap;

/// The end of an order.
pub(super) struct Ended {
    pub(super) status: Status,
    pub(super) placement: Box<Placement>,
    pub(super) debt: Debt,
}

/// The orders of all checked-out carts. Each must have ended, or wait for people only, and its process must know that.
pub(super) fn nobody_waits(moments: &Moments<'_>) -> Result<BTreeMap<OrderId, Ended>, Violation> {
    let mut orders = BTreeMap::new();
    for cart in moments.category(cart::Cart::CATEGORY) {
        if let cart::State::CheckedOut { .. } = moments.last::<cart::Cart>(cart)? {
            let order: OrderId = cart.id().parse().map_err(|error| unreadable(cart, error))?;
            let ended = ended(moments, &order)?;
            orders.insert(order, ended);
        }
    }
    Ok(orders)
}

/// The end of a checked-out cart's order.
fn ended(moments: &Moments<'_>, order: &OrderId) -> Result<Ended, Violation> {
    let stuck = |detail: String| Err(Violation::new(Invariant::NobodyWaits, format!("{order} {detail}")));
    let stream = StreamName::of::<order::Order>(order);
    let order::State::Placed { status, placement, owed, .. } = moments.last::<order::Order>(&stream)? else {
        return stuck("was never placed".to_owned());
    };
    let fulfilment::State::Started(process) =
        moments.last::<fulfilment::Fulfilment>(&StreamName::of::<fulfilment::Fulfilment>(order))?
    else {
        return stuck("has no process".to_owned());
    };
    let awaited = process.watched(order);
    if let Some(waits) = awaited.iter().find(|awaited| awaited.intent.is_some()) {
        return stuck(format!("is {status:?} and waits for {waits:?}"));
    }
    let watched = std::iter::once(&stream).chain(awaited.iter().map(|Awaited { stream, .. }| stream));
    for stream in watched {
        if let Some(missed) = missed(moments, stream, &process)? {
            return stuck(format!("is {status:?} and its process missed {missed}"));
        }
    }
    Ok(Ended { status, placement, debt: owed.debt })
}

/// The first event of a stream that a process should have noted and did not.
fn missed(moments: &Moments<'_>, stream: &StreamName, process: &Process) -> Result<Option<String>, Violation> {
    for commit in moments.commits(stream) {
        for message in EventMessage::of(commit).map_err(|error| unreadable(stream, error))? {
            let outcome = outcome_of(&message).map_err(|error| unreadable(stream, error))?;
            if outcome.is_some_and(|(_, outcome)| process.accepts(&outcome)) {
                return Ok(Some(message.id.to_string()));
            }
        }
    }
    Ok(None)
}
