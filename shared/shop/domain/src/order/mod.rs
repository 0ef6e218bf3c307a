//! `order-<id>`: what was bought, and what became of it. This stream alone arbitrates between cancelling and
//! everything that would come after.
//!
//! Steps that become known together are taken by one command, each with its event: placing connects the account and
//! requests the reservation, confirming records that it succeeded and that it is paid. So no step is skipped, and none
//! costs a commit that nobody needs.

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

/// What can be asked of an order.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Begin with it, as the cart was checked out.
    Place {
        /// What was bought, by whom, at what price.
        placement: Placement,
        /// What the account's own stream says: what it pays with and where it is sent, or why it cannot be.
        account: Result<Means, Failure>,
    },
    /// Everything is reserved, and what there is to pay is authorised: it will be delivered.
    Confirm,
    /// It leaves its warehouses.
    Ship {
        /// The numbers under which the carriers know its shipments, where they are known.
        tracking: BTreeMap<ShipmentId, TrackingNumber>,
    },
    /// All of it arrived.
    Deliver,
    /// The customer wants it no more.
    Cancel {
        /// The account that asks.
        by: AccountId,
        /// Why.
        reason: Option<Reason>,
    },
    /// It cannot be delivered.
    Fail(Failure),
}

/// What happened to an order.
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
        // Lines without a category are what they were.
        Upcaster { event: "OrderPlaced", from: 1, step: |data| data },
        // Nothing could be chosen then.
        Upcaster { event: "OrderPlaced", from: 2, step: |data| data },
    ];
}

/// What an order is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is none.
    #[default]
    Unplaced,
    /// It was placed, and something became of it.
    Placed {
        /// What was bought.
        placement: Box<Placement>,
        /// What it is paid with and where it is sent, once the account is connected.
        #[serde(default)]
        means: Means,
        /// What became of it.
        status: Status,
    },
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nothing there, or somebody else's.
    #[error("there is no such order")]
    UnknownOrder,
    /// It is not that far.
    #[error("the order is not confirmed yet; wait until it is")]
    OrderNotConfirmed,
    /// It is still in its warehouses.
    #[error("the order was not shipped; ship it first")]
    OrderNotShipped,
    /// It left.
    #[error("the order was shipped and cannot be cancelled any more; send it back when it arrives")]
    OrderShipped,
    /// It is over.
    #[error("the order was cancelled")]
    OrderCancelled,
    /// It is over.
    #[error("the order failed ({0}); there is nothing to cancel or ship")]
    OrderFailed(Failure),
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownOrder => RefusalKind::NotFound,
            Self::OrderNotConfirmed
            | Self::OrderNotShipped
            | Self::OrderShipped
            | Self::OrderCancelled
            | Self::OrderFailed(_) => RefusalKind::RuleViolated,
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

    /// To the account that bought it; to the shop itself, always.
    fn visible(state: &State, command: &Command) -> Result<(), Refusal> {
        match (state, command) {
            (State::Unplaced, Command::Cancel { .. }) => Err(Refusal::UnknownOrder),
            (State::Placed { placement, .. }, Command::Cancel { by, .. }) if *by != placement.account => {
                Err(Refusal::UnknownOrder)
            }
            (
                State::Unplaced | State::Placed { .. },
                Command::Place { .. }
                | Command::Confirm
                | Command::Ship { .. }
                | Command::Deliver
                | Command::Cancel { .. }
                | Command::Fail(_),
            ) => Ok(()),
        }
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
            // What the order has become is the answer to whoever asks for what can no longer be.
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

/// The first steps, up to where warehouses are asked, or the last one.
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
fn confirm(status: &Status, placement: &Placement) -> Vec<Event> {
    let due = placement.totals.total.amount() > 0;
    let of_payment = |event: &Event| matches!(event, Event::PaymentConnected {} | Event::PaymentSucceeded {});
    steps(status, &Status::Confirmed).filter(|event| due || !of_payment(event)).collect()
}

/// The steps up to the one that failed.
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
