//! An export that is read.

use crate::error::TransferError;
use crate::file::Reading;
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
    /// The export in a directory, of which only the manifest was read.
    pub fn open(path: &Path) -> Result<Self, TransferError> {
        Ok(Self { path: path.to_owned(), manifest: Manifest::read(path)? })
    }

    /// What it should hold.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The commits of all its files, by stream, oldest first. A file's checksum is known at its end alone, and whether
    /// they are a log at the end of all: before anything is made of them, they have to be [checked](Self::check).
    #[must_use]
    pub fn commits(&self) -> Commits<'_> {
        Commits { directory: self, files: self.manifest.files.iter(), file: None }
    }

    /// Reads all of it: whether each file is what the manifest says, and all together a log. `done` is told of each
    /// commit.
    pub fn check(&self, done: impl Fn()) -> Result<(), TransferError> {
        let mut survey = Survey::default();
        for commit in self.commits() {
            survey.take(&commit?)?;
            done();
        }
        let found = survey.end()?;
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

/// See [`Directory::commits`].
pub struct Commits<'a> {
    directory: &'a Directory,
    files: std::slice::Iter<'a, crate::manifest::Listed>,
    file: Option<Reading>,
}

impl Iterator for Commits<'_> {
    type Item = Result<Commit, TransferError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(next) = self.file.as_mut().and_then(Iterator::next) {
                return Some(next);
            }
            match Reading::open(&self.directory.path, self.files.next()?) {
                Ok(file) => self.file = Some(file),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
