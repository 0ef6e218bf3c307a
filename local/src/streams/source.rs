//! Reading a table's stream, and being woken when there is something to read.

use crate::database::{DatabaseError, Engine};
use crate::template::identity::REGION;
use crate::work::{Piece, Work};
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::streams::shard_id;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Wakes a mapping after a write; what was written counts as outstanding until the mapping has read it.
#[derive(Debug)]
pub(crate) struct Wake {
    written: Mutex<Option<Piece>>,
    woken: Notify,
    work: Work,
}

impl Wake {
    /// Nothing is written yet.
    pub(crate) fn new(work: Work) -> Self {
        Self { written: Mutex::new(None), woken: Notify::new(), work }
    }

    /// Says that there is something to read.
    pub(crate) fn wake(&self) {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| self.work.begin());
        self.woken.notify_one();
    }

    /// Waits for something to read; it is outstanding until the answer is dropped.
    pub(super) async fn woken(&self) -> Piece {
        loop {
            if let Some(piece) = self.written.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return piece;
            }
            self.woken.notified().await;
        }
    }
}

/// A reader of one table's stream.
#[derive(Debug)]
pub(crate) struct Source {
    engine: Engine,
    /// The ARN under which records are delivered.
    pub(super) arn: String,
    /// The shard; there is one.
    pub(super) shard: String,
    iterator: String,
}

/// A record as it is delivered, and what the mapping needs of it.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) sequence: String,
    pub(super) created_s: i64,
    pub(super) size_bytes: usize,
    pub(super) event: Value,
}

impl Source {
    /// A reader that starts after everything that is in the stream now.
    pub(crate) async fn at_end(engine: &Engine, table: &str, arn: &str) -> Result<Self, DatabaseError> {
        let shard = shard_id(table);
        let request = GetShardIteratorRequest {
            stream_arn: format!("stream/{table}"),
            shard_id: shard.clone(),
            shard_iterator_type: "LATEST".to_owned(),
            sequence_number: None,
        };
        let wrong = |reason: String| DatabaseError::Table { table: table.to_owned(), reason };
        let found = engine.run(move |database| database.get_shard_iterator(request)).await?;
        let iterator = found.map_err(|error| wrong(error.to_string()))?.shard_iterator;
        let iterator = iterator.ok_or_else(|| wrong("its stream cannot be read".to_owned()))?;
        Ok(Self { engine: engine.clone(), arn: arn.to_owned(), shard, iterator })
    }

    /// Reads at most so many of the next records.
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

    /// The engine's region and times, put as Lambda delivers them.
    fn record(&self, mut event: Value) -> Record {
        let own = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let sequence = own("/dynamodb/SequenceNumber");
        let created = event.pointer("/dynamodb/ApproximateCreationDateTime").map(Value::to_string).unwrap_or_default();
        let created_s = created.split('.').next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
        let size = event.pointer("/dynamodb/SizeBytes").and_then(Value::as_u64).unwrap_or_default();
        event["awsRegion"] = Value::from(REGION);
        event["eventSourceARN"] = Value::from(self.arn.as_str());
        Record { sequence, created_s, size_bytes: usize::try_from(size).unwrap_or(usize::MAX), event }
    }
}
