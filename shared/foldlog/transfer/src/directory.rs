//! Reading an export.

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
    #[must_use]
    pub fn commits(&self) -> Commits<'_> {
        Commits { directory: self, files: self.manifest.files.iter(), file: None }
    }

    /// Reads all of it, and checks that each file is as the manifest says, and that all files together are a log.
    /// `done` is called for each commit.
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
