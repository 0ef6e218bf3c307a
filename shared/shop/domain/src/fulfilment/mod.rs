//! `fulfilment-<order id>`: the process manager that carries an order from checkout to its end.
//!
//! **Promise.** Every order ends, or reaches a point where only a person can move it on. For a failed or cancelled
//! order, the process undoes each step that was taken.
//!
//! **Invariants.** The process appends only to its own stream. Only the stream of the order decides whether a
//! cancellation, a confirmation, a failure or the shipping came first. The process undoes only steps that it knows were
//! taken.
//!
//! **Attacked by** `tests/domain/world` (whole orders over messages in any order), `tests/domain/table/fulfilment.rs`
//! (every state takes every outcome), and the simulation, whose defects break one rule of the process at a time.
//!
//! The process is an ordinary decider. An outcome of another stream arrives as a command, and the process notes it. The
//! same commit contains the intents (`…Requested`) that follow from it. The owner of the affected stream reacts to each
//! intent. Every intent ends in an outcome; a rejection is one too. So each step is one message in, one decision, one
//! append. Outcomes may arrive in any order and any number of times.
//!
//! - Goods leave, stock is taken and money is captured only after the order's stream has accepted the shipping.
//! - The process requests a release when it notes the reservation, a void or refund when it notes the payment, and a
//!   credit when it notes the invoice, each independently of the others. While a confirmation is outstanding, it undoes
//!   nothing and requests no failure.
//! - A view proposes the warehouses to ask, and the quantity that each seems to have; the stock streams decide. If a
//!   warehouse seems to have a whole line, the process asks only the first such warehouse by id. Otherwise it splits
//!   the line over the warehouses that seem to have some. Warehouses that seem empty come last. A warehouse gives what
//!   it has. If that is less than asked, the process looks at the view again, and plans the rest anew: a warehouse that
//!   still seems to have some may be asked again, after those that were asked less often. [`LineProgress`] has the
//!   bounds. The view does not propose a warehouse whose first delivery it has not seen.
//! - A reservation has an identity ([`StockPosition`]). The process names it when it requests that it is released or
//!   dispatched. Each part of a line is closed by one of both, because no order is undone after it was shipped.
//! - The staff may withdraw what a warehouse holds for a confirmed order. The process releases it, and reserves the goods
//!   elsewhere. Until it has them, the order's stream refuses to be shipped. Then each warehouse packs its shipment anew,
//!   if the goods that it holds are others now. If no other warehouse has the goods, the order is cancelled. A
//!   warehouse whose goods were withdrawn is not asked for them again.
//! - A provider may end, capture or refund a payment by itself, at any moment. Each of these is an outcome. If a confirmed
//!   order has no hold any more, the process makes another attempt to pay, and asks the order's stream to record that the
//!   order is unpaid, so that it is not shipped. `payments.rs` has the rules.
//! - An answer names its request, if the process can make more than one of the kind: by a number, by a reservation, by an
//!   attempt to pay, or by the intent that it followed from. An older answer that comes again is none.
//! - Goods may come back after the delivery. Then the process has work again, even if it had finished: `returns.rs`.
//! - Deadlines are events. There is one until the confirmation, one from there until shipping, one until all shipments
//!   have arrived, and one until everything is settled or undone. If the first one passes, the process decides to stop
//!   the order. A deadline is no outcome: the process still waits for outstanding outcomes, and a late confirmation
//!   makes the deadline void. The process notes later deadlines for a person to look at. An amount that
//!   no card paid is such a case: a person names another card or writes it off.
//! - The order records all steps that become known together in one commit: placed, account connected, reservation
//!   requested; then reservation succeeded, payment connected and succeeded, confirmed. `tests/domain/world` counts the
//!   commits.
//! - Personal data stay in the stream of the account. Carts, orders and shipments contain only the id of an address and
//!   the token of a card.

mod candidate;
mod deadline;
mod event;
mod line;
mod outcome;
mod payments;
mod process;
mod progress;
mod replacing;
mod request;
mod reservation;
mod returns;
mod taken_back;
mod waits;
mod wants;
mod withdrawals;

pub use candidate::Candidate;
pub use deadline::{Deadline, Step};
pub use event::{Event, OfPayment, Parcel, Receipt, StockPosition};
pub use line::{LineProgress, Part, PartProgress};
pub use outcome::{
    InvoiceOutcome, Outcome, PaymentOutcome, ReturnOutcome, ShipmentOutcome, Unreadable, of_invoice, of_order,
    of_payment, of_shipment, of_stock, outcome_of,
};
pub use payments::MOST_ATTEMPTS;
pub use process::Process;
pub use progress::{DebtProgress, InvoiceProgress, OrderProgress, PaymentProgress, ShipmentProgress};
pub use request::{PaymentRequest, Request, StockRequest, request_of};
pub use reservation::{closed_by, reaction_to};
pub use taken_back::{CreditNoteProgress, ReceiptProgress, RefundProgress, ReturnProgress};
pub use waits::Awaited;
pub use withdrawals::Withdrawals;

