//! `order-<id>`: an order and its status. Only this stream decides whether a cancellation or a later step came first.
//!
//! One command records all steps that become known together, each as an event of its own. Placing also connects the
//! account and requests the reservation. Confirming also records that the reservation succeeded and that the order is
//! paid. So the order skips no step, and no step costs an unnecessary commit.
//!
//! A confirmed order can lose its payment, before or after its goods have left. It then has a [`Debt`] beside its
//! status, and is not shipped. The debt ends if the process has a payment again, or if the staff write it off.
//!
//! The staff can withdraw a reservation of a confirmed order ([`Withdrawals`]). The order is not shipped until the
//! process has reserved the goods elsewhere, and it is cancelled if no other warehouse has them.
//!
//! A delivered order takes goods back, and stays delivered: [`TakeBack`].

mod command;
mod debt;
mod event;
mod placement;
mod refusal;
mod returned;
mod returns;
mod sealed;
mod status;
mod withdrawals;

pub use command::{Command, Sender};
pub use debt::{Debt, Owed};
pub use event::Event;
pub use placement::{Failure, Placement};
pub use refusal::Refusal;
pub use returned::{MOST_RETURNS, Return, Shelf, TakeBack};
pub use sealed::{opened_reason, sealed_reason};
pub use status::{Loss, Status};
pub use withdrawals::Withdrawals;

use crate::values::{AccountId, Means, OrderId, Personal};
use foldlog::Decider;
use serde::{Deserialize, Serialize};

/// The decider of an order.
pub struct Order;

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
        /// What it owes.
        #[serde(default, skip_serializing_if = "Owed::is_nothing")]
        owed: Owed,
        /// The reservations that were withdrawn.
        #[serde(default, skip_serializing_if = "Withdrawals::is_none")]
        withdrawals: Withdrawals,
        /// Whether the staff cancelled it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_cancelled_by_staff: bool,
        /// The goods that it took back, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        returns: Vec<Return>,
    },
}

impl State {
    /// The state of an order that was just placed.
    fn placed(placement: Placement) -> Self {
        Self::Placed {
            placement: Box::new(placement),
            means: Means::default(),
            status: Status::Purchased,
            owed: Owed::default(),
            withdrawals: Withdrawals::default(),
            is_cancelled_by_staff: false,
            returns: vec![],
        }
    }

    /// The account that placed it.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Unplaced => None,
            Self::Placed { placement, .. } => Some(&placement.account),
        }
    }

    /// The state without the card to charge, if that is sealed: readers of the view have no use
    /// for it.
    #[must_use]
    pub fn without_sealed_card(mut self) -> Self {
        if let Self::Placed { means, .. } = &mut self {
            means.card.take_if(|card| card.owner().is_some());
        }
        self
    }

    /// The account whose key opens the reason of a person why the order was cancelled, if it has one that is sealed.
    #[must_use]
    pub fn sealed_for(&self) -> Option<&AccountId> {
        match self {
            Self::Placed { status: Status::Cancelled(Some(Personal::Sealed(_))), placement, .. } => {
                Some(&placement.account)
            }
            Self::Placed { .. } | Self::Unplaced => None,
        }
    }
}

