//! Given / when / then: how a decider's rules are written down as tests.

use foldlog::write::decider::{Decider, fold};
use std::fmt::Debug;

/// What happened before.
pub struct Given<D: Decider> {
    state: D::State,
}

/// What a decider made of a command.
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
        When { outcome: D::decide(&self.state, &command) }
    }
}

impl<D: Decider<Event: PartialEq + Debug, Refusal: PartialEq + Debug>> When<D> {
    /// Expects exactly these events.
    ///
    /// # Panics
    /// Where the decision was another.
    pub fn then(self, events: impl AsRef<[D::Event]>) {
        match self.outcome {
            Ok(decided) => assert_eq!(decided, events.as_ref()),
            Err(refusal) => panic!("refused: {refusal:?}"),
        }
    }

    /// Expects that there is nothing to do.
    ///
    /// # Panics
    /// Where the decision was another.
    pub fn then_nothing(self) {
        self.then([]);
    }

    /// Expects this refusal.
    ///
    /// # Panics
    /// Where the decision was another.
    pub fn then_refused(self, refusal: D::Refusal) {
        assert_eq!(self.outcome, Err(refusal));
    }
}
