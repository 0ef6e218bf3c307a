//! The files of an export and its manifest, written from commits by stream, oldest first.

use crate::error::TransferError;
use crate::file::Writing;
use crate::manifest::{FORMAT, Listed, Manifest};
use crate::survey::Survey;
use foldlog::Commit;
use std::path::{Path, PathBuf};

/// The part that is written so far.
#[derive(Debug)]
pub(crate) struct Writer {
    directory: PathBuf,
    file_bytes: u64,
    survey: Survey,
    files: Vec<Listed>,
    file: Option<Writing>,
}

impl Writer {
    /// Continues after files with this survey.
    pub(crate) fn behind(directory: &Path, file_bytes: u64, files: Vec<Listed>, survey: Survey) -> Self {
        Self { directory: directory.to_owned(), file_bytes, survey, files, file: None }
    }

    /// The survey of all that was written.
    pub(crate) const fn survey(&self) -> &Survey {
        &self.survey
    }

    /// The files that are finished.
    pub(crate) fn files(&self) -> &[Listed] {
        &self.files
    }

    /// Writes the next commit, and returns whether that finished a file.
    pub(crate) fn put(&mut self, commit: &Commit) -> Result<bool, TransferError> {
        self.survey.take(commit)?;
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(Writing::create(&self.directory, self.files.len() + 1)?),
        };
        file.write(commit)?;
        let full = file.bytes() >= self.file_bytes;
        if full {
            self.close()?;
        }
        Ok(full)
    }

    fn close(&mut self) -> Result<(), TransferError> {
        if let Some(file) = self.file.take() {
            self.files.extend(file.finish()?);
        }
        Ok(())
    }

    /// Writes the manifest: no commit follows.
    pub(crate) fn finish(mut self) -> Result<Manifest, TransferError> {
        self.close()?;
        let found = self.survey.end()?;
        let (until, streams, commits, root) = (found.newest, found.streams, found.commits, found.root);
        let manifest = Manifest { format: FORMAT, until, streams, commits, root, files: self.files };
        manifest.write(&self.directory)?;
        Ok(manifest)
    }
}
