//! What a retry of something parked comes to.

use foldlog::Version;
use foldlog::read::engine::Redriven;

/// The outcome of a retry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The subscriber has reached this version, or the lost batch is recovered. The note is gone.
    Follows(Version),
    /// Nothing has to follow any more. The note is gone.
    GivenUp,
    /// The event is published again; the note goes when the function has reacted to it.
    Published,
    /// The subscriber still cannot process it, for this reason.
    Stuck(String),
    /// No subscriber can process it: it indicates tampering.
    Alarm,
}

impl From<Redriven> for Outcome {
    fn from(redriven: Redriven) -> Self {
        match redriven {
            Redriven::Follows(version) => Self::Follows(version),
            Redriven::GivenUp => Self::GivenUp,
            Redriven::Stuck(error) => Self::Stuck(error),
        }
    }
}
