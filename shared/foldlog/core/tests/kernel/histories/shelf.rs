//! A small stream type that refuses, does nothing and appends several events, each often and in turn: an answer that
//! was right a moment ago is soon wrong.

use foldlog::{Decider, Event, Refusal, RefusalKind};
use serde::{Deserialize, Serialize};

/// A shelf with room for a few pieces, which can be locked.
pub(crate) struct Shelf;

/// The number of pieces that fit.
pub(crate) const ROOM: u32 = 6;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) pieces: u32,
    pub(crate) locked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Command {
    /// Each piece is an event.
    Put(u32),
    /// All the pieces are one event.
    Take(u32),
    /// A no-op if the shelf is in that state already.
    Lock(bool),
}

/// A command as it is sent.
pub(crate) struct Sending {
    pub(crate) command: Command,
    /// Whether its stream is taken for empty if nothing is remembered of it.
    pub(crate) creates: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
pub(crate) enum Happened {
    Put {},
    Taken { pieces: u32 },
    Locked {},
    Unlocked {},
}

impl Event for Happened {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Not {
    #[error("it is full")]
    Full,
    #[error("there are not so many")]
    Enough,
    #[error("it is locked")]
    Unlocked,
}

impl Refusal for Not {
    fn kind(&self) -> RefusalKind {
        RefusalKind::RuleViolated
    }
}

impl Decider for Shelf {
    const CATEGORY: &'static str = "shelf";
    const STATE_SCHEMA: u32 = 1;
    type Id = u64;
    type State = State;
    type Command = Sending;
    type Event = Happened;
    type Refusal = Not;

    fn creates(sending: &Sending) -> bool {
        sending.creates
    }

    fn decide(state: &State, sending: &Sending) -> Result<Vec<Happened>, Not> {
        decide(state, sending.command)
    }

    fn evolve(state: State, event: &Happened) -> State {
        match *event {
            Happened::Put {} => State { pieces: state.pieces + 1, ..state },
            Happened::Taken { pieces } => State { pieces: state.pieces.saturating_sub(pieces), ..state },
            Happened::Locked {} => State { locked: true, ..state },
            Happened::Unlocked {} => State { locked: false, ..state },
        }
    }
}

/// The decision on a command, independent of how it is sent.
pub(crate) fn decide(state: &State, command: Command) -> Result<Vec<Happened>, Not> {
    match command {
        Command::Lock(locked) if locked == state.locked => Ok(vec![]),
        Command::Lock(true) => Ok(vec![Happened::Locked {}]),
        Command::Lock(false) => Ok(vec![Happened::Unlocked {}]),
        Command::Put(_) | Command::Take(_) if state.locked => Err(Not::Unlocked),
        Command::Put(pieces) if state.pieces + pieces > ROOM => Err(Not::Full),
        Command::Put(pieces) => Ok((0..pieces).map(|_| Happened::Put {}).collect()),
        Command::Take(pieces) if pieces > state.pieces => Err(Not::Enough),
        Command::Take(pieces) => Ok(vec![Happened::Taken { pieces }]),
    }
}
