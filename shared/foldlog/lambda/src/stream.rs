//! Functions fed from the log table's stream.

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};

/// What a record says about the log.
#[derive(Debug)]
pub enum Change {
    /// An item was added: a commit.
    Added(serde_dynamo::Item),
    /// The item with this key was changed or removed, which is never allowed.
    Tampered {
        /// Its key.
        key: serde_dynamo::Item,
        /// The change, as the record names it: `MODIFY` or `REMOVE`.
        what: String,
    },
}

/// One record of a batch.
#[derive(Debug)]
pub struct Record {
    /// Its sequence number in the shard.
    pub sequence_number: String,
    /// Its content.
    pub change: Change,
}

/// The records of a batch, in order.
#[must_use]
pub fn records(event: Event) -> Vec<Record> {
    event.records.into_iter().map(record).collect()
}

fn record(record: EventRecord) -> Record {
    let change = match record.event_name.as_str() {
        "INSERT" => Change::Added(record.change.new_image),
        _ => Change::Tampered { key: record.change.keys, what: record.event_name },
    };
    Record { sequence_number: record.change.sequence_number.unwrap_or_default(), change }
}

/// The response for a batch: everything was done, or everything before the first of these records. The batch is
/// delivered again from there.
#[must_use]
pub fn answer(first_failed: Option<&str>) -> DynamoDbEventResponse {
    let mut answer = DynamoDbEventResponse::default();
    if let Some(sequence_number) = first_failed {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(sequence_number.to_owned());
        answer.batch_item_failures.push(failure);
    }
    answer
}