impl Decider for Order {
    const CATEGORY: &'static str = "order";
    const STATE_SCHEMA: u32 = 4;
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
        let (Command::Cancel { by: Sender::Account(by), .. } | Command::ReplaceCard { by: Sender::Account(by), .. }) =
            command
        else {
            return Ok(());
        };
        if state.account() == Some(by) { Ok(()) } else { Err(Refusal::UnknownOrder) }
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        use Status::{Cancelled, Confirmed, Delivered, Failed, Paid, Paying, Purchased, Reserved, Reserving, Shipped};
        let State::Placed { placement, status, owed, withdrawals, returns, .. } = state else {
            return match command {
                Command::Place { placement, account } => Ok(place(placement, account)),
                Command::Confirm
                | Command::Ship { .. }
                | Command::Deliver
                | Command::Cancel { .. }
                | Command::WithdrawReservation { .. }
                | Command::ReplaceReservation { .. }
                | Command::Fail(_)
                | Command::LosePayment(_)
                | Command::RegainPayment
                | Command::ReplaceCard { .. }
                | Command::WriteOff { .. }
                | Command::TakeBack(_) => Err(Refusal::UnknownOrder),
            };
        };
        match (status, command) {
            (Purchased | Reserving | Reserved | Paying | Paid, Command::Confirm) => Ok(confirm(status, placement)),
            (Purchased | Reserving | Reserved | Paying | Paid, Command::Fail(reason)) => Ok(fail(status, reason)),
            (Confirmed, Command::Fail(reason)) => Ok(withdrawals.fail(reason)),
            (Confirmed, Command::WithdrawReservation { warehouse, sku, is_held, reason }) => {
                withdrawals.withdraw(warehouse, sku, *is_held, reason)
            }
            (Confirmed, Command::ReplaceReservation { number }) => Ok(withdrawals.replace(*number)),
            (Confirmed, Command::Ship { tracking }) => {
                withdrawals.shippable()?;
                owed.debt.shippable()?;
                Ok(vec![Event::OrderShipped { tracking: tracking.clone() }])
            }
            (Shipped, Command::Deliver) => Ok(vec![Event::OrderDelivered {}]),
            (
                Purchased | Reserving | Reserved | Paying | Paid | Confirmed,
                Command::Cancel { by: Sender::Staff, reason: None },
            ) => Err(Refusal::NoReason),
            (Purchased | Reserving | Reserved | Paying | Paid | Confirmed, Command::Cancel { by, reason }) => {
                let by_staff = *by == Sender::Staff;
                Ok(vec![Event::OrderCancelled { reason: reason.clone(), by_staff }])
            }
            (Delivered, Command::TakeBack(wanted)) => returns::take_back(placement, returns, wanted),
            (Purchased | Reserving | Reserved | Paying | Paid | Confirmed | Shipped, Command::TakeBack(_)) => {
                Err(Refusal::OrderNotDelivered)
            }
            (
                Confirmed | Shipped | Delivered,
                Command::LosePayment(_)
                | Command::RegainPayment
                | Command::ReplaceCard { .. }
                | Command::WriteOff { .. },
            ) => owed.decide(status, command),
            (
                Purchased | Reserving | Reserved | Paying | Paid,
                Command::Ship { .. }
                | Command::WithdrawReservation { .. }
                | Command::LosePayment(_)
                | Command::RegainPayment
                | Command::ReplaceCard { .. }
                | Command::WriteOff { .. },
            ) => Err(Refusal::OrderNotConfirmed),
            (Purchased | Reserving | Reserved | Paying | Paid | Confirmed, Command::Deliver) => {
                Err(Refusal::OrderNotShipped)
            }
            (Shipped | Delivered, Command::Cancel { .. } | Command::WithdrawReservation { .. }) => {
                Err(Refusal::OrderShipped)
            }
            (
                Cancelled(_),
                Command::Ship { .. }
                | Command::Deliver
                | Command::WithdrawReservation { .. }
                | Command::ReplaceCard { .. }
                | Command::WriteOff { .. }
                | Command::TakeBack(_),
            ) => Err(Refusal::OrderCancelled),
            (
                Failed(reason),
                Command::Ship { .. }
                | Command::WithdrawReservation { .. }
                | Command::Deliver
                | Command::Cancel { .. }
                | Command::ReplaceCard { .. }
                | Command::WriteOff { .. }
                | Command::TakeBack(_),
            ) => Err(Refusal::OrderFailed(reason.clone())),
            // These commands are late or repeated. The status of the order is the answer.
            (_, Command::Place { .. } | Command::ReplaceReservation { .. })
            | (Confirmed | Shipped | Delivered | Failed(_) | Cancelled(_), Command::Confirm)
            | (Shipped | Delivered | Failed(_) | Cancelled(_), Command::Fail(_))
            | (Shipped | Delivered, Command::Ship { .. })
            | (Delivered, Command::Deliver)
            | (Failed(_) | Cancelled(_), Command::LosePayment(_) | Command::RegainPayment)
            | (Cancelled(_), Command::Cancel { .. }) => Ok(vec![]),
        }
    }

    fn evolve(mut state: State, event: &Event) -> State {
        if let Event::OrderPlaced(placement) = event {
            return State::placed(placement.clone());
        }
        if let State::Placed { means, status, owed, withdrawals, is_cancelled_by_staff, returns, .. } = &mut state {
            if let Event::AccountConnected(connected) = event {
                *means = connected.clone();
            } else if let Event::OrderCancelled { by_staff, .. } = event {
                *is_cancelled_by_staff = *by_staff;
            } else if let Event::GoodsReturned(returned) = event {
                returns.push(returned.clone());
            }
            *owed = std::mem::take(owed).after(event);
            *withdrawals = withdrawals.after(event);
            *status = status.clone().after(event.clone());
        }
        state
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
            Event::OrderPlaced(_)
            | Event::AccountConnected(_)
            | Event::PaymentLost { .. }
            | Event::PaymentRegained {}
            | Event::CardReplaced { .. }
            | Event::PaymentWrittenOff { .. }
            | Event::ReservationWithdrawn { .. }
            | Event::ReservationReplaced { .. }
            | Event::GoodsReturned(_) => self,
            Event::ReservationRequested {} | Event::ReservationFailed { .. } => Self::Reserving,
            Event::ReservationSucceeded {} => Self::Reserved,
            Event::PaymentConnected {} | Event::PaymentFailed {} => Self::Paying,
            Event::PaymentSucceeded {} => Self::Paid,
            Event::OrderConfirmed {} => Self::Confirmed,
            Event::OrderShipped { .. } => Self::Shipped,
            Event::OrderDelivered {} => Self::Delivered,
            Event::OrderCancelled { reason, .. } => Self::Cancelled(reason),
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
