//! The decider: what a stream type decides, and how its state follows from its events.

use crate::named::Named;
use crate::stream::{LONGEST_NAME, StreamId, StreamName};
use crate::write::event::Event;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One stream type. Its functions are total, synchronous and without clock, randomness or I/O: what a decision needs
/// of the outside (time, prices) stands in the command. A command that already happened yields no event.
pub trait Decider {
    /// The category of its streams.
    const CATEGORY: &'static str;
    /// The number of the state's shape in snapshots: one more whenever what `State` serialises to changes, or what
    /// `evolve` makes of the same events. Snapshots of other numbers are ignored.
    const STATE_SCHEMA: u32;
    /// What names one of its streams.
    type Id: StreamId;
    /// What the events amount to; the default is that of a stream without events.
    type State: Default + Clone + Serialize + DeserializeOwned + Send + Sync;
    /// What is asked for.
    type Command: Send + Sync;
    /// What happened.
    type Event: Event;
    /// Why not.
    type Refusal: Refusal;

    /// Whether a command creates its stream. Where nothing is remembered of the stream, it is then taken for empty and
    /// not read; the append finds out. A wrong answer costs requests and changes nothing else.
    fn creates(_: &Self::Command) -> bool {
        false
    }

    /// Whether a state is visible to a command's caller, or the refusal of a stream that does not exist. It is asked
    /// before everything else: before the version that the client names, before the answer to a repetition, before
    /// [`Decider::decide`]. So a caller learns nothing about a stream that belongs to somebody else.
    fn visible(_: &Self::State, _: &Self::Command) -> Result<(), Self::Refusal> {
        Ok(())
    }

    /// What a command leads to in a state that its caller sees: the events to append, none where there is nothing to
    /// do, or a refusal.
    fn decide(state: &Self::State, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// The state after one more event.
    fn evolve(state: Self::State, event: &Self::Event) -> Self::State;
}

/// What kind of no a refusal is; the edge makes a status of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// For whoever asked, the thing does not exist.
    NotFound,
    /// It exists, and its rules do not allow it.
    RuleViolated,
}

/// A typed reason why a command was not carried out, under its stable kebab-case name.
pub trait Refusal: std::error::Error + Named + Send + Sync + 'static {
    /// What kind of no.
    fn kind(&self) -> RefusalKind;
}

/// The refusal of a stream that refuses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
pub enum NoRefusal {}

impl Refusal for NoRefusal {
    fn kind(&self) -> RefusalKind {
        match *self {}
    }
}

/// What a command leads to in a state, asked of [`Decider::visible`] first.
pub fn decide<D: Decider>(state: &D::State, command: &D::Command) -> Result<Vec<D::Event>, D::Refusal> {
    D::visible(state, command)?;
    D::decide(state, command)
}

/// The state after `events`.
pub fn fold<D: Decider>(state: D::State, events: &[D::Event]) -> D::State {
    events.iter().fold(state, D::evolve)
}

impl StreamName {
    /// The stream of decider `D` with this id. The compiler checks that the names of all its ids are stream names.
    #[must_use]
    pub fn of<D: Decider>(id: &D::Id) -> Self {
        const {
            assert!(is_category(D::CATEGORY), "a category is lower-case letters");
            assert!(D::CATEGORY.len() + 1 + D::Id::LONGEST <= LONGEST_NAME, "its ids are too long for a stream name");
        }
        Self::joined(D::CATEGORY, id)
    }

    /// The id, where this is a stream of decider `D`.
    #[must_use]
    pub fn id_of<D: Decider>(&self) -> Option<D::Id> {
        self.id().parse().ok().filter(|_| self.category() == D::CATEGORY)
    }
}

const fn is_category(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        if !first.is_ascii_lowercase() {
            return false;
        }
        rest = behind;
    }
    !text.is_empty()
}
