//! The records that wait in one lane of a shard.

use super::chaos::Chaos;
use super::source::Record;
use crate::gate::{Gate, Held};
use crate::lock::lock;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// The records of one lane that were not delivered yet.
#[derive(Debug)]
pub(super) struct Inbox {
    waiting: Mutex<Waiting>,
    arrived: Notify,
    gate: Arc<Gate>,
}

#[derive(Debug, Default)]
struct Waiting {
    records: VecDeque<Record>,
    held: Option<Held>,
}

impl Inbox {
    /// An empty inbox. Its records are kept for the function with this gate.
    pub(super) fn new(gate: Arc<Gate>) -> Self {
        Self { waiting: Mutex::default(), arrived: Notify::new(), gate }
    }

    /// Adds a record at the end.
    pub(super) fn put(&self, record: Record) {
        let mut waiting = lock(&self.waiting);
        waiting.records.push_back(record);
        waiting.held.get_or_insert_with(|| self.gate.hold());
        self.arrived.notify_one();
    }

    /// Waits for records. They are held for the function until the returned value is dropped.
    pub(super) async fn arrived(&self) -> Held {
        loop {
            if let Some(held) = lock(&self.waiting).held.take() {
                return held;
            }
            self.arrived.notified().await;
        }
    }

    /// How many records wait.
    pub(super) fn len(&self) -> usize {
        lock(&self.waiting).records.len()
    }

    /// A copy of the first record.
    pub(super) fn first(&self) -> Option<Record> {
        lock(&self.waiting).records.front().cloned()
    }

    /// Takes the first record, if it is not larger than this.
    pub(super) fn take(&self, most_bytes: usize) -> Option<Record> {
        lock(&self.waiting).records.pop_front_if(|record| record.size_bytes <= most_bytes)
    }

    /// Mixes up the waiting records.
    pub(super) fn mix(&self, chaos: &Chaos, function: &str) {
        chaos.mix(function, &mut lock(&self.waiting).records);
    }
}
