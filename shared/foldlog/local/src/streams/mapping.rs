//! A function fed from a table's stream: every record goes to its shard, and each shard delivers by itself.
//!
//! A new record is read at once and waits in memory until its lane has delivered it, or for a day at most.

use super::consumer::Consumer;
use super::inbox::Inbox;
use super::lane::{Lane, pause};
use super::shards::{Shards, name};
use super::source::Source;
use super::wake::Wake;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The most records of one read, as for `GetRecords`.
const READ: usize = 1000;
/// The pause after a stream could not be read.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// A mapping from a stream to a function.
pub(crate) struct StreamMapping {
    /// The way in which the function takes records.
    pub(crate) consumer: Arc<Consumer>,
    /// The stream.
    pub(crate) source: Source,
    /// Its shards.
    pub(crate) shards: Shards,
    /// The signal of writes.
    pub(crate) wake: Arc<Wake>,
}

impl StreamMapping {
    /// Feeds the function until the host stops. Running invocations then finish.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut lanes = JoinSet::new();
        let mut inboxes = Vec::new();
        for shard in self.shards.of_lanes() {
            let inbox = Arc::new(Inbox::new(Arc::clone(&self.consumer.runner.gate)));
            inboxes.push(Arc::clone(&inbox));
            let (consumer, shard) = (Arc::clone(&self.consumer), name(&self.source.table, shard));
            lanes.spawn(Lane { consumer, shard, inbox, again: VecDeque::new() }.run(stop.clone()));
        }
        loop {
            let written = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                written = self.wake.woken() => written,
            };
            self.drain(&inboxes, &mut stop).await;
            self.wake.read(&written);
        }
        lanes.join_all().await;
    }

    /// Reads everything in the stream. A read that gets less than its limit is the last one: a later write wakes the
    /// mapping again.
    async fn drain(&mut self, inboxes: &[Arc<Inbox>], stop: &mut watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.source.read(READ).await {
                Ok(records) => {
                    let last = records.len() < READ;
                    for record in records {
                        inboxes[self.shards.lane(&record.partition)].put(record);
                    }
                    if last {
                        return;
                    }
                }
                Err(error) => {
                    tracing::error!(function = self.consumer.runner.binary, error, "a stream cannot be read");
                    pause(READ_AGAIN, stop).await;
                }
            }
        }
    }
}
