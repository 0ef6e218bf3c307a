//! The errors of an export, or of the log that it is made from.

use foldlog::write::chain::Broken;
use foldlog::{EventId, LogError, Timestamp};
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// Why a log was not exported, or an export could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A file or directory cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// There is no manifest.
    #[error(
        "there is no {}: the directory is no export, or one that was not finished; export to it again to finish it",
        .0.display()
    )]
    NoManifest(PathBuf),
    /// The manifest is invalid, or of another release.
    #[error("{} is no manifest of this release: {reason}", path.display())]
    Manifest {
        /// Its path.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// A file is not as the manifest says.
    #[error("{}: {reason}; take that file from another copy of the export", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The files together are not as the manifest says.
    #[error("the manifest says {expected} {what}, its files hold {found}: one of them was changed")]
    Total {
        /// The quantity that differs.
        what: &'static str,
        /// The value in the manifest.
        expected: String,
        /// The value in the files.
        found: String,
    },
    /// The directory holds a finished export.
    #[error("{} holds a finished export: choose another directory", .0.display())]
    Finished(PathBuf),
    /// The directory holds the beginning of an export up to another moment.
    #[error("{} holds the beginning of an export up to {begun}: finish that one, or choose another directory", directory.display())]
    OtherMoment {
        /// The directory.
        directory: PathBuf,
        /// The moment of that export.
        begun: Timestamp,
    },
    /// A stream is not as it was written.
    #[error("the log: {0}")]
    Broken(#[from] Broken),
    /// The commits are not in the order of streams and versions.
    #[error("{0} does not stand in the order of streams and versions")]
    Disordered(EventId),
    /// An effect has no cause in the export.
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
