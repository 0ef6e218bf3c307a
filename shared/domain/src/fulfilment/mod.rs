//! `fulfilment-<order id>`: the process manager that carries an order from checkout to its end.
//!
//! An ordinary decider on a stream of its own. An outcome of another stream comes in as a command and is noted; what
//! is now wanted is appended beside the note as an intent (`…Requested`), to which the owner of the stream concerned
//! reacts. It writes nowhere else. Outcomes may come in any order and any number of times.

mod outcome;
mod process;

pub use outcome::{Outcome, of_order, of_stock};
pub use process::{Awaited, OrderProgress, Process, Reservation};

use crate::order::{Failure, Placement};
use crate::values::{OrderId, Quantity, Sku, WarehouseId};
use eventsourcing::event::Upcaster;
use eventsourcing::stream::InvalidName;
use eventsourcing::{Decider, RefusalKind, StreamName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The stream type.
pub struct Stream;

/// The step under which the owner of the stream that an intent concerns reacts to it.
pub const REACTION: &str = "react";

/// The stream of an order's process.
pub fn stream(order: &OrderId) -> Result<StreamName, InvalidName> {
    StreamName::new(Stream::CATEGORY, order.as_str())
}

/// What can be asked of a process.
#[derive(Clone, Debug)]
pub enum Command {
    /// A cart was checked out: begin.
    Start(Placement),
    /// Another stream moved: note it, and go on.
    Note(Outcome),
}

/// What a process noted and what it wants done. `…Requested` are its intents; each ends in an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    OrderPlacementRequested(Placement),
    /// With the warehouses that may have each product, in the order in which they are asked.
    PlacementNoted {
        candidates: BTreeMap<Sku, Vec<WarehouseId>>,
    },
    ReservationRequested {
        warehouse: WarehouseId,
        sku: Sku,
        quantity: Quantity,
    },
    ReservationNoted {
        warehouse: WarehouseId,
        sku: Sku,
    },
    RejectionNoted {
        warehouse: WarehouseId,
        sku: Sku,
    },
    ReservationReleaseRequested {
        warehouse: WarehouseId,
        sku: Sku,
    },
    ReleaseNoted {
        warehouse: WarehouseId,
        sku: Sku,
    },
    ConfirmationRequested {},
    ConfirmationNoted {},
    FailureRequested {
        reason: Failure,
    },
    FailureNoted {},
    CancellationNoted {},
}

impl eventsourcing::Event for Event {
    // Lines without a category are what they were.
    const UPCASTERS: &'static [Upcaster] = &[Upcaster { event: "OrderPlacementRequested", from: 1, step: |data| data }];

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// Where a process stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// No cart of this id was checked out, as far as it knows.
    #[default]
    NotStarted,
    /// It goes its way.
    Started(Process),
}

/// A process refuses nothing: what does not concern it changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {}

impl eventsourcing::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        match *self {}
    }

    fn name(&self) -> &'static str {
        match *self {}
    }
}

impl Decider for Stream {
    const CATEGORY: &'static str = "fulfilment";
    const STATE_SCHEMA: u32 = 1;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        Ok(match (state, command) {
            (State::NotStarted, Command::Start(placement)) => vec![Event::OrderPlacementRequested(placement.clone())],
            (State::Started(process), Command::Note(outcome)) => {
                process.note(outcome).map(|noted| with_intents(process, noted)).unwrap_or_default()
            }
            (State::Started(_), Command::Start(_)) | (State::NotStarted, Command::Note(_)) => vec![],
        })
    }

    fn evolve(state: State, event: &Event) -> State {
        match (state, event) {
            (State::NotStarted, Event::OrderPlacementRequested(placement)) => {
                State::Started(Process::started(placement))
            }
            (State::Started(process), event) => State::Started(process.evolve(event)),
            (State::NotStarted, _) => State::NotStarted,
        }
    }
}

/// The note, and whatever the process wants done once it is noted.
fn with_intents(process: &Process, noted: Event) -> Vec<Event> {
    let intents = process.clone().evolve(&noted).intents();
    std::iter::once(noted).chain(intents).collect()
}

#[cfg(test)]
mod tests;
