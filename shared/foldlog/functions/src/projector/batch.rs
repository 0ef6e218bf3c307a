//! A batch of stream records as hints, one a stream, whatever order the records come in, and what is no hint but an alarm.

use foldlog::{EventId, Hint, StreamName, Subject};
use foldlog_dynamo::item::{commit_of, key_of};
use foldlog_lambda::stream::{Change, Record};
use std::collections::BTreeMap;

/// The name under which a changed or foreign item is parked. No function has it, so that the note stays until an operator
/// has looked into it and discards it.
pub const TAMPERING: &str = "tampering";

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

/// An item of the log's table that no function put there as it is: it was changed or removed, or it is foreign.
#[derive(Debug)]
pub(crate) struct Tampered {
    pub(crate) subject: Subject,
    /// What was done, such as `MODIFY` or `REMOVE`.
    pub(crate) what: String,
    pub(crate) position: Position,
}

/// What a batch says.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// One hint for each stream.
    pub(crate) moved: Vec<Moved>,
    pub(crate) tampered: Vec<Tampered>,
}

impl Batch {
    /// Reads the records.
    pub(crate) fn of(records: Vec<Record>) -> Self {
        let mut moved = BTreeMap::<StreamName, Moved>::new();
        let mut tampered = Vec::new();
        for (index, record) in records.into_iter().enumerate() {
            let position = Position { index, sequence_number: record.sequence_number };
            let (item, what) = match record.change {
                Change::Added(item) => (item, None),
                Change::Tampered { key, what } => (key, Some(what)),
            };
            let function = TAMPERING.to_owned();
            let Ok((stream, version)) = key_of(&item) else {
                let what =
                    format!("an item without stream and version: {} of {item:?}", what.as_deref().unwrap_or("INSERT"));
                let subject = Subject::Message { function, id: position.sequence_number.clone() };
                tampered.push(Tampered { subject, what, position });
                continue;
            };
            if let Some(what) = what {
                let subject = Subject::Reaction { function, event: EventId { stream, version } };
                tampered.push(Tampered { subject, what, position });
                continue;
            }
            let hint = || Moved { hint: Hint::of(stream.clone(), version), first: position };
            let moved = moved.entry(stream.clone()).or_insert_with(hint);
            // A record that is no commit is a hint all the same: the log will say what is wrong with it.
            match commit_of(item) {
                Ok(commit) => moved.hint.add(commit),
                Err(_) => moved.hint.reach(version),
            }
        }
        Self { moved: moved.into_values().collect(), tampered }
    }
}
