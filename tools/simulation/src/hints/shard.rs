//! The log's stream, as its readers see it.

use foldlog::Commit;
use std::collections::VecDeque;
use std::sync::Arc;

/// A record of the log's stream.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) commit: Arc<Commit>,
    pub(crate) sequence: u64,
    /// The number of failed deliveries.
    pub(crate) attempts: u32,
    /// The moment from which it can be read.
    pub(super) from_ms: i64,
}

/// The records of the log's stream that a function has not read yet.
pub(crate) struct Backlog {
    pub(crate) function: String,
    pub(crate) batch_size: usize,
    pub(crate) shards: Vec<Shard>,
}

/// One shard: a batch at a time.
#[derive(Default)]
pub(crate) struct Shard {
    pub(super) records: VecDeque<Record>,
    /// When the first of them can be read; none without records.
    pub(super) next_ms: Option<i64>,
    pub(super) busy: bool,
}

impl Shard {
    pub(super) fn ready(&self, now: i64) -> bool {
        self.next_ms.is_some_and(|next_ms| next_ms <= now)
    }

    pub(super) fn insert(&mut self, place: usize, record: Record) {
        self.next_ms = Some(self.next_ms.map_or(record.from_ms, |next_ms| next_ms.min(record.from_ms)));
        self.records.insert(place, record);
    }

    /// Returns the remaining records after a batch was taken.
    pub(super) fn put_back(&mut self, records: VecDeque<Record>) {
        self.next_ms = records.iter().map(|record| record.from_ms).min();
        self.records = records;
    }
}
