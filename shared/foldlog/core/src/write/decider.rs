//! The decider: what a stream type decides, and how events change its state.

use crate::named::Named;
use crate::stream::{LONGEST_NAME, StreamId, StreamName};
use crate::write::event::Event;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One stream type. Its functions are total, synchronous and without clock, randomness or I/O. The command carries what
/// a decision needs from outside (time, prices). A command that already happened yields no event.
pub trait Decider {
    /// The category of its streams.
    const CATEGORY: &'static str;
    /// The schema number of the state in snapshots. Increase it whenever the serialised form of `State` changes, or the
    /// state that `evolve` makes of the same events. Snapshots with other numbers are ignored.
    const STATE_SCHEMA: u32;
    /// The id type of its streams.
    type Id: StreamId;
    /// The state that the events lead to. The default is the state of a stream without events.
    type State: Default + Clone + Serialize + DeserializeOwned + Send + Sync;
    /// The commands.
    type Command: Send + Sync;
    /// The events.
    type Event: Event;
    /// The reasons for a refusal.
    type Refusal: Refusal;

    /// Whether a command creates its stream. If nothing is remembered of the stream, it is then taken for empty and not
    /// read; the append detects an existing one. A wrong answer costs requests and changes nothing else.
    #[must_use]
    fn creates(_: &Self::Command) -> bool {
        false
    }

    /// Whether a state is visible to a command's caller, or the refusal of a stream that does not exist. It is asked
    /// before everything else: before the version that the client names, before the answer to a repetition, before
    /// [`Decider::decide`]. So a caller learns nothing about another owner's stream.
    fn visible(_: &Self::State, _: &Self::Command) -> Result<(), Self::Refusal> {
        Ok(())
    }

    /// The decision about a command, in a state that its caller sees: the events to append (none if there is nothing to
    /// do), or a refusal.
    fn decide(state: &Self::State, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Refusal>;

    /// The state after one more event.
    fn evolve(state: Self::State, event: &Self::Event) -> Self::State;
}

/// The kind of a refusal. The edge maps it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// For this caller, the thing does not exist.
    NotFound,
    /// It exists, and its rules do not allow the command.
    RuleViolated,
}

/// A typed reason why a command was not carried out, under its stable kebab-case name.
pub trait Refusal: std::error::Error + Named + Send + Sync + 'static {
    /// The kind of refusal: a violated rule, unless a stream says that the thing does not exist.
    fn kind(&self) -> RefusalKind {
        RefusalKind::RuleViolated
    }

    /// What a program needs to go on, by name: members of the problem document beside its text.
    fn members(&self) -> Vec<(&'static str, Value)> {
        vec![]
    }
}

/// The refusal type of a stream that refuses nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
pub enum NoRefusal {}

impl Refusal for NoRefusal {}

/// The decision about a command, after [`Decider::visible`].
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
