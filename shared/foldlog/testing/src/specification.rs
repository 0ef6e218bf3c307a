//! Given / when / then: tests for the rules of a decider.

use foldlog::write::decider::{Decider, decide, fold};
use std::fmt::Debug;

/// The events so far.
pub struct Given<D: Decider> {
    state: D::State,
}

/// The decision of a decider.
pub struct When<D: Decider> {
    outcome: Result<Vec<D::Event>, D::Refusal>,
}

/// Starts from a stream with these events.
pub fn given<D: Decider>(events: impl AsRef<[D::Event]>) -> Given<D> {
    Given { state: fold::<D>(D::State::default(), events.as_ref()) }
}

impl<D: Decider> Given<D> {
    /// Decides a command.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "reads as a sentence")]
    pub fn when(self, command: D::Command) -> When<D> {
        When { outcome: decide::<D>(&self.state, &command) }
    }
}

impl<D: Decider<Event: PartialEq + Debug, Refusal: PartialEq + Debug>> When<D> {
    /// Expects exactly these events.
    ///
    /// # Panics
    /// If the decision was another one.
    pub fn then(self, events: impl AsRef<[D::Event]>) {
        match self.outcome {
            Ok(decided) => assert_eq!(decided, events.as_ref()),
            Err(refusal) => panic!("refused: {refusal:?}"),
        }
    }

    /// Expects that there is nothing to do.
    ///
    /// # Panics
    /// If the decision was another one.
    pub fn then_nothing(self) {
        self.then([]);
    }

    /// Expects this refusal.
    ///
    /// # Panics
    /// If the decision was another one.
    pub fn then_refused(self, refusal: D::Refusal) {
        assert_eq!(self.outcome, Err(refusal));
    }
}
