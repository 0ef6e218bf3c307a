//! The log that the histories run on, and the ways in which it can be broken.

use crate::histories::recording::Recording;
use foldlog::hash::Hash;
use foldlog::{
    AppendError, CommandId, Commit, Draft, EventLog, Head, History, LogError, ReadOptions, StreamName, Timestamp,
    Version,
};
use foldlog_testing::memory::MemoryLog;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A rule of a log that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// Puts without a condition: an existing commit is overwritten.
    Overwrites,
    /// Puts without a condition into a store that keeps both.
    StandsBeside,
    /// The command's own earlier write is a conflict like any other.
    OwnIsConflict,
    /// A commit in the way is the command's own if the ids are equal, even if the content is not.
    OwnByIdAlone,
    /// The time of a commit is that of the host's clock.
    HostClock,
    /// A commit is not chained to the one before.
    Unchained,
}

/// Streams in memory, kept by all rules or by all but one. Every stored commit is recorded.
pub(crate) struct Ground<'a> {
    recording: &'a Recording,
    log: MemoryLog,
    broken: Option<Broken>,
}

struct Broken {
    defect: Defect,
    streams: Mutex<BTreeMap<StreamName, Vec<Commit>>>,
}

impl Broken {
    fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let now = draft.now;
        let mut commit = head.seal(draft);
        let mut streams = self.streams.lock().unwrap();
        let commits = streams.entry(commit.stream.clone()).or_default();
        match self.defect {
            Defect::HostClock => {
                let before = commits.iter().rfind(|before| before.version < commit.version);
                commit.committed_at = now;
                commit.hash = commit.chained(before.map_or(&Hash::ORIGIN, |before| &before.hash));
            }
            Defect::Unchained => commit.hash = commit.chained(&Hash::ORIGIN),
            Defect::Overwrites | Defect::StandsBeside | Defect::OwnIsConflict | Defect::OwnByIdAlone => {}
        }
        let standing = commits.iter_mut().find(|stored| stored.version == commit.version);
        match (self.defect, standing) {
            (Defect::Overwrites, Some(stored)) => *stored = commit.clone(),
            (Defect::OwnByIdAlone, Some(stored)) if stored.id == commit.id => return Ok(stored.clone()),
            (Defect::HostClock | Defect::Unchained, Some(stored))
                if (&stored.id, stored.digest) == (&commit.id, commit.digest) =>
            {
                return Ok(stored.clone());
            }
            (Defect::StandsBeside, Some(_)) | (_, None) => {
                commits.push(commit.clone());
                commits.sort_by_key(|commit| commit.version);
            }
            (Defect::OwnIsConflict | Defect::OwnByIdAlone | Defect::HostClock | Defect::Unchained, Some(_)) => {
                return Err(AppendError::Conflict);
            }
        }
        Ok(commit)
    }
}

impl<'a> Ground<'a> {
    pub(crate) fn new(recording: &'a Recording, defect: Option<Defect>, marks: bool) -> Self {
        let broken = defect.map(|defect| Broken { defect, streams: Mutex::default() });
        let log = MemoryLog::default();
        Self { recording, log: if marks { log.with_markers() } else { log }, broken }
    }

    /// The record of stored commits.
    pub(crate) const fn recording(&self) -> &'a Recording {
        self.recording
    }

    /// The commits of a stream, even if they are not a valid stream.
    pub(crate) fn commits(&self, stream: &StreamName) -> Vec<Commit> {
        match &self.broken {
            None => self.log.commits(stream),
            Some(broken) => broken.streams.lock().unwrap().get(stream).cloned().unwrap_or_default(),
        }
    }
}

impl EventLog for Ground<'_> {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        if self.broken.is_none() {
            return self.log.load(stream, reading).await;
        }
        let mut commits = self.commits(stream);
        commits.retain(|commit| reading.until.is_none_or(|until| commit.version <= until));
        History::prove(stream, commits)
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        if self.broken.is_none() {
            return self.log.find(stream, id, since).await;
        }
        let newer = self.commits(stream).into_iter().rev().take_while(|commit| commit.committed_at > since);
        Ok({ newer }.find(|commit| commit.id == *id))
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        match &self.broken {
            None => self.log.since(stream, after).await,
            Some(_) => Ok(self.commits(stream).into_iter().filter(|commit| commit.version > after).collect()),
        }
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let appended = match &self.broken {
            None => self.log.append(head, draft).await,
            Some(broken) => broken.append(head, draft),
        };
        appended.inspect(|commit| self.recording.lock().landed(commit))
    }

    fn recognises_reactions(&self) -> bool {
        self.log.recognises_reactions()
    }
}
