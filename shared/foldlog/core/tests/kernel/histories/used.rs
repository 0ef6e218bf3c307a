//! The log as one process uses it, and the ways in which a process can break the rules.

use crate::histories::broken::Ground;
use crate::histories::recording::{Recording, Seen};
use foldlog::{
    AppendError, CommandId, Commit, Draft, EventLog, Head, History, LogError, ReadOptions, StreamName, Timestamp,
    Version,
};
use foldlog_testing::faulty::FaultyLog;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// A rule of a process that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bend {
    /// Refusals and no-ops are answered on the known state, without another read.
    TrustsWhatItKnows,
    /// Commits have an id of their own, not that of the command.
    ForgetsIds,
    /// A command outside the window is a new one: the log is not searched.
    TrustsItsWindow,
    /// Reactions share the window of the clients' commands.
    SharesOneWindow,
}

/// The shared log, as one process uses it.
pub(crate) struct Used<'a> {
    log: &'a FaultyLog<Ground<'a>>,
    bend: Option<Bend>,
    /// The streams whose last append met another commit: they are read again even so.
    conflicts: Mutex<BTreeSet<StreamName>>,
}

impl<'a> Used<'a> {
    pub(crate) const fn new(log: &'a FaultyLog<Ground<'a>>, bend: Option<Bend>) -> Self {
        Self { log, bend, conflicts: Mutex::new(BTreeSet::new()) }
    }

    const fn recording(&self) -> &'a Recording {
        self.log.store().recording()
    }

    /// A commit as the process takes it. A window takes one without a cause as a client's.
    fn taken(&self, commit: Commit) -> Commit {
        let causation = commit.causation.clone().filter(|_| self.bend != Some(Bend::SharesOneWindow));
        Commit { causation, ..commit }
    }
}

impl EventLog for Used<'_> {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        let history = self.log.load(stream, reading).await?;
        let mut recorded = self.recording().lock();
        if history.base().is_some() {
            recorded.saw(Seen::SnapshotRead);
        }
        if history.commits().iter().any(|commit| commit.snapshot.is_some()) {
            recorded.saw(Seen::SnapshotPassedOver);
        }
        drop(recorded);
        let oldest_first = history.base().into_iter().chain(history.commits());
        History::backwards(stream, reading, oldest_first.rev().map(|commit| self.taken(commit.clone())).collect())
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        if self.bend == Some(Bend::TrustsItsWindow) {
            return Ok(None);
        }
        self.recording().lock().saw(Seen::Searched);
        let found = self.log.find(stream, id, since).await?;
        if found.is_some() {
            self.recording().lock().saw(Seen::FoundBySearch);
        }
        Ok(found)
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        if self.bend == Some(Bend::TrustsWhatItKnows) && !self.conflicts.lock().unwrap().remove(stream) {
            return Ok(vec![]);
        }
        Ok(self.log.since(stream, after).await?.into_iter().map(|commit| self.taken(commit)).collect())
    }

    async fn append(&self, head: &Head, mut draft: Draft) -> Result<Commit, AppendError> {
        if self.bend == Some(Bend::ForgetsIds) {
            draft.id = fresh(&draft.id, self.recording());
        }
        let appended = self.log.append(head, draft).await;
        if matches!(appended, Err(AppendError::Conflict)) {
            self.conflicts.lock().unwrap().insert(head.stream().clone());
        }
        Ok(self.taken(appended?))
    }

    fn recognises_reactions(&self) -> bool {
        self.log.recognises_reactions()
    }
}

/// An id that no other command and no other try has.
pub(crate) fn fresh(id: &CommandId, recording: &Recording) -> CommandId {
    CommandId::stored(format!("{id}-{}", recording.lock().moment()))
}
