//! A batch of stream records as hints: which streams moved, how far, and the commits that say so.

use dynamo::item::{commit_of, key_of};
use eventsourcing::{Commit, StreamName, Version};
use lambda::stream::{Change, Record};
use std::collections::BTreeMap;

/// That a stream moved at least to a version.
#[derive(Debug)]
pub(crate) struct Hint {
    /// The stream.
    pub(crate) stream: StreamName,
    /// At least how far.
    pub(crate) target: Version,
    /// The commits that came along, in ascending order.
    pub(crate) commits: Vec<Commit>,
    /// The first record that speaks of the stream.
    pub(crate) first: Position,
}

/// A record's place in its batch.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) index: usize,
    pub(crate) sequence_number: String,
}

/// One hint for each stream of a batch.
pub(crate) fn hints(records: Vec<Record>) -> Vec<Hint> {
    let mut hints = BTreeMap::new();
    for (index, record) in records.into_iter().enumerate() {
        let position = Position { index, sequence_number: record.sequence_number };
        let Change::Added(item) = record.change else {
            tracing::error!(?position, "tampering: an item of the log was changed or removed");
            continue;
        };
        let Ok((stream, version)) = key_of(&item) else {
            tracing::error!(?position, "a record of the log's stream has no stream and version");
            continue;
        };
        let hint =
            hints.entry(stream.clone()).or_insert(Hint { stream, target: version, commits: vec![], first: position });
        // A record that is no commit is a hint all the same: the log will say what is wrong with it.
        match commit_of(item) {
            Ok(commit) => {
                hint.target = hint.target.max(commit.last_version());
                hint.commits.push(commit);
            }
            Err(_) => hint.target = hint.target.max(version),
        }
    }
    let sorted = |mut hint: Hint| {
        hint.commits.sort_by_key(|commit| commit.version);
        hint.commits.dedup_by_key(|commit| commit.version);
        hint
    };
    hints.into_values().map(sorted).collect()
}
