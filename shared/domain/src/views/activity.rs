//! The log's activity: a row for each stream of any category, found by when it moved last. Does not read events.

use super::shard;
use eventsourcing::projection::Folded;
use eventsourcing::{Commit, Row, StreamName, Subscription, Timestamp, Version};
use serde::{Deserialize, Serialize};

/// The view's name.
pub const NAME: &str = "activity";
/// The index by last move.
pub const RECENT: &str = "recent";
/// Its partition key.
pub const SHARD: &str = "shard";
/// Its sort key: when the stream moved last, and its name.
pub const MOVED: &str = "moved";
/// Over how many partitions the streams are spread.
pub const SHARDS: u64 = 8;

/// The read model.
pub struct View;

/// A stream and its last move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The stream.
    pub stream: StreamName,
    /// The version of its last event.
    pub version: Version,
    /// When that was committed.
    pub moved_at: Timestamp,
}

impl Subscription for View {
    fn name(&self) -> &'static str {
        NAME
    }

    fn follows(&self, _: &str) -> bool {
        true
    }

    fn key(&self, stream: &StreamName) -> String {
        stream.to_string()
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        key.parse().ok()
    }

    fn fold(&self, _: Option<&Row>, commits: &[Commit]) -> Folded {
        let Some(last) = commits.last() else { return Folded { row: None, failed: None } };
        let document =
            Document { stream: last.stream.clone(), version: last.last_version(), moved_at: last.committed_at };
        match serde_json::to_string(&document) {
            Ok(text) => Folded {
                row: Some(Row {
                    document: text,
                    version: document.version,
                    hash: last.hash,
                    index: [
                        (SHARD, shard(document.stream.as_str(), SHARDS).to_string()),
                        (MOVED, moved(document.moved_at, document.stream.as_str())),
                    ]
                    .into(),
                }),
                failed: None,
            },
            Err(error) => Folded { row: None, failed: Some((last.version, error.to_string())) },
        }
    }
}

/// The sort key of a stream that moved last at a moment. The empty name stands before all streams of that moment.
#[must_use]
pub fn moved(at: Timestamp, stream: &str) -> String {
    format!("{at}#{stream}")
}
