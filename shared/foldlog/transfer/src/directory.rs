//! Reading an export.

use crate::error::TransferError;
use crate::file;
use crate::manifest::Manifest;
use crate::survey::Survey;
use foldlog::Commit;
use std::path::{Path, PathBuf};

/// A directory that holds a finished export.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    manifest: Manifest,
}

impl Directory {
    /// The export in a directory. So far only the manifest was read.
    pub fn open(path: &Path) -> Result<Self, TransferError> {
        Ok(Self { path: path.to_owned(), manifest: Manifest::read(path)? })
    }

    /// The manifest: what the export should hold.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The commits of all its files, by stream, oldest first. The checksum of a file is known only at its end, and
    /// whether the commits are a log only at the end of all files. So [check](Self::check) the export before you use
    /// its commits.
    pub fn commits(&self) -> impl Iterator<Item = Result<Commit, TransferError>> {
        file::commits(&self.path, &self.manifest.files)
    }

    /// Reads all of it, and checks that each file is as the manifest says, and that all files together are a log.
    /// `done` is called for each commit.
    pub fn check(&self, done: impl Fn()) -> Result<(), TransferError> {
        let found = Survey::of(self.commits().map(|commit| commit.inspect(|_| done())))?.end(Vec::new())?;
        let Manifest { streams, commits, root, .. } = &self.manifest;
        let totals = [
            ("streams", streams.to_string(), found.streams.to_string()),
            ("commits", commits.to_string(), found.commits.to_string()),
            ("as its root", root.clone(), found.root),
        ];
        match totals.into_iter().find(|(_, expected, found)| expected != found) {
            Some((what, expected, found)) => Err(TransferError::Total { what, expected, found }),
            None => Ok(()),
        }
    }
}
