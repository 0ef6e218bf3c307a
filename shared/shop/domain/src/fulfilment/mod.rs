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
//!   the line over the warehouses that seem to have some. Warehouses that seem empty come last. The process asks each
//!   warehouse once, and plans a rejected quantity again among the others. The view does not propose a warehouse whose
//!   first delivery it has not seen.
//! - Deadlines are events. There is one until the confirmation, one from there until shipping, one until all shipments
//!   have arrived, and one until everything is settled or undone. If the first one passes, the process decides to stop
//!   the order. A deadline is no outcome: the process still waits for outstanding outcomes, and a late confirmation
//!   makes the deadline void. The process notes later deadlines for a person to look at. A failed capture is such a
//!   case: the process waits until the provider captures the payment after all.
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
mod process;
mod progress;
mod request;
mod waits;
mod wants;

pub use candidate::Candidate;
pub use deadline::{Deadline, Step};
pub use event::{Event, Parcel};
pub use line::{LineProgress, Part, PartProgress};
pub use outcome::{
    InvoiceOutcome, Outcome, PaymentOutcome, ShipmentOutcome, StockPosition, Unreadable, of_invoice, of_order,
    of_payment, of_shipment, of_stock, outcome_of,
};
pub use process::Process;
pub use progress::{InvoiceProgress, OrderProgress, PaymentProgress, ShipmentProgress};
pub use request::{PaymentRequest, Request, request_of};
pub use waits::Awaited;

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
    const STATE_SCHEMA: u32 = 2;
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
                go_on(Process::started(placement), Event::OrderPlacementRequested(placement.clone()), *at)
            }
            (State::Started(process), Command::Note { outcome, at }) => {
                let noted = process.note(outcome);
                noted.map(|noted| go_on(process.clone().evolve(&noted), noted, *at)).unwrap_or_default()
            }
            (State::Started(process), Command::PassDeadline { now }) => match process.next_deadline() {
                Some((step, at)) if at <= *now => {
                    let passed = Event::DeadlinePassed { step };
                    go_on(process.clone().evolve(&passed), passed, *now)
                }
                Some(_) | None => vec![],
            },
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

/// The event, then the intents that follow from it, then the deadline of the next step if one begins.
fn go_on(process: Process, happened: Event, at: Timestamp) -> Vec<Event> {
    let intents = process.intents();
    let process = intents.iter().fold(process, Process::evolve);
    let begun = process.step().filter(|step| process.deadline.step() != Some(*step));
    let deadline = begun.map(|step| Event::DeadlineSet { step, at: step.deadline(at) });
    std::iter::once(happened).chain(intents).chain(deadline).collect()
}

#[cfg(test)]
mod tests;
