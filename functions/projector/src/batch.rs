//! A batch of stream records as hints, one a stream, whatever order the records come in.

use dynamo::item::{commit_of, key_of};
use eventsourcing::{Hint, StreamName};
use lambda::stream::{Change, Record};
use std::collections::BTreeMap;

/// A hint, and the first record of the batch that speaks of its stream.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) hint: Hint,
    pub(crate) first: Position,
}

/// A record's place in its batch.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) index: usize,
    pub(crate) sequence_number: String,
}

/// One hint for each stream of a batch.
pub(crate) fn moved(records: Vec<Record>) -> Vec<Moved> {
    let mut all = BTreeMap::<StreamName, Moved>::new();
    for (index, record) in records.into_iter().enumerate() {
        let first = Position { index, sequence_number: record.sequence_number };
        let Change::Added(item) = record.change else {
            tracing::error!(position = ?first, "tampering: an item of the log was changed or removed");
            continue;
        };
        let Ok((stream, version)) = key_of(&item) else {
            tracing::error!(position = ?first, "a record of the log's stream has no stream and version");
            continue;
        };
        let moved = all.entry(stream.clone()).or_insert_with(|| Moved { hint: Hint::of(stream, version), first });
        // A record that is no commit is a hint all the same: the log will say what is wrong with it.
        match commit_of(item) {
            Ok(commit) => moved.hint.add(commit),
            Err(_) => moved.hint.reach(version),
        }
    }
    all.into_values().collect()
}
