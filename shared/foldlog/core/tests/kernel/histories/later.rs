//! The shelf as a later release knows it: the same events and commands, and a state of another shape.

use crate::histories::shelf::{Happened, Not, ROOM, Sending, Shelf, State};
use foldlog::Decider;
use serde::{Deserialize, Serialize};

/// A shelf that counts the room that is left. `VERSION` is the number of its state's shape.
pub(crate) struct Roomy<const VERSION: u32>;

/// Serialised under the names of [`State`], with another meaning: only the number tells their snapshots apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Room {
    #[serde(rename = "pieces")]
    left: u32,
    locked: bool,
}

impl Default for Room {
    fn default() -> Self {
        State::default().into()
    }
}

impl From<State> for Room {
    fn from(State { pieces, locked }: State) -> Self {
        Self { left: ROOM.saturating_sub(pieces), locked }
    }
}

impl From<Room> for State {
    fn from(Room { left, locked }: Room) -> Self {
        Self { pieces: ROOM.saturating_sub(left), locked }
    }
}

impl<const VERSION: u32> Decider for Roomy<VERSION> {
    const CATEGORY: &'static str = Shelf::CATEGORY;
    const STATE_SCHEMA: u32 = VERSION;
    type Id = u64;
    type State = Room;
    type Command = Sending;
    type Event = Happened;
    type Refusal = Not;

    fn creates(sending: &Sending) -> bool {
        Shelf::creates(sending)
    }

    fn decide(room: &Room, sending: &Sending) -> Result<Vec<Happened>, Not> {
        Shelf::decide(&room.clone().into(), sending)
    }

    fn evolve(room: Room, event: &Happened) -> Room {
        Shelf::evolve(room.into(), event).into()
    }
}
