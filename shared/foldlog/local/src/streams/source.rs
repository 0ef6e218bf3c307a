//! Reading a table's stream.

use crate::clock::Clock;
use crate::database::{DatabaseError, Engine};
use crate::tables::Table;
use crate::template::identity::REGION;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::streams::shard_id;
use jiff::Timestamp;
use serde_json::Value;

/// A reader of one table's stream.
#[derive(Debug)]
pub(crate) struct Source {
    engine: Engine,
    clock: Clock,
    /// The table's name.
    pub(super) table: String,
    /// The ARN under which records are delivered.
    pub(super) arn: String,
    partition: String,
    iterator: String,
}

/// A record as it is delivered, with the fields that the mapping needs.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) sequence: String,
    /// When it was written, by the host's clock, to the second.
    pub(super) created: Timestamp,
    pub(super) size_bytes: usize,
    /// The partition key, as text.
    pub(super) partition: String,
    /// The whole key, as text.
    pub(super) item: String,
    /// Whether it was finished before.
    pub(super) again: bool,
    pub(super) event: Value,
}

impl Source {
    /// A reader that starts at the present end of the stream.
    pub(crate) async fn at_end(
        engine: &Engine,
        clock: &Clock,
        table: &Table,
        arn: &str,
    ) -> Result<Self, DatabaseError> {
        let name = &table.name;
        let request = GetShardIteratorRequest {
            stream_arn: format!("stream/{name}"),
            shard_id: shard_id(name),
            shard_iterator_type: "LATEST".to_owned(),
            sequence_number: None,
        };
        let wrong = |reason: String| DatabaseError::Table { table: name.clone(), reason };
        let found = engine.run(move |database| database.get_shard_iterator(request)).await?;
        let iterator = found.map_err(|error| wrong(error.to_string()))?.shard_iterator;
        let iterator = iterator.ok_or_else(|| wrong("its stream cannot be read".to_owned()))?;
        let (engine, clock, arn) = (engine.clone(), clock.clone(), arn.to_owned());
        Ok(Self { engine, clock, table: name.clone(), arn, partition: table.hash.clone(), iterator })
    }

    /// Reads the next records, up to a limit.
    pub(super) async fn read(&mut self, most: usize) -> Result<Vec<Record>, String> {
        let request = GetRecordsRequest { shard_iterator: self.iterator.clone(), limit: Some(most) };
        let answer = self.engine.run(move |database| {
            let answer = database.get_records(request).map_err(|error| error.to_string())?;
            let records = answer.records.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
            Ok::<_, String>((records.map_err(|error| error.to_string())?, answer.next_shard_iterator))
        });
        let (records, next) = answer.await.map_err(|error| error.to_string())??;
        if let Some(next) = next {
            self.iterator = next;
        }
        Ok(records.into_iter().map(|record| self.record(record)).collect())
    }

    /// The engine's region and times, in Lambda's form.
    fn record(&self, mut event: Value) -> Record {
        let own = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let sequence = own("/dynamodb/SequenceNumber");
        let created = event.pointer("/dynamodb/ApproximateCreationDateTime").map(Value::to_string).unwrap_or_default();
        let created_s = created.split('.').next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
        let created = self.clock.at(Timestamp::from_second(created_s).unwrap_or_default());
        let size = event.pointer("/dynamodb/SizeBytes").and_then(Value::as_u64).unwrap_or_default();
        let keys = &event["dynamodb"]["Keys"];
        let (partition, item) = (keys[&self.partition].to_string(), keys.to_string());
        event["awsRegion"] = Value::from(REGION);
        event["eventSourceARN"] = Value::from(self.arn.as_str());
        let size_bytes = usize::try_from(size).unwrap_or(usize::MAX);
        Record { sequence, created, size_bytes, partition, item, again: false, event }
    }
}
