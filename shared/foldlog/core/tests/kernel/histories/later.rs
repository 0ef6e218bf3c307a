//! The shelf as a later release knows it: the same events and commands, and a state of another shape.

use crate::histories::shelf::{Command, Happened, Not, ROOM, Shelf, State};
use foldlog::Decider;
use serde::{Deserialize, Serialize};

/// A shelf that counts the room that is left. `VERSION` is the number of its state's shape.
pub(crate) struct Roomy<const VERSION: u32>;

/// Written under the names of [`State`], with another meaning: only its number tells a snapshot of one from the other.
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
    type State = Room;
    type Command = Command;
    type Event = Happened;
    type Refusal = Not;

    fn decide(room: &Room, command: &Command) -> Result<Vec<Happened>, Not> {
        Shelf::decide(&room.clone().into(), command)
    }

    fn evolve(room: Room, event: &Happened) -> Room {
        Shelf::evolve(room.into(), event).into()
    }
}
