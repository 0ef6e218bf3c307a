//! Writing an export: stream by stream. It continues where another run stopped.

use crate::error::TransferError;
use crate::file;
use crate::manifest::{Listed, Manifest, NAME, replace};
use crate::survey::Survey;
use crate::writer::Writer;
use foldlog::json;
use foldlog::write::chain::{Broken, Tampering};
use foldlog::write::scan::{Cursor, Page, Part};
use foldlog::{Commit, LogError, LogScan, StreamName, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;

/// How much a file of an export usually holds, in bytes.
pub const FILE_BYTES: u64 = 32 * 1024 * 1024;

/// The number of streams whose first pages are read ahead.
const AHEAD: usize = 8;
/// The finished part of an unfinished export.
const UNFINISHED: &str = "unfinished.json";

/// An export that is being written.
#[derive(Debug)]
pub struct Export<'a, L> {
    log: &'a L,
    directory: PathBuf,
    until: Timestamp,
    writer: Writer,
    /// The unfinished streams, by name.
    streams: Vec<StreamName>,
}

/// The progress of an export.
#[derive(Debug, Serialize, Deserialize)]
struct Unfinished<'a> {
    until: Timestamp,
    files: Cow<'a, [Listed]>,
}

impl<'a, L: LogScan> Export<'a, L> {
    /// Begins an export of all that was committed up to a moment, or continues the one that was begun in that
    /// directory. It reads the existing files again, and keeps them as long as they are as it wrote them. A file ends
    /// with the commit that brings it to `file_bytes`.
    pub async fn begin(
        log: &'a L,
        directory: &Path,
        until: Option<Timestamp>,
        now: Timestamp,
        file_bytes: u64,
    ) -> Result<Self, TransferError> {
        fs::create_dir_all(directory).map_err(TransferError::io(directory))?;
        if directory.join(NAME).exists() {
            return Err(TransferError::Finished(directory.to_owned()));
        }
        let (until, files, survey) = begun(directory, until, now)?;
        let mut streams: Vec<_> = log.heads().await?.into_iter().map(|(stream, _)| stream).collect();
        streams.sort();
        if let Some(last) = survey.last() {
            streams.retain(|stream| *stream >= last.stream);
        }
        let writer = Writer::behind(directory, file_bytes, files, survey);
        Ok(Self { log, directory: directory.to_owned(), until, writer, streams })
    }

    /// The number of streams that are left to write.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.streams.len()
    }

    /// Writes what is left. `done` is called for each stream. It keeps a few pages in memory, and an entry for each
    /// stream.
    pub async fn run(mut self, done: impl Fn()) -> Result<Manifest, TransferError> {
        let streams = std::mem::take(&mut self.streams);
        let log = self.log;
        let last = self.writer.survey.last().cloned();
        // Created one by one as they are taken: a future that waits for an answer is large.
        let pages = streams.clone().into_iter().map(move |name| {
            let after = last.as_ref().filter(|last| last.stream == name);
            let after = after.map(|last| Cursor { stream: name.to_string(), version: last.version });
            async move { log.page(&Part::Stream(name), after.as_ref()).await }
        });
        let mut pages = pin!(stream::iter(pages).buffered(AHEAD));
        for name in &streams {
            let Some(mut page) = pages.try_next().await? else { break };
            while let Some(after) = self.write(name, page)? {
                page = log.page(&Part::Stream(name.clone()), Some(&after)).await?;
            }
            done();
        }
        let manifest = self.writer.finish()?;
        let unfinished = self.directory.join(UNFINISHED);
        fs::remove_file(&unfinished).map_err(TransferError::io(&unfinished))?;
        Ok(manifest)
    }

    /// Writes as much of a page as was committed up to the moment, and returns where the next page begins.
    fn write(&mut self, stream: &StreamName, page: Page) -> Result<Option<Cursor>, TransferError> {
        for commit in page.commits {
            let commit = readable(stream, commit)?;
            if commit.committed_at > self.until {
                return Ok(None);
            }
            if self.writer.put(&commit)? {
                note(&self.directory, self.until, &self.writer.files)?;
            }
        }
        Ok(page.next)
    }
}

fn note(directory: &Path, until: Timestamp, files: &[Listed]) -> Result<(), TransferError> {
    replace(&directory.join(UNFINISHED), &Unfinished { until, files: files.into() })
}

/// The moment of the export, and the files that an earlier run left in the directory, as far as they are unchanged.
fn begun(
    directory: &Path,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(Timestamp, Vec<Listed>, Survey), TransferError> {
    let path = directory.join(UNFINISHED);
    if !path.exists() {
        let until = until.unwrap_or(now);
        note(directory, until, &[])?;
        return Ok((until, Vec::new(), Survey::default()));
    }
    let text = fs::read_to_string(&path).map_err(TransferError::io(&path))?;
    let Unfinished { until: begun, files } =
        json::read(&text).map_err(|error| TransferError::Manifest { path: path.clone(), reason: error.to_string() })?;
    if until.is_some_and(|until| until != begun) {
        return Err(TransferError::OtherMoment { directory: directory.to_owned(), begun });
    }
    let mut files = files.into_owned();
    loop {
        // If one file is wrong, the survey of the files cannot continue: those before it are read again.
        match Survey::of(file::commits(directory, &files)) {
            Err(_) if files.pop().is_some() => {}
            kept => return Ok((begun, files, kept?)),
        }
    }
}

/// The commit, if the item is one.
fn readable(stream: &StreamName, commit: Result<Commit, LogError>) -> Result<Commit, TransferError> {
    commit.map_err(|error| match error {
        LogError::Corrupt { version, reason, .. } => {
            Broken { stream: stream.clone(), version, tampering: Tampering::Unreadable(reason) }.into()
        }
        LogError::Unavailable(_) | LogError::Denied(_) | LogError::TooLong { .. } => error.into(),
    })
}
