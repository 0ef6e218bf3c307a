//! The activity of the log. Each stream of any category has a row, found by the time of its last commit. Each run of
//! consecutive commits with one correlation in a stream has a row, too, found by that correlation. This view does not
//! read events.
//!
//! The row of a stream keeps the correlation of the last commit. When the next commit has another correlation, the view
//! writes a further row for the run that begins. The key of this row is the correlation id and the first event of the
//! run, and you find it by an index of keys alone. Foldlog calls such rows *links*, and writes them before the row of
//! the stream moves on.
//!
//! **Cost.** A run takes one write unit, and one in its index. An order of one line has nine runs until it is confirmed
//! (three requests to its cart, six other streams) and eighteen when it has arrived: 36 write units. No client waits
//! for any of them. The order has one or two more runs if the provider reports the capture before the shop notes the
//! provider's answer: the capture then follows from the provider's request, and you trace it by the id of that request.
//! A client's own id (`X-Correlation-Id` or `traceparent`) has a row beside that of the server's id, so a request with
//! such an id costs two units more. Events that follow without a further request have only the server's id, and you
//! find them through it.
//!
//! **Limit.** The index has a partition for each id. If a client gives one id to all its requests, all their runs are
//! in one partition, which takes a thousand runs a second.

use super::shard;
use foldlog::json;
use foldlog::read::projection::DocumentReader;
use foldlog::read::projection::Folded;
use foldlog::{Commit, EventId, Index, Row, StreamName, Subscription, Timestamp, Version, ViewError};
use serde::{Deserialize, Serialize};

/// The view's name.
pub const NAME: &str = "activity";
/// The index by the time of the last commit.
pub const RECENT: &str = "recent";
/// Its partition key.
pub const SHARD: &str = "shard";
/// Its sort key: when the last commit of the stream was made, and the stream's name.
pub const MOVED: &str = "moved";
/// The index of runs by correlation, and its partition key: the id from the server, or the client's own.
pub const CORRELATION: &str = "correlation";
/// Its sort key: when the run began, and its first event.
pub const BEGUN: &str = "begun";
/// The streams by the time of their last commit.
pub const BY_MOVE: Index = Index { view: NAME, name: RECENT, partition: SHARD, sort: MOVED };
/// The runs by correlation.
pub const BY_CORRELATION: Index = Index { view: NAME, name: CORRELATION, partition: CORRELATION, sort: BEGUN };
/// The number of partitions of the streams.
pub const SHARDS: u64 = 8;

/// The read model.
pub struct View;

/// A stream and its last commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The stream.
    pub stream: StreamName,
    /// The version of its last event.
    pub version: Version,
    /// When that event was committed.
    pub moved_at: Timestamp,
    /// The correlation id of its last commit. Absent in rows of older releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
}

/// Consecutive commits of a stream with one correlation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its first event.
    pub first: EventId,
    /// When that event was committed.
    pub begun_at: Timestamp,
    /// Its correlation id.
    pub correlation: String,
}

impl Run {
    /// The run that a commit begins.
    fn begun_by(commit: &Commit) -> Self {
        let correlation = commit.correlation.id.clone();
        Self { first: commit.event_id(0), begun_at: commit.committed_at, correlation }
    }

    /// The row of the run under a correlation id: the server's, or the client's own.
    fn under(&self, id: &str, commit: &Commit) -> Option<(String, Row)> {
        let index =
            [(CORRELATION, id.to_owned()), (BEGUN, format!("{}#{}", self.begun_at, self.first))].into_iter().collect();
        let document = serde_json::to_string(self).ok()?;
        Some((format!("{id}/{}", self.first), Row { document, version: commit.version, hash: commit.hash, index }))
    }
}

/// The first event of the run with this key.
#[must_use]
pub fn run_of(key: &str) -> Option<EventId> {
    key.rsplit_once('/')?.1.parse().ok()
}

/// The folds of its rows.
#[must_use]
pub fn folds() -> Vec<Box<dyn DocumentReader<Document>>> {
    vec![Box::new(View)]
}

impl DocumentReader<Document> for View {
    fn document(&self, row: &Row) -> Result<Option<Document>, ViewError> {
        row.document()
    }
}

impl Subscription for View {
    fn name(&self) -> &'static str {
        NAME
    }

    fn partitions(&self) -> &'static [&'static str] {
        &[SHARD, CORRELATION]
    }

    fn follows(&self, _: &str) -> bool {
        true
    }

    fn key(&self, stream: &StreamName) -> String {
        stream.to_string()
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        run_of(key).map(|first| first.stream).or_else(|| key.parse().ok())
    }

    fn fold(&self, _: Option<&Row>, commits: &[Commit]) -> Folded {
        let Some(last) = commits.last() else { return Folded { row: None, failed: None } };
        let document = Document {
            stream: last.stream.clone(),
            version: last.last_version(),
            moved_at: last.committed_at,
            correlation: Some(last.correlation.id.clone()),
        };
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

    /// A row for each commit whose correlation differs from the commit before it, and another row if the client sent
    /// its own id.
    fn pointers(&self, row: Option<&Row>, commits: &[Commit]) -> Vec<(String, Row)> {
        let before: Option<Document> = row.and_then(|row| json::read(&row.document).ok());
        let mut last = before.and_then(|document| document.correlation);
        let mut pointers = vec![];
        for commit in commits {
            let correlation = &commit.correlation;
            if last.as_ref() != Some(&correlation.id) {
                let run = Run::begun_by(commit);
                let own = correlation.client.as_ref().filter(|client| **client != correlation.id);
                pointers
                    .extend([Some(&correlation.id), own].into_iter().flatten().filter_map(|id| run.under(id, commit)));
            }
            last = Some(correlation.id.clone());
        }
        pointers
    }
}

/// The sort key of a stream by the time of its last commit. The empty name sorts before all streams of that moment.
#[must_use]
pub fn moved(at: Timestamp, stream: &str) -> String {
    format!("{at}#{stream}")
}
