//! What surrounds a command, and what becomes of it.

use crate::hash::Digest;
use crate::stream::Version;
use crate::time::Timestamp;
use crate::write::commit::{Actor, Correlation};
use crate::write::identity::{Cause, CommandId};
use crate::write::log::LogError;

/// What surrounds a command: who and why, and how a repetition is recognised.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The command's id.
    pub id: CommandId,
    /// The digest of its content.
    pub digest: Digest,
    /// What it belongs to.
    pub correlation: Correlation,
    /// The event it follows from.
    pub cause: Option<Cause>,
    /// Who acts.
    pub actor: Actor,
    /// The version that the stream must have, where the client named one.
    pub expected: Option<Version>,
}

/// What became of a command that was not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Its events are in the log.
    Appended,
    /// It had been carried out before, and this is what was answered then.
    Repeated,
    /// There was nothing to do.
    Unchanged,
}

/// The stream as the command left it.
#[derive(Clone, Debug)]
pub struct Executed<S> {
    /// Its state; for a repetition, that after the first time.
    pub state: S,
    /// Its version then.
    pub version: Version,
    /// When its last commit was committed; nothing for a stream without any.
    pub committed_at: Option<Timestamp>,
    /// What became of the command.
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
        /// What the client named.
        expected: Version,
        /// What it is.
        actual: Version,
    },
    /// The command's id was used for a command of other content.
    #[error("the same command id was used with other content")]
    OtherContent,
    /// Others were first, again and again.
    #[error("others were first again and again; try once more")]
    Contended,
    /// The events do not serialise or do not fit.
    #[error("{0}")]
    TooLarge(String),
    /// The log failed. Where it was unavailable, whether the command was carried out is unknown: repeat it under the
    /// same id.
    #[error(transparent)]
    Log(#[from] LogError),
}
