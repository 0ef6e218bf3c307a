//! A log under the fault model.

use super::fault_model::{FaultModel, LONGEST_WAY, Late, Meets};
use super::{Fault, Odds};
use foldlog::stream::{StreamName, Version};
use foldlog::time::Timestamp;
use foldlog::write::commit::{Commit, Draft};
use foldlog::write::identity::CommandId;
use foldlog::write::log::{AppendError, Consistency, EventLog, Head, History, LogError, ReadOptions};
use foldlog::write::scan::{Cursor, LogScan, Page, Part};
use foldlog::write::span::{LogSpans, Span};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// How many earlier reads of a stream a stale one is picked from.
const REMEMBERED_READS: usize = 4;

/// An [`EventLog`] in front of which requests and answers are delayed, lost and repeated; clones share it.
///
/// An append that is sent again, or arrives late, has the same head and the same draft. If the log behind it finds its
/// own commit in place, that is a success, as [`EventLog::append`] promises.
#[derive(Clone, Debug)]
pub struct FaultyLog<L> {
    log: L,
    fault_model: FaultModel,
    late: Late<(Head, Draft)>,
    reads: Arc<Mutex<BTreeMap<Asked, VecDeque<History>>>>,
}

/// The key of a read: a stream, the schema of its snapshots, and the last event.
type Asked = (StreamName, u32, Option<Version>);

impl<L> FaultyLog<L> {
    /// `log`, behind the faults of a seed.
    pub fn new(log: L, seed: u64, odds: Odds) -> Self {
        Self::under(log, FaultModel::new(seed, odds))
    }

    /// `log`, under a fault model that other stores share.
    pub fn under(log: L, fault_model: FaultModel) -> Self {
        Self { log, fault_model, late: Late::none(), reads: Arc::default() }
    }

    /// The log behind it.
    pub const fn log(&self) -> &L {
        &self.log
    }

    /// How often each fault struck so far.
    #[must_use]
    pub fn struck(&self) -> BTreeMap<Fault, u64> {
        self.fault_model.struck()
    }

    /// The answer of an eventually consistent load, when the newest state is known: that state, or an earlier one of
    /// the same read.
    fn eventually(&self, stream: &StreamName, reading: ReadOptions, newest: History) -> History {
        let stale = self.fault_model.stale();
        let mut reads = self.reads.lock().unwrap_or_else(PoisonError::into_inner);
        let reads = reads.entry((stream.clone(), reading.schema, reading.until)).or_default();
        let older = reads.iter().filter(|read| stale && read.head().version() < newest.head().version());
        let answer = self.fault_model.eventually(older.collect(), newest.clone());
        if reads.len() == REMEMBERED_READS {
            reads.pop_front();
        }
        reads.push_back(newest);
        answer
    }
}

impl<L: EventLog> FaultyLog<L> {
    /// Carries out all late requests. From then on nothing fails.
    pub async fn settle(&self) {
        self.fault_model.calm_down();
        for (head, draft) in self.late.take() {
            // The caller gave up long ago, so nothing waits for the answer.
            drop(self.log.append(&head, draft).await);
        }
    }

    /// A late request may arrive before this one.
    async fn land(&self) {
        self.fault_model.wait(LONGEST_WAY).await;
        if let Some((head, draft)) = self.fault_model.landing(&self.late) {
            drop(self.log.append(&head, draft).await);
        }
    }

    async fn read<T>(&self, read: impl Future<Output = Result<T, LogError>>) -> Result<T, LogError> {
        self.land().await;
        self.fault_model.read(read, LogError::Unavailable).await
    }
}

impl<L: EventLog> EventLog for FaultyLog<L> {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        let newest = self.read(self.log.load(stream, reading)).await?;
        Ok(match reading.consistency {
            Consistency::Eventual => self.eventually(stream, reading, newest),
            Consistency::Strong => newest,
        })
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.read(self.log.find(stream, id, since)).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.read(self.log.since(stream, after)).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        self.land().await;
        let append = || self.log.append(head, draft.clone());
        let later = || self.late.add((head.clone(), draft.clone()));
        self.fault_model.write(Meets::Transactions, append, later, |reason| LogError::Unavailable(reason).into()).await
    }

    fn recognises_reactions(&self) -> bool {
        self.log.recognises_reactions()
    }
}

impl<L: EventLog + LogSpans> LogSpans for FaultyLog<L> {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        self.read(self.log.span(stream, span)).await
    }
}

impl<L: EventLog + LogScan> LogScan for FaultyLog<L> {
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        self.read(self.log.page(part, after)).await
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        self.read(self.log.heads()).await
    }
}
