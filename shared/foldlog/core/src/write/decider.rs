//! The decider: what a stream type decides, and how its state follows from its events.

use crate::write::event::Event;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// One stream type. Both functions are total, synchronous and without clock, randomness or I/O: what a decision needs
/// of the outside (time, prices) stands in the command. A command that already happened yields no event.
pub trait Decider {
    /// The category of its streams.
    const CATEGORY: &'static str;
    /// The number of the state's shape in snapshots: one more whenever what `State` serialises to changes, or what
    /// `evolve` makes of the same events. Snapshots of other numbers are ignored.
    const STATE_SCHEMA: u32;
    /// What the events amount to; the default is that of a stream without events.
    type State: Default + Clone + Serialize + DeserializeOwned + Send + Sync;
    /// What is asked for.
    type Command: Send + Sync;
    /// What happened.
    type Event: Event;
    /// Why not.
    type Refusal: Refusal;

    /// What a command leads to in a state: the events to append, none where there is nothing to do, or a refusal.
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

/// A typed reason why a command was not carried out.
pub trait Refusal: std::error::Error + Send + Sync + 'static {
    /// What kind of no.
    fn kind(&self) -> RefusalKind;

    /// Its stable kebab-case name.
    fn name(&self) -> &'static str;
}

/// The refusal of a stream that refuses nothing.
impl Refusal for Infallible {
    fn kind(&self) -> RefusalKind {
        match *self {}
    }

    fn name(&self) -> &'static str {
        match *self {}
    }
}

/// The state after `events`.
pub fn fold<D: Decider>(state: D::State, events: &[D::Event]) -> D::State {
    events.iter().fold(state, D::evolve)
}
