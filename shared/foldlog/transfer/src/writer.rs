//! The files of an export and its manifest, written from commits by stream, oldest first.

use crate::error::TransferError;
use crate::file::Writing;
use crate::manifest::{Listed, Manifest, NAME, replace};
use crate::survey::Survey;
use foldlog::Commit;
use std::path::{Path, PathBuf};

/// The part that is written so far.
#[derive(Debug)]
pub(crate) struct Writer {
    directory: PathBuf,
    file_bytes: u64,
    /// The survey of all that was written.
    pub(crate) survey: Survey,
    /// The files that are finished.
    pub(crate) files: Vec<Listed>,
    file: Option<Writing>,
}

impl Writer {
    /// Continues after files with this survey.
    pub(crate) fn behind(directory: &Path, file_bytes: u64, files: Vec<Listed>, survey: Survey) -> Self {
        Self { directory: directory.to_owned(), file_bytes, survey, files, file: None }
    }

    /// Writes the next commit, and returns whether that finished a file.
    pub(crate) fn put(&mut self, commit: &Commit) -> Result<bool, TransferError> {
        self.survey.take(commit)?;
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(Writing::create(&self.directory, self.files.len() + 1, commit.event_id(0))?),
        };
        file.write(commit)?;
        let full = file.listed.bytes >= self.file_bytes;
        if full {
            self.close()?;
        }
        Ok(full)
    }

    fn close(&mut self) -> Result<(), TransferError> {
        if let Some(file) = self.file.take() {
            self.files.push(file.finish()?);
        }
        Ok(())
    }

    /// Writes the manifest: no commit follows.
    pub(crate) fn finish(mut self) -> Result<Manifest, TransferError> {
        self.close()?;
        let manifest = self.survey.end(self.files)?;
        replace(&self.directory.join(NAME), &manifest)?;
        Ok(manifest)
    }
}
