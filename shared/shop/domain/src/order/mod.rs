//! `order-<id>`: an order and its status. Only this stream decides whether a cancellation or a later step came first.
//!
//! One command records all steps that become known together, each as an event of its own. Placing also connects the
//! account and requests the reservation. Confirming also records that the reservation succeeded and that the order is
//! paid. So the order skips no step, and no step costs an unnecessary commit.

mod placement;
mod status;

pub use placement::{Failure, Placement};
pub use status::Status;

use crate::values::{AccountId, Means, OrderId, Reason, ShipmentId, Sku, TrackingNumber};
use foldlog::write::event::Upcaster;
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The decider of an order.
pub struct Order;

/// A command to an order.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Place the order of a checked-out cart.
    Place {
        /// The checked-out cart: account, lines and totals.
        placement: Placement,
        /// The card and address from the account's own stream, or the reason why it cannot order.
        account: Result<Means, Failure>,
    },
    /// Confirm the order: everything is reserved, and the payment is authorised if there is one.
    Confirm,
    /// Ship the order.
    Ship {
        /// The tracking numbers of its shipments, as far as they are known.
        tracking: BTreeMap<ShipmentId, TrackingNumber>,
    },
    /// Mark the order as delivered: all its shipments have arrived.
    Deliver,
    /// Cancel the order.
    Cancel {
        /// The account that sends the command.
        by: AccountId,
        /// The customer's reason.
        reason: Option<Reason>,
    },
    /// Mark the order as failed.
    Fail(Failure),
}

/// An event of an order.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    OrderPlaced(Placement),
    AccountConnected(Means),
    ReservationRequested {},
    ReservationSucceeded {},
    ReservationFailed { sku: Sku },
    PaymentConnected {},
    PaymentSucceeded {},
    PaymentFailed {},
    OrderConfirmed {},
    OrderShipped { tracking: BTreeMap<ShipmentId, TrackingNumber> },
    OrderDelivered {},
    OrderCancelled { reason: Option<Reason> },
    OrderFailed { reason: Failure },
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // The older payload has no categories: they are optional.
        Upcaster { event: "OrderPlaced", from: 1, step: |data| data },
        // The older payload has no card or address: they are optional.
        Upcaster { event: "OrderPlaced", from: 2, step: |data| data },
    ];
}

/// The state of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The order does not exist.
    #[default]
    Unplaced,
    /// The order was placed.
    Placed {
        /// The checked-out cart.
        placement: Box<Placement>,
        /// The card and address, once the account is connected.
        #[serde(default)]
        means: Means,
        /// Its status.
        status: Status,
    },
}

/// Why an order refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The order does not exist, or belongs to another account.
    #[error("there is no such order")]
    UnknownOrder,
    /// The order is not confirmed yet.
    #[error("the order is not confirmed yet; wait until it is")]
    OrderNotConfirmed,
    /// The order was not shipped yet.
    #[error("the order was not shipped; ship it first")]
    OrderNotShipped,
    /// The order was shipped.
    #[error("the order was shipped and cannot be cancelled any more; send it back when it arrives")]
    OrderShipped,
    /// The order was cancelled.
    #[error("the order was cancelled")]
    OrderCancelled,
    /// The order failed.
    #[error("the order failed ({0}); there is nothing to cancel or ship")]
    OrderFailed(Failure),
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownOrder) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}

impl State {
    /// The account that placed it.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Unplaced => None,
            Self::Placed { placement, .. } => Some(&placement.account),
        }
    }
}

