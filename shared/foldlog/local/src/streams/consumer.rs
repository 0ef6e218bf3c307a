//! The delivery of a stream's records to a function: one invocation, its answer, and the records that are too old.

use super::chaos::Chaos;
use super::delivery::Outcome;
use super::source::Record;
use crate::clock::Clock;
use crate::functions::{Entered, Runner};
use crate::lock::lock;
use crate::mappings::DeclaredStream;
use crate::private;
use crate::queues::Queue;
use crate::report::Report;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long `DynamoDB` keeps a record of a stream.
const RETENTION: Duration = Duration::from_hours(24);

/// The counts of a function's stream records. Each is counted when it happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deliveries {
    /// Records that the function was invoked with, every retry and repetition included.
    pub delivered: u64,
    /// Records that were finished and that chaos delivers once more.
    pub repeated: u64,
    /// Records that expired before the function was invoked with them.
    pub trimmed: u64,
    /// Records that the mapping gave up, because of their age or after their retries.
    pub given_up: u64,
}

/// The destination of given-up records.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// A bucket, which is a folder here: it receives the whole invocation, as a file in the data directory.
    Folder(PathBuf),
    /// A queue: it receives the metadata only, as on Lambda.
    Queue(Arc<Queue>),
}

/// The state that the lanes of a mapping share.
pub(crate) struct Consumer {
    /// The function.
    pub(crate) runner: Arc<Runner>,
    /// Its mapping, as the template declares it.
    pub(crate) declared: DeclaredStream,
    /// The destination of given-up records.
    pub(crate) on_failure: Option<Destination>,
    /// The clock by which records age.
    pub(crate) clock: Clock,
    /// The chaos.
    pub(crate) chaos: Option<Chaos>,
    /// The counts of the records.
    pub(crate) deliveries: Arc<Mutex<Deliveries>>,
}

impl Consumer {
    /// One invocation with these records.
    pub(super) async fn attempt(&self, entered: Entered<'_>, records: &[Record]) -> Outcome {
        self.count(|counts| &mut counts.delivered, records.len());
        let answer = match entered.invoke(payload(records)).await {
            Err(_) => return Outcome::Failed,
            Ok(_) if !self.declared.reports => return Outcome::Succeeded,
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

    /// The finished records that come again all the same, as after a lost checkpoint.
    pub(super) fn repeated(&self, done: &[Record]) -> Vec<Record> {
        let first = done.iter().find(|record| !record.again);
        let Some((chaos, first)) = self.chaos.as_ref().zip(first) else { return Vec::new() };
        if !chaos.repeats(&self.runner.binary, first) {
            return Vec::new();
        }
        let fresh = done.iter().filter(|record| !record.again);
        let again: Vec<_> = fresh.map(|record| Record { again: true, ..record.clone() }).collect();
        self.count(|counts| &mut counts.repeated, again.len());
        again
    }

    /// How many of the first records have expired. They are lost to the mapping.
    pub(super) fn trimmed(&self, records: &[Record]) -> usize {
        let trimmed = self.older(records, RETENTION);
        if trimmed > 0 {
            tracing::error!(function = self.runner.binary, records = trimmed, "records were trimmed undelivered");
            self.count(|counts| &mut counts.trimmed, trimmed);
        }
        trimmed
    }

    /// How many of the first records are older than the mapping allows.
    pub(super) fn too_old(&self, records: &[Record]) -> usize {
        self.declared.max_age.map_or(0, |age| self.older(records, age))
    }

    /// Hands records to the failure destination.
    pub(super) fn give_up(&self, shard: &str, records: &[Record], invocations: u32, condition: &'static str) {
        tracing::error!(function = self.runner.binary, records = records.len(), condition, "records are given up");
        self.count(|counts| &mut counts.given_up, records.len());
        if let Err(error) = self.keep(shard, records, invocations, condition) {
            tracing::error!(function = self.runner.binary, %error, "the failure destination cannot be written");
        }
    }

    /// Writes a given-up batch in Lambda's format.
    fn keep(&self, shard: &str, records: &[Record], invocations: u32, condition: &str) -> std::io::Result<()> {
        let (Some(first), Some(last), Some(destination)) = (records.first(), records.last(), &self.on_failure) else {
            return Ok(());
        };
        let (now, id) = (self.clock.now(), uuid::Uuid::new_v4());
        let mut record = json!({
            "requestContext": {
                "requestId": id.to_string(),
                "functionArn": self.runner.arn,
                "condition": condition,
                "approximateInvokeCount": invocations,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": now.to_string(),
            "DDBStreamBatchInfo": {
                "shardId": shard,
                "startSequenceNumber": first.sequence,
                "endSequenceNumber": last.sequence,
                "approximateArrivalOfFirstRecord": first.created.to_string(),
                "approximateArrivalOfLastRecord": last.created.to_string(),
                "batchSize": records.len(),
                "streamArn": self.declared.stream,
            },
        });
        match destination {
            Destination::Queue(queue) => queue.send(record.to_string()),
            Destination::Folder(folder) => {
                record["payload"] = Value::String(payload(records).to_string());
                let function = self.runner.arn.rsplit(':').next().unwrap_or_default();
                let folder = folder.join(function).join(now.strftime("%Y/%m/%d").to_string());
                private::directory(&folder)?;
                let file = folder.join(format!("{}-{id}.json", now.strftime("%Y-%m-%dT%H.%M.%S")));
                private::write(&file, record.to_string().as_bytes())?;
            }
        }
        Ok(())
    }

    /// How many of the first records are older than this, in whole seconds.
    fn older(&self, records: &[Record], age: Duration) -> usize {
        let age_s = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let oldest_s = self.clock.now().as_second().saturating_sub(age_s);
        records.iter().take_while(|record| record.created.as_second() < oldest_s).count()
    }

    fn count(&self, which: impl FnOnce(&mut Deliveries) -> &mut u64, records: usize) {
        *which(&mut lock(&self.deliveries)) += records as u64;
    }
}

fn payload(records: &[Record]) -> Value {
    let events: Vec<_> = records.iter().map(|record| &record.event).collect();
    json!({ "Records": events })
}
