//! The statuses of an order, and the steps from one to the other.

use super::{Event, Failure, Placement};
use crate::values::Reason;
use serde::{Deserialize, Serialize};

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing yet.
    Purchased,
    /// Its goods are being reserved.
    Reserving,
    /// Its goods are reserved.
    Reserved,
    /// It is being paid.
    Paying,
    /// It is paid, as far as it has to be before it leaves.
    Paid,
    /// It will be delivered.
    Confirmed,
    /// It is on its way.
    Shipped,
    /// It arrived.
    Delivered,
    /// It could not be delivered.
    Failed(Failure),
    /// The customer cancelled it.
    Cancelled(Option<Reason>),
}

impl Status {
    /// The status after one more event.
    pub(super) fn after(self, event: Event) -> Self {
        match event {
            Event::OrderPlaced(_) | Event::AccountConnected(_) => self,
            Event::ReservationRequested {} | Event::ReservationFailed { .. } => Self::Reserving,
            Event::ReservationSucceeded {} => Self::Reserved,
            Event::PaymentConnected {} | Event::PaymentFailed {} => Self::Paying,
            Event::PaymentSucceeded {} => Self::Paid,
            Event::OrderConfirmed {} => Self::Confirmed,
            Event::OrderShipped { .. } => Self::Shipped,
            Event::OrderDelivered {} => Self::Delivered,
            Event::OrderCancelled { reason } => Self::Cancelled(reason),
            Event::OrderFailed { reason } => Self::Failed(reason),
        }
    }
}

/// The steps from a status on, one after the other, to the first that ends with `until`.
fn steps(from: &Status, until: &Status) -> impl Iterator<Item = Event> {
    let path = [
        (Status::Purchased, Event::ReservationRequested {}),
        (Status::Reserving, Event::ReservationSucceeded {}),
        (Status::Reserved, Event::PaymentConnected {}),
        (Status::Paying, Event::PaymentSucceeded {}),
        (Status::Paid, Event::OrderConfirmed {}),
    ];
    let place = |status: &Status| path.iter().position(|(at, _)| at == status).unwrap_or(path.len());
    let (first, last) = (place(from), place(until));
    path.into_iter().take(last).skip(first).map(|(_, event)| event)
}

/// The steps that are left to the confirmation. What costs nothing has no payment.
pub(super) fn confirm(status: &Status, placement: &Placement) -> Vec<Event> {
    let due = placement.totals.total.amount() > 0;
    let of_payment = |event: &Event| matches!(event, Event::PaymentConnected {} | Event::PaymentSucceeded {});
    steps(status, &Status::Confirmed).filter(|event| due || !of_payment(event)).collect()
}

/// The steps up to the one that failed.
pub(super) fn fail(status: &Status, reason: &Failure) -> Vec<Event> {
    let (up_to, failed) = match reason {
        Failure::OutOfStock { sku } => (Status::Reserving, Some(Event::ReservationFailed { sku: sku.clone() })),
        Failure::PaymentDeclined => (Status::Paying, Some(Event::PaymentFailed {})),
        Failure::AccountNotActive | Failure::UnknownAddress | Failure::NoCard | Failure::DeadlinePassed => {
            (Status::Purchased, None)
        }
    };
    steps(status, &up_to).chain(failed).chain([Event::OrderFailed { reason: reason.clone() }]).collect()
}
