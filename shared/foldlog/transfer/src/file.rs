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
    bytes: u64,
    streams: usize,
    commits: usize,
    ends: Option<(EventId, EventId)>,
}

impl Writing {
    pub(crate) fn create(directory: &Path, number: usize) -> Result<Self, TransferError> {
        let path = directory.join(format!("log-{number:05}.ndjson.gz"));
        let unfinished = path.with_extension("gz.new");
        let file = File::create(&unfinished).map_err(TransferError::io(&unfinished))?;
        let content = GzBuilder::new().mtime(0).operating_system(NO_SYSTEM).write(file, Compression::default());
        Ok(Self { path, unfinished, content, sha256: Sha256::new(), bytes: 0, streams: 0, commits: 0, ends: None })
    }

    /// Its size before compression, in bytes.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn write(&mut self, commit: &Commit) -> Result<(), TransferError> {
        let line = line_of(commit).map_err(|error| TransferError::io(&self.path)(error.into()))?;
        self.content.write_all(line.as_bytes()).map_err(TransferError::io(&self.unfinished))?;
        self.sha256.update(&line);
        self.bytes += line.len() as u64;
        self.commits += 1;
        let event = commit.event_id(0);
        let before = self.ends.take();
        if before.as_ref().is_none_or(|(_, last)| last.stream != event.stream) {
            self.streams += 1;
        }
        self.ends = Some((before.map_or_else(|| event.clone(), |(first, _)| first), event));
        Ok(())
    }

    /// Closes it. A file without a commit is removed.
    pub(crate) fn finish(self) -> Result<Option<Listed>, TransferError> {
        let Some((first, last)) = self.ends else {
            drop(self.content);
            return fs::remove_file(&self.unfinished).map(|()| None).map_err(TransferError::io(&self.unfinished));
        };
        let file = self.content.finish().map_err(TransferError::io(&self.unfinished))?;
        file.sync_all().map_err(TransferError::io(&self.unfinished))?;
        fs::rename(&self.unfinished, &self.path).map_err(TransferError::io(&self.path))?;
        Ok(Some(Listed {
            name: self.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sha256: hex::encode(self.sha256.finalize()),
            bytes: self.bytes,
            streams: self.streams,
            commits: self.commits,
            first,
            last,
        }))
    }
}

/// The commits of a file, in order. At the end comes an error if the file is not as listed.
pub(crate) struct Reading {
    path: PathBuf,
    listed: Listed,
    content: BufReader<Hashed<MultiGzDecoder<BufReader<File>>>>,
    line: String,
    ended: bool,
}

impl Reading {
    pub(crate) fn open(directory: &Path, listed: &Listed) -> Result<Self, TransferError> {
        let path = directory.join(&listed.name);
        let file = File::open(&path).map_err(TransferError::io(&path))?;
        let content = Hashed { inner: MultiGzDecoder::new(BufReader::new(file)), sha256: Sha256::new() };
        Ok(Self { path, listed: listed.clone(), content: BufReader::new(content), line: String::new(), ended: false })
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

impl Iterator for Reading {
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
