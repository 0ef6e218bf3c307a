//! A function fed from a table's stream: one batch after another, and no record passed over.

use super::delivery::{Delivery, Outcome, Rules, Step};
use super::destination::{Destination, GivenUp};
use super::source::{Record, Source, Wake};
use crate::functions::Runner;
use crate::report::Report;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// What fits into one invocation of a function.
const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;
/// The pause after a stream could not be read.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// A mapping from a stream to a function.
pub(crate) struct StreamMapping {
    /// The function.
    pub(crate) runner: Arc<Runner>,
    /// The stream.
    pub(crate) source: Source,
    /// What tells of writes.
    pub(crate) wake: Arc<Wake>,
    /// Records of one invocation, at most.
    pub(crate) batch_size: usize,
    /// How long to wait for a batch to fill.
    pub(crate) window: Duration,
    /// What happens to failures.
    pub(crate) rules: Rules,
    /// The age past which a record is given up; none is without end.
    pub(crate) max_age: Option<Duration>,
    /// Whether the function's answer says which record failed.
    pub(crate) reports: bool,
    /// Where records go that are given up.
    pub(crate) on_failure: Option<Destination>,
}

impl StreamMapping {
    /// Feeds the function until the host stops; the invocation that is under way then is finished.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let piece = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                piece = self.wake.woken() => piece,
            };
            if !self.window.is_zero() {
                pause(self.window, &mut stop).await;
            }
            self.drain(&mut stop).await;
            drop(piece);
        }
    }

    /// Delivers what is in the stream. A read that gets less than a batch is the last one: a later write wakes again.
    async fn drain(&mut self, stop: &mut watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.source.read(self.batch_size).await {
                Ok(records) if records.is_empty() => return,
                Ok(records) => {
                    let last = records.len() < self.batch_size;
                    self.deliver(records, stop).await;
                    if last {
                        return;
                    }
                }
                Err(error) => {
                    tracing::error!(function = self.runner.binary, error, "a stream cannot be read");
                    pause(READ_AGAIN, stop).await;
                }
            }
        }
    }

    async fn deliver(&self, records: Vec<Record>, stop: &mut watch::Receiver<bool>) {
        for records in fitting(records) {
            let mut delivery = Delivery::new(records.len(), self.rules.clone());
            while let Some((part, invocations)) = delivery.next() {
                let too_old = self.too_old(&records[part.clone()]);
                if too_old > 0 {
                    let expired = &records[part.start..part.start + too_old];
                    self.give_up(expired, invocations, "RecordAgeExceeded");
                    delivery.discard(too_old);
                    continue;
                }
                let outcome = self.attempt(&records[part]).await;
                match delivery.settle(outcome) {
                    Step::GoOn => {}
                    Step::GiveUp { records: lost, invocations } => {
                        self.give_up(&records[lost], invocations, "RetryAttemptsExhausted");
                    }
                    Step::Wait(time) => pause(time, stop).await,
                }
                if *stop.borrow() {
                    return;
                }
            }
        }
    }

    async fn attempt(&self, records: &[Record]) -> Outcome {
        let answer = match self.runner.invoke(payload(records)).await {
            Err(_) => return Outcome::Failed,
            Ok(_) if !self.reports => return Outcome::Succeeded,
            Ok(answer) => answer,
        };
        match Report::read(&answer) {
            Report::Succeeded => Outcome::Succeeded,
            Report::Unreadable => Outcome::Failed,
            Report::Failed(ids) => {
                let position = |id: &String| records.iter().position(|record| record.sequence == *id);
                let positions = ids.iter().map(position).collect::<Option<Vec<_>>>();
                positions.and_then(|all| all.into_iter().min()).map_or(Outcome::Failed, Outcome::FailedFrom)
            }
        }
    }

    /// How many of the first records are older than the mapping allows.
    fn too_old(&self, records: &[Record]) -> usize {
        let Some(max_age) = self.max_age.and_then(|age| i64::try_from(age.as_secs()).ok()) else { return 0 };
        let oldest = Timestamp::now().as_second().saturating_sub(max_age);
        records.iter().take_while(|record| record.created_s < oldest).count()
    }

    fn give_up(&self, records: &[Record], invocations: u32, condition: &'static str) {
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return };
        tracing::error!(function = self.runner.binary, records = records.len(), condition, "records are given up");
        let Some(destination) = &self.on_failure else { return };
        let kept = destination.keep(&GivenUp {
            function_arn: &self.runner.arn,
            stream_arn: &self.source.arn,
            shard: &self.source.shard,
            condition,
            invocations,
            sequences: (&first.sequence, &last.sequence),
            created_s: (first.created_s, last.created_s),
            batch_size: records.len(),
            payload: payload(records),
        });
        if let Err(error) = kept {
            tracing::error!(function = self.runner.binary, %error, "the failure destination cannot be written");
        }
    }
}

/// Waits, but no longer than until the host stops.
async fn pause(time: Duration, stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = tokio::time::sleep(time) => {}
    }
}

fn payload(records: &[Record]) -> Value {
    let events: Vec<_> = records.iter().map(|record| &record.event).collect();
    json!({ "Records": events })
}

/// Cuts a batch where it would not fit into one invocation.
fn fitting(records: Vec<Record>) -> Vec<Vec<Record>> {
    let mut batches = vec![Vec::new()];
    let mut bytes = 0;
    for record in records {
        bytes += record.size_bytes;
        if bytes > MAX_PAYLOAD_BYTES && batches.last().is_some_and(|batch: &Vec<_>| !batch.is_empty()) {
            bytes = record.size_bytes;
            batches.push(Vec::new());
        }
        if let Some(batch) = batches.last_mut() {
            batch.push(record);
        }
    }
    batches
}
