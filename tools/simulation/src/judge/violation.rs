//! What must hold of a run, and what does not.

use foldlog::StreamName;
use std::fmt;

/// What must hold, whatever went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Invariant {
    /// Every stream is contiguous and a whole chain, and its times never go back.
    WholeStreams,
    /// What was acknowledged is in the log once, and what was not at most once.
    AppendedOnce,
    /// A refusal was true at some moment of its command, and so was that there was nothing to do.
    TrueAnswers,
    /// Every intent was answered at most once by the stream that it was for.
    AnsweredOnce,
    /// Never more is reserved than there is.
    NeverOversold,
    /// Stock, payment, invoice, shipments, order and process agree about every order, and its money is where they say.
    Agreement,
    /// Every order that can go on does.
    NobodyWaits,
    /// Every row is the fold of its stream, every total that of all streams.
    ViewsAreFolds,
    /// Nothing is parked that can be read.
    NothingParked,
    /// Nobody read what was not so.
    TrueReads,
    /// A run comes to its end.
    ComesToAnEnd,
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What should.
    pub invariant: Invariant,
    /// How it does not.
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

/// What is wrong with a stream's name or content that no function could have written.
pub(super) fn unreadable(stream: &StreamName, error: impl fmt::Display) -> Violation {
    Violation::new(Invariant::WholeStreams, format!("{stream} does not read: {error}"))
}