use crate::order::Placement;
use crate::values::OrderId;
use foldlog::{Decider, NoRefusal, Timestamp};
use serde::{Deserialize, Serialize};

/// The decider of a process.
pub struct Fulfilment;

/// The name of the step in which the owner of a stream reacts to an intent.
pub const REACTION: &str = "react";

/// A command to a process.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Start: a cart was checked out.
    Start {
        /// The checked-out cart.
        placement: Placement,
        /// The moment of the checkout.
        at: Timestamp,
    },
    /// Note an outcome of another stream, and continue.
    Note {
        /// The outcome.
        outcome: Outcome,
        /// The moment of the outcome.
        at: Timestamp,
    },
    /// Compare the deadline with the time. If it has passed, note that, and continue.
    PassDeadline {
        /// The current time.
        now: Timestamp,
    },
}

/// The state of a process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The process knows of no checkout of a cart with this id.
    #[default]
    NotStarted,
    /// The process has started.
    Started(Box<Process>),
}

impl Decider for Fulfilment {
    const CATEGORY: &'static str = "fulfilment";
    const STATE_SCHEMA: u32 = 3;
    type Id = OrderId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = NoRefusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Start { .. })
    }

    /// A process refuses nothing, and ignores an outcome that does not concern it.
    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, NoRefusal> {
        Ok(match (state, command) {
            (State::NotStarted, Command::Start { placement, at }) => {
                go_on(Process::started(placement), vec![Event::OrderPlacementRequested(placement.clone())], *at)
            }
            (State::Started(process), Command::Note { outcome, at }) => match process.note(outcome) {
                Some(noted) => {
                    let noted: Vec<_> = [noted].into_iter().chain(renewal(outcome, *at)).collect();
                    go_on(noted.iter().fold((**process).clone(), Process::evolve), noted, *at)
                }
                // A later release may want more than the one that noted the last outcome. It catches up here.
                None if process.intents().is_empty() => vec![],
                None => go_on((**process).clone(), vec![], *at),
            },
            (State::Started(process), Command::PassDeadline { now }) => {
                let renewal = process.renewal().filter(|at| at <= now).map(|_| Event::RenewalDue {});
                let deadline = process.next_deadline().filter(|(_, at)| at <= now);
                let passed: Vec<_> =
                    renewal.into_iter().chain(deadline.map(|(step, _)| Event::DeadlinePassed { step })).collect();
                if passed.is_empty() {
                    return Ok(vec![]);
                }
                go_on(passed.iter().fold((**process).clone(), Process::evolve), passed, *now)
            }
            (State::Started(_), Command::Start { .. })
            | (State::NotStarted, Command::Note { .. } | Command::PassDeadline { .. }) => vec![],
        })
    }

    fn evolve(state: State, event: &Event) -> State {
        match (state, event) {
            (State::NotStarted, Event::OrderPlacementRequested(placement)) => {
                State::Started(Box::new(Process::started(placement)))
            }
            (State::Started(process), event) => State::Started(Box::new(process.evolve(event))),
            (State::NotStarted, _) => State::NotStarted,
        }
    }
}

/// The events, then the intents that follow from them, then the deadline of the next step if one begins.
fn go_on(process: Process, happened: Vec<Event>, at: Timestamp) -> Vec<Event> {
    let intents = process.intents();
    let process = intents.iter().fold(process, Process::evolve);
    let begun = process.step().filter(|step| process.deadline.step() != Some(*step));
    let deadline = begun.map(|step| Event::DeadlineSet { step, at: step.deadline(at) });
    happened.into_iter().chain(intents).chain(deadline).collect()
}

/// A hold is renewed when an eighth of its time is left. The provider does not always say how long that is.
fn renewal(outcome: &Outcome, at: Timestamp) -> Option<Event> {
    let Outcome::Payment { outcome: PaymentOutcome::Authorised { expires_at: Some(expires_at) }, .. } = outcome else {
        return None;
    };
    let left_ms = expires_at.0.saturating_sub(at.0).max(0);
    Some(Event::RenewalSet { at: Timestamp(expires_at.0.saturating_sub(left_ms / 8)) })
}

#[cfg(test)]
mod tests;
