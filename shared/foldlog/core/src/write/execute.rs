//! The metadata of a command, and its result.

use crate::hash::Digest;
use crate::stream::Version;
use crate::time::Timestamp;
use crate::write::commit::{Actor, Correlation};
use crate::write::identity::{Cause, CommandId};
use crate::write::log::LogError;

/// The metadata of a command: who sent it and why, and how a repetition is recognised.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The command's id.
    pub id: CommandId,
    /// The digest of its content.
    pub digest: Digest,
    /// The correlation that it belongs to.
    pub correlation: Correlation,
    /// The event that caused it.
    pub cause: Option<Cause>,
    /// Who acts.
    pub actor: Actor,
    /// The version that the stream must have, if the client named one.
    pub expected: Option<Version>,
}

/// The effect of a command that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Its events are in the log.
    Appended,
    /// It was carried out before, and this is the answer from then.
    Repeated,
    /// There was nothing to do.
    Unchanged,
}

/// The stream as the command left it.
#[derive(Clone, Debug)]
pub struct Executed<S> {
    /// Its state. For a repetition, the state after the first time.
    pub state: S,
    /// Its version after the command.
    pub version: Version,
    /// When its last commit was committed; none for a stream without commits.
    pub committed_at: Option<Timestamp>,
    /// The command's effect.
    pub effect: Effect,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError<R> {
    /// The stream's rules do not allow it.
    #[error("{0}")]
    Refused(R),
    /// The stream is not at the version that the client named.
    #[error("the version is {actual}, not {expected}")]
    VersionMismatch {
        /// The version that the client named.
        expected: Version,
        /// The version that it has.
        actual: Version,
    },
    /// The command's id was used for a command with other content.
    #[error("the same command id was used with other content")]
    OtherContent,
    /// Other commands came first in every attempt.
    #[error("others were first again and again; try once more")]
    Contended,
    /// The events do not serialise, or are too large for a commit.
    #[error("{0}")]
    TooLarge(String),
    /// The log failed. If it was unavailable, you cannot know whether the command was carried out: repeat it under the
    /// same id.
    #[error(transparent)]
    Log(#[from] LogError),
}
