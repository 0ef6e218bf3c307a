//! The invariants of a run, and their violations.

use foldlog::StreamName;
use std::fmt;

/// The invariants that must hold in spite of all faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Invariant {
    /// Every stream is contiguous and a whole chain, and its times never go back.
    WholeStreams,
    /// No commit is stamped with a time that has not come.
    TrueTimes,
    /// An acknowledged command is in the log once, any other at most once.
    AppendedOnce,
    /// A refusal was true at some moment of its command, and so was an answer that nothing changed.
    TrueAnswers,
    /// The stream that an intent is for answers it at most once.
    AnsweredOnce,
    /// Never more is reserved than is on hand.
    NeverOversold,
    /// A reservation is made once, and closed at most once, with what it holds.
    ReservedOnce,
    /// Stock, payment, invoice, shipments, order and process agree about every order, and its money is where they say.
    Agreement,
    /// Every order that can continue does.
    NobodyWaits,
    /// Every row is the fold of its stream, every total that of all streams.
    ViewsAreFolds,
    /// No event is parked that can be read.
    NothingParked,
    /// Every read was true.
    TrueReads,
    /// What is personal is sealed wherever it is kept, and out of reach once it was erased.
    Personal,
    /// A run comes to its end.
    ComesToAnEnd,
}

/// The violation of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant.
    pub invariant: Invariant,
    /// The details.
    pub detail: String,
}

impl Violation {
    pub(crate) fn new(invariant: Invariant, detail: impl Into<String>) -> Self {
        Self { invariant, detail: detail.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.invariant, self.detail)
    }
}

/// The violation that a stream's name or content cannot be read.
pub(super) fn unreadable(stream: &StreamName, error: impl fmt::Display) -> Violation {
    Violation::new(Invariant::WholeStreams, format!("{stream} does not read: {error}"))
}
