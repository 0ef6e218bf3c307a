//! The data directory of a host.

use crate::error::HostError;
use crate::options::Storage;
use std::path::PathBuf;
use tempfile::TempDir;

/// The data directory. A temporary one is removed with it.
pub(crate) enum Directory {
    /// Removed when dropped.
    Temporary(TempDir),
    /// Kept.
    Kept(PathBuf),
}

impl Directory {
    /// Creates or finds the directory.
    pub(crate) fn open(storage: Storage) -> Result<Self, HostError> {
        match storage {
            Storage::Temporary => Ok(Self::Temporary(TempDir::new().map_err(HostError::Directory)?)),
            Storage::Directory(path) => {
                std::fs::create_dir_all(&path).map_err(HostError::Directory)?;
                Ok(Self::Kept(path))
            }
        }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &std::path::Path {
        match self {
            Self::Temporary(directory) => directory.path(),
            Self::Kept(path) => path,
        }
    }
}
