//! The log as functions see it. Under a defect, it does not recognise a repeated reaction.

use super::Defect;
use crate::world::Host;
use foldlog::write::scan::{Cursor, Page, Part};
use foldlog::{
    AppendError, CommandId, Commit, Draft, EventLog, Head, History, LogError, LogScan, LogSpans, ReadOptions, Span,
    StreamName, Timestamp, Version,
};
use foldlog_testing::faulty::FaultyLog;
use foldlog_testing::memory::MemoryLog;

/// A process's way to the log.
#[derive(Clone)]
pub(crate) struct Log {
    log: FaultyLog<MemoryLog>,
    /// The source of new ids, if each reaction gets a fresh one.
    forgetful: Option<Host>,
}

impl Log {
    pub(crate) fn new(log: FaultyLog<MemoryLog>, host: &Host) -> Self {
        let forgetful = host.world.setting.defect == Some(Defect::ReactionWithoutDerivedId);
        Self { log, forgetful: forgetful.then(|| host.clone()) }
    }
}

impl EventLog for Log {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        self.log.load(stream, reading).await
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.log.find(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.log.since(stream, after).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let draft = match &self.forgetful {
            Some(host) if draft.cause.is_some() => Draft { id: CommandId::fresh(host), snapshot: None, ..draft },
            Some(_) | None => draft,
        };
        self.log.append(head, draft).await
    }

    fn recognises_reactions(&self) -> bool {
        self.log.recognises_reactions()
    }
}

impl LogScan for Log {
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        self.log.page(part, after).await
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        self.log.heads().await
    }
}

impl LogSpans for Log {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        self.log.span(stream, span).await
    }
}
