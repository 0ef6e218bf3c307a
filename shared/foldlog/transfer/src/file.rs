//! One file of an export, written and read: gzip without a time, so that the file depends on its content alone.

use crate::error::TransferError;
use crate::line::{commit_of, line_of};
use crate::manifest::Listed;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use foldlog::{Commit, EventId};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// The operating system that a file says it is from: unknown (RFC 1952).
const NO_SYSTEM: u8 = 255;

/// A file that is being written, under another name until it is complete.
#[derive(Debug)]
pub(crate) struct Writing {
    path: PathBuf,
    unfinished: PathBuf,
    content: GzEncoder<File>,
    sha256: Sha256,
    /// What it holds so far; its digest follows at the end.
    pub(crate) listed: Listed,
}

impl Writing {
    /// A file whose first commit has this first event.
    pub(crate) fn create(directory: &Path, number: usize, first: EventId) -> Result<Self, TransferError> {
        let name = format!("log-{number:05}.ndjson.gz");
        let path = directory.join(&name);
        let unfinished = path.with_extension("gz.new");
        let file = File::create(&unfinished).map_err(TransferError::io(&unfinished))?;
        let content = GzBuilder::new().mtime(0).operating_system(NO_SYSTEM).write(file, Compression::default());
        let last = first.clone();
        let listed = Listed { name, sha256: String::new(), bytes: 0, streams: 1, commits: 0, first, last };
        Ok(Self { path, unfinished, content, sha256: Sha256::new(), listed })
    }

    pub(crate) fn write(&mut self, commit: &Commit) -> Result<(), TransferError> {
        let line = line_of(commit).map_err(|error| TransferError::io(&self.path)(error.into()))?;
        self.content.write_all(line.as_bytes()).map_err(TransferError::io(&self.unfinished))?;
        self.sha256.update(&line);
        self.listed.bytes += line.len() as u64;
        self.listed.commits += 1;
        self.listed.streams += usize::from(self.listed.last.stream != commit.stream);
        self.listed.last = commit.event_id(0);
        Ok(())
    }

    /// Closes it.
    pub(crate) fn finish(mut self) -> Result<Listed, TransferError> {
        let file = self.content.finish().map_err(TransferError::io(&self.unfinished))?;
        file.sync_all().map_err(TransferError::io(&self.unfinished))?;
        fs::rename(&self.unfinished, &self.path).map_err(TransferError::io(&self.path))?;
        self.listed.sha256 = hex::encode(self.sha256.finalize());
        Ok(self.listed)
    }
}

/// The commits of these files, in order. At the end of a file comes an error if it is not as listed.
pub(crate) fn commits<'a>(
    directory: &'a Path,
    files: &'a [Listed],
) -> impl Iterator<Item = Result<Commit, TransferError>> + 'a {
    files.iter().flat_map(|listed| {
        let (reading, failed) = match Reading::open(directory, listed) {
            Ok(reading) => (Some(reading), None),
            Err(error) => (None, Some(Err(error))),
        };
        reading.into_iter().flatten().chain(failed)
    })
}

/// The commits of a file.
struct Reading<'a> {
    path: PathBuf,
    listed: &'a Listed,
    content: BufReader<Hashed<MultiGzDecoder<BufReader<File>>>>,
    line: String,
    ended: bool,
}

impl<'a> Reading<'a> {
    fn open(directory: &Path, listed: &'a Listed) -> Result<Self, TransferError> {
        let path = directory.join(&listed.name);
        let file = File::open(&path).map_err(TransferError::io(&path))?;
        let content = Hashed { inner: MultiGzDecoder::new(BufReader::new(file)), sha256: Sha256::new() };
        Ok(Self { path, listed, content: BufReader::new(content), line: String::new(), ended: false })
    }

    fn read(&mut self) -> Result<Option<Commit>, TransferError> {
        self.line.clear();
        let read = self.content.read_line(&mut self.line).map_err(|error| TransferError::file(&self.path, &error))?;
        if read > 0 {
            return commit_of(&self.line).map(Some).map_err(|reason| TransferError::file(&self.path, &reason));
        }
        let found = hex::encode(self.content.get_ref().sha256.clone().finalize());
        if found == self.listed.sha256 {
            return Ok(None);
        }
        let reason = format!("its SHA-256 is {found}, and the manifest says {}", self.listed.sha256);
        Err(TransferError::file(&self.path, &reason))
    }
}

impl Iterator for Reading<'_> {
    type Item = Result<Commit, TransferError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Hashes everything that is read through it.
struct Hashed<R> {
    inner: R,
    sha256: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.sha256.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
