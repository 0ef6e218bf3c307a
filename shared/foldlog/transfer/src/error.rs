//! What can be wrong with an export, or with the log that it is made of.

use foldlog::write::chain::Broken;
use foldlog::{EventId, LogError, Timestamp};
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// Why a log was not exported, or an export not read.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A file or directory cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// There is no manifest.
    #[error(
        "there is no {}: the directory is no export, or one that was not finished; export to it again to finish it",
        .0.display()
    )]
    NoManifest(PathBuf),
    /// The manifest is none, or of another release.
    #[error("{} is no manifest of this release: {reason}", path.display())]
    Manifest {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file is not what the manifest says.
    #[error("{}: {reason}; take that file from another copy of the export", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The files together are not what the manifest says.
    #[error("the manifest says {expected} {what}, its files hold {found}: one of them was changed")]
    Total {
        /// Of what.
        what: &'static str,
        /// How many there should be, or what.
        expected: String,
        /// What there is.
        found: String,
    },
    /// An export was finished here before.
    #[error("{} holds a finished export: choose another directory", .0.display())]
    Finished(PathBuf),
    /// An export up to another moment was begun here.
    #[error("{} holds the beginning of an export up to {begun}: finish that one, or choose another directory", directory.display())]
    OtherMoment {
        /// Where.
        directory: PathBuf,
        /// Up to when.
        begun: Timestamp,
    },
    /// A stream is not what was written.
    #[error("the log: {0}")]
    Broken(#[from] Broken),
    /// Streams do not come in the order of their names, each in one piece.
    #[error("{0} does not stand in the order of streams and versions")]
    Disordered(EventId),
    /// An effect is there without its cause.
    #[error(
        "{effect} follows from {cause}, which is not there: the log is not whole, or was still being written; try an earlier --until"
    )]
    NotClosed {
        /// An event that follows from it.
        effect: EventId,
        /// The event that is missing.
        cause: EventId,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl TransferError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn file(path: &Path, reason: &dyn Display) -> Self {
        Self::File { path: path.to_owned(), reason: reason.to_string() }
    }
}
