//! The destination of given-up records: a bucket, which is a folder here, or a queue.

use crate::queues::Queue;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// An on-failure destination.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// A bucket: it receives the whole invocation, as a file in the data directory.
    Folder(PathBuf),
    /// A queue: it receives the metadata only, as on Lambda.
    Queue(Arc<Queue>),
}

/// A given-up batch, in Lambda's format.
pub(super) struct GivenUp<'a> {
    pub(super) function_arn: &'a str,
    pub(super) stream_arn: &'a str,
    pub(super) shard: &'a str,
    pub(super) condition: &'static str,
    pub(super) invocations: u32,
    pub(super) sequences: (&'a str, &'a str),
    pub(super) created: (Timestamp, Timestamp),
    pub(super) now: Timestamp,
    pub(super) batch_size: usize,
    pub(super) payload: Value,
}

impl Destination {
    /// Writes a given-up batch.
    pub(super) fn keep(&self, given_up: &GivenUp<'_>) -> std::io::Result<()> {
        let now = given_up.now;
        let id = uuid::Uuid::new_v4();
        let mut record = json!({
            "requestContext": {
                "requestId": id.to_string(),
                "functionArn": given_up.function_arn,
                "condition": given_up.condition,
                "approximateInvokeCount": given_up.invocations,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": now.to_string(),
            "DDBStreamBatchInfo": {
                "shardId": given_up.shard,
                "startSequenceNumber": given_up.sequences.0,
                "endSequenceNumber": given_up.sequences.1,
                "approximateArrivalOfFirstRecord": given_up.created.0.to_string(),
                "approximateArrivalOfLastRecord": given_up.created.1.to_string(),
                "batchSize": given_up.batch_size,
                "streamArn": given_up.stream_arn,
            },
        });
        match self {
            Self::Queue(queue) => {
                queue.send(record.to_string());
                Ok(())
            }
            Self::Folder(folder) => {
                record["payload"] = Value::String(given_up.payload.to_string());
                let function = given_up.function_arn.rsplit(':').next().unwrap_or_default();
                let folder = folder.join(function).join(now.strftime("%Y/%m/%d").to_string());
                std::fs::create_dir_all(&folder)?;
                let file = folder.join(format!("{}-{id}.json", now.strftime("%Y-%m-%dT%H.%M.%S")));
                std::fs::write(file, record.to_string())
            }
        }
    }
}
