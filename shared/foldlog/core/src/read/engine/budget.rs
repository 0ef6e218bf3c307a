//! How often a row may fail before its stream is parked, so that others do not wait behind it for ever.
//!
//! Failures are counted for each row: a view, a generation and a stream. A batch that failed comes again without what
//! came before the failure, and what comes after it is done already, so such a batch alone shows no progress. Batches of
//! other shards come in between. So a row's failures in a row count from the moment at which any other row could be
//! written since it began to fail: until then it may be an outage of everything, which parks nothing.
//!
//! If all rows of a projection fail, each would spend its own budget. So once one row is beyond it, the projection's
//! other rows are too, until one of them is written.
//!
//! **The count is kept in memory**, by each process for itself. A store would need a write for each failure, to the
//! tables that are failing. If a shard's batches wander among `n` processes, a row is parked after at most
//! `BUDGET * n + 1` tries: each shard has one batch at a time, so with the four shards of a table on demand that is 13 of
//! the 21 tries which the template gives a batch. If a process ends, its count begins anew.

use crate::bounded::bounded;
use crate::read::views::Generation;
use crate::stream::StreamName;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often in a row a row may fail while others make progress. The next failure parks its stream.
const BUDGET: u32 = 3;
/// The most rows whose failures are counted. The least recently used ones are forgotten first, and begin anew.
const MOST_ROWS: usize = 1_000;

/// A row that an engine writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) view: &'static str,
    pub(crate) generation: Generation,
    pub(crate) stream: StreamName,
}

/// The failures of a row since it was written last.
#[derive(Clone, Copy)]
struct Failing {
    /// How many of them count.
    failures: u32,
    /// The progress of the engine before the batch of the first one.
    began: u64,
}

/// The rows that fail, and the progress of all others.
pub(crate) struct Budget {
    failing: Cache<Target, Failing, ByNumber>,
    /// How many rows were written.
    progress: AtomicU64,
}

#[derive(Clone)]
struct ByNumber;

impl Weighter<Target, Failing> for ByNumber {
    fn weight(&self, _: &Target, _: &Failing) -> u64 {
        1
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { failing: bounded(MOST_ROWS, MOST_ROWS as u64, ByNumber), progress: AtomicU64::new(0) }
    }
}

impl Budget {
    /// The progress so far: to be asked before a batch.
    pub(crate) fn progress(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }

    /// Rows were written.
    pub(crate) fn advanced(&self, rows: usize) {
        self.progress.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// A row did not fail.
    pub(crate) fn succeeded(&self, target: &Target) {
        if !self.failing.is_empty() {
            self.failing.remove(target);
        }
    }

    /// A row failed in a batch that began at that progress, and whose other rows are accounted for. True if it has used
    /// up its budget.
    pub(crate) fn is_exceeded_by(&self, target: &Target, progress: u64) -> bool {
        let mut failing = self.failing.get(target).unwrap_or(Failing { failures: 0, began: progress });
        if self.progress() > failing.began {
            failing.failures = failing.failures.saturating_add(1);
        }
        let exceeded = failing.failures > BUDGET;
        self.failing.insert(target.clone(), failing);
        exceeded
    }
}
