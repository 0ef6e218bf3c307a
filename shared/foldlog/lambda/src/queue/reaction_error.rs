//! Why a reaction failed, and whether a retry alone can help.

use crate::function::Error;
use foldlog::react::message::NoPayload;
use foldlog::read::parked::Class;
use foldlog::stream::InvalidName;
use foldlog::write::execute::ExecuteError;
use foldlog::{DecodeError, LogError};
use std::fmt::Display;

/// Why a reaction failed.
#[derive(Debug, thiserror::Error)]
pub enum ReactionError {
    /// The event cannot be read by this release.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// The message is not an event message, or names an event that does not exist.
    #[error("the message does not read: {0}")]
    Malformed(String),
    /// A command with the same id was carried out with another content.
    #[error("the same command id was used with other content")]
    OtherContent,
    /// The derived command was refused.
    #[error("what follows from it was refused: {0}")]
    Refused(String),
    /// Other writers came first in every attempt.
    #[error("others were first again and again")]
    Contended,
    /// The log cannot be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Another dependency of the reaction failed.
    #[error(transparent)]
    Unavailable(Error),
}

impl ReactionError {
    /// The error that the event names something that does not exist.
    pub fn malformed(reason: impl Display) -> Self {
        Self::Malformed(reason.to_string())
    }

    /// Whether a retry alone can help.
    #[must_use]
    pub const fn class(&self) -> Class {
        match self {
            Self::Undecodable(_)
            | Self::Malformed(_)
            | Self::OtherContent
            | Self::Refused(_)
            | Self::Log(LogError::Corrupt { .. }) => Class::Permanent,
            Self::Contended
            | Self::Log(LogError::Unavailable(_) | LogError::Denied(_) | LogError::TooLong { .. })
            | Self::Unavailable(_) => Class::Transient,
        }
    }
}

impl<R: Display> From<ExecuteError<R>> for ReactionError {
    fn from(error: ExecuteError<R>) -> Self {
        match error {
            ExecuteError::Log(error) => Self::Log(error),
            ExecuteError::Contended => Self::Contended,
            ExecuteError::OtherContent => Self::OtherContent,
            other @ (ExecuteError::Refused(_) | ExecuteError::VersionMismatch { .. } | ExecuteError::TooLarge(_)) => {
                Self::Refused(other.to_string())
            }
        }
    }
}

impl From<NoPayload> for ReactionError {
    fn from(error: NoPayload) -> Self {
        match error {
            NoPayload::Undecodable(error) => Self::Undecodable(error),
            elsewhere @ NoPayload::Elsewhere(_) => Self::malformed(elsewhere),
        }
    }
}

impl From<InvalidName> for ReactionError {
    fn from(error: InvalidName) -> Self {
        Self::malformed(error)
    }
}
