//! A log under the fault model.

use super::fault_model::{Earlier, FaultModel, LONGEST_WAY, Meets};
use super::store::{Faulty, LateWrite};
use super::{Fault, Odds};
use foldlog::stream::{StreamName, Version};
use foldlog::time::Timestamp;
use foldlog::write::commit::{Commit, Draft};
use foldlog::write::identity::CommandId;
use foldlog::write::log::{AppendError, CommitPage, Consistency, EventLog, Head, History, LogError, ReadOptions};
use foldlog::write::scan::{Cursor, LogScan, Page, Part};
use foldlog::write::span::{LogSpans, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many earlier reads of a stream a stale one is picked from.
const REMEMBERED_READS: usize = 4;

/// An [`EventLog`] in front of which requests and answers are delayed, lost and repeated; clones share it.
///
/// An append that is sent again, or arrives late, has the same head and the same draft. If the log behind it finds its
/// own commit in place, that is a success, as [`EventLog::append`] promises.
pub type FaultyLog<L> = Faulty<L, (Head, Draft), Reads>;

/// What a [`FaultyLog`] knows besides the log.
#[derive(Clone, Default)]
pub struct Reads {
    /// By stream, schema of its snapshots, and last event.
    seen: Earlier<(StreamName, u32, Option<Version>), History>,
    change: Option<Arc<dyn Fn(Draft) -> Draft + Send + Sync>>,
    answered: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl<L> FaultyLog<L> {
    /// `log`, behind the faults of a seed.
    pub fn new(log: L, seed: u64, odds: Odds) -> Self {
        Self::under(log, FaultModel::new(seed, odds))
    }

    /// The same log. It changes each draft before it sends it: a mistake that a test must find.
    #[must_use]
    pub fn changing(mut self, change: impl Fn(Draft) -> Draft + Send + Sync + 'static) -> Self {
        self.earlier.change = Some(Arc::new(change));
        self
    }

    /// The same log. It calls this with each answer, as the host that gets it.
    #[must_use]
    pub fn answering(mut self, answered: impl Fn() + Send + Sync + 'static) -> Self {
        self.earlier.answered = Some(Arc::new(answered));
        self
    }

    fn answered(&self) {
        if let Some(answered) = &self.earlier.answered {
            answered();
        }
    }

    /// How often each fault struck so far.
    #[must_use]
    pub fn struck(&self) -> BTreeMap<Fault, u64> {
        self.fault_model.struck()
    }
}

impl<L: EventLog> LateWrite<L> for (Head, Draft) {
    async fn land(self, log: &L) {
        drop(log.append(&self.0, self.1).await);
    }
}

impl<L: EventLog> FaultyLog<L> {
    /// Another request may overtake this one.
    async fn depart(&self) {
        self.fault_model.wait(LONGEST_WAY).await;
        self.land().await;
    }

    async fn read<T>(&self, read: impl Future<Output = Result<T, LogError>>) -> Result<T, LogError> {
        self.depart().await;
        let answer = self.fault_model.read(read, LogError::Unavailable).await?;
        self.answered();
        Ok(answer)
    }
}

impl<L: EventLog> EventLog for FaultyLog<L> {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        let newest = self.read(self.store.load(stream, reading)).await?;
        Ok(match reading.consistency {
            Consistency::Eventual => {
                let read = (stream.clone(), reading.schema, reading.until);
                let is_older = |one: &History, newest: &History| one.head().version() < newest.head().version();
                self.fault_model.one_of(&self.earlier.seen, read, newest, REMEMBERED_READS, is_older)
            }
            Consistency::Strong => newest,
        })
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.read(self.store.find(stream, id, since)).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.read(self.store.since(stream, after)).await
    }

    async fn page_since(&self, stream: &StreamName, after: Version) -> Result<CommitPage, LogError> {
        self.read(self.store.page_since(stream, after)).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let draft = match &self.earlier.change {
            Some(change) => change(draft),
            None => draft,
        };
        self.depart().await;
        let append = || self.store.append(head, draft.clone());
        let later = || self.later((head.clone(), draft.clone()));
        let unavailable = |reason| LogError::Unavailable(reason).into();
        let appended = self.fault_model.write(Meets::Transactions, append, later, unavailable).await;
        if !matches!(appended, Err(AppendError::Log(_))) {
            self.answered();
        }
        appended
    }

    fn recognises_reactions(&self) -> bool {
        self.store.recognises_reactions()
    }
}

impl<L: EventLog + LogSpans> LogSpans for FaultyLog<L> {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        self.read(self.store.span(stream, span)).await
    }
}

impl<L: EventLog + LogScan> LogScan for FaultyLog<L> {
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        self.read(self.store.page(part, after)).await
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        self.read(self.store.heads()).await
    }
}