impl Decider for Order {
    const CATEGORY: &'static str = "order";
    const STATE_SCHEMA: u32 = 3;
    type Id = OrderId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Place { .. })
    }

    /// An order is visible to its account, and always to the shop itself.
    fn visible(state: &State, command: &Command) -> Result<(), Refusal> {
        let Command::Cancel { by, .. } = command else { return Ok(()) };
        if state.account() == Some(by) { Ok(()) } else { Err(Refusal::UnknownOrder) }
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        use Status::{Cancelled, Confirmed, Delivered, Failed, Paid, Paying, Purchased, Reserved, Reserving, Shipped};
        let State::Placed { placement, status, .. } = state else {
            return match command {
                Command::Place { placement, account } => Ok(place(placement, account)),
                Command::Confirm
                | Command::Ship { .. }
                | Command::Deliver
                | Command::Cancel { .. }
                | Command::Fail(_) => Err(Refusal::UnknownOrder),
            };
        };
        match (status, command) {
            (Purchased | Reserving | Reserved | Paying | Paid, Command::Confirm) => Ok(confirm(status, placement)),
            (Purchased | Reserving | Reserved | Paying | Paid, Command::Fail(reason)) => Ok(fail(status, reason)),
            (Confirmed, Command::Ship { tracking }) => Ok(vec![Event::OrderShipped { tracking: tracking.clone() }]),
            (Shipped, Command::Deliver) => Ok(vec![Event::OrderDelivered {}]),
            (Purchased | Reserving | Reserved | Paying | Paid | Confirmed, Command::Cancel { reason, .. }) => {
                Ok(vec![Event::OrderCancelled { reason: reason.clone() }])
            }
            (Purchased | Reserving | Reserved | Paying | Paid, Command::Ship { .. }) => Err(Refusal::OrderNotConfirmed),
            (Purchased | Reserving | Reserved | Paying | Paid | Confirmed, Command::Deliver) => {
                Err(Refusal::OrderNotShipped)
            }
            (Shipped | Delivered, Command::Cancel { .. }) => Err(Refusal::OrderShipped),
            (Cancelled(_), Command::Ship { .. } | Command::Deliver) => Err(Refusal::OrderCancelled),
            (Failed(reason), Command::Ship { .. } | Command::Deliver | Command::Cancel { .. }) => {
                Err(Refusal::OrderFailed(reason.clone()))
            }
            // These commands are late or repeated. The status of the order is the answer.
            (_, Command::Place { .. })
            | (Confirmed | Shipped | Delivered | Failed(_) | Cancelled(_), Command::Confirm | Command::Fail(_))
            | (Shipped | Delivered, Command::Ship { .. })
            | (Delivered, Command::Deliver)
            | (Cancelled(_), Command::Cancel { .. }) => Ok(vec![]),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        match (state, event.clone()) {
            (_, Event::OrderPlaced(placement)) => {
                State::Placed { placement: Box::new(placement), means: Means::default(), status: Status::Purchased }
            }
            (State::Placed { placement, status, .. }, Event::AccountConnected(means)) => {
                State::Placed { placement, means, status }
            }
            (State::Placed { placement, means, status }, event) => {
                State::Placed { placement, means, status: status.after(event) }
            }
            (State::Unplaced, _) => State::Unplaced,
        }
    }
}

/// The first steps, up to the request for the reservation; or the failure.
fn place(placement: &Placement, account: &Result<Means, Failure>) -> Vec<Event> {
    let placed = Event::OrderPlaced(placement.clone());
    match account {
        Ok(means) => vec![placed, Event::AccountConnected(means.clone()), Event::ReservationRequested {}],
        Err(reason) => vec![placed, Event::OrderFailed { reason: reason.clone() }],
    }
}

impl Status {
    /// The status after one more event.
    fn after(self, event: Event) -> Self {
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

/// The steps from one status to another, in order.
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

/// The steps that are left until the confirmation. An order that costs nothing has no payment.
fn confirm(status: &Status, placement: &Placement) -> Vec<Event> {
    let due = placement.totals.total.amount() > 0;
    let of_payment = |event: &Event| matches!(event, Event::PaymentConnected {} | Event::PaymentSucceeded {});
    steps(status, &Status::Confirmed).filter(|event| due || !of_payment(event)).collect()
}

/// The steps up to and including the one that failed.
fn fail(status: &Status, reason: &Failure) -> Vec<Event> {
    let (up_to, failed) = match reason {
        Failure::OutOfStock { sku } => (Status::Reserving, Some(Event::ReservationFailed { sku: sku.clone() })),
        Failure::PaymentDeclined => (Status::Paying, Some(Event::PaymentFailed {})),
        Failure::AccountNotActive | Failure::UnknownAddress | Failure::NoCard | Failure::DeadlinePassed => {
            (Status::Purchased, None)
        }
    };
    steps(status, &up_to).chain(failed).chain([Event::OrderFailed { reason: reason.clone() }]).collect()
}

#[cfg(test)]
mod tests;
