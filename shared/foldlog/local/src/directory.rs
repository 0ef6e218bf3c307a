//! Where a host keeps its data.

use crate::error::HostError;
use crate::options::Storage;
use std::path::PathBuf;
use tempfile::TempDir;

/// The data directory; a temporary one goes with it.
pub(crate) enum Directory {
    /// Thrown away when dropped.
    Temporary(TempDir),
    /// Kept.
    Kept(PathBuf),
}

impl Directory {
    /// Makes or finds the directory.
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
