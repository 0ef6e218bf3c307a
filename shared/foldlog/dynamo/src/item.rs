//! A commit as an item of the log's table, and back. The code is the same for items of the SDK and of stream records.
//!
//! Attribute names and types are frozen by `tests/golden/commit.json`.

use foldlog::json::Unread;
use foldlog::{
    Actor, CommandId, Commit, Correlation, DecodeError, Digest, EventId, Events, Hash, LogError, Snapshot, StreamName,
    Timestamp, Version,
};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;
use serde_dynamo::{AttributeValue, Item};
use std::collections::HashMap;

/// The table's partition key.
pub(crate) const STREAM: &str = "stream";
/// The table's sort key.
pub(crate) const VERSION: &str = "version";
/// The attribute that holds a commit's events.
pub(crate) const EVENTS: &str = "events";

/// The attribute, outside the hash, that names the import of a commit.
pub(crate) const IMPORTED: &str = "imported";

/// An item as the SDK has it.
pub(crate) type SdkItem = HashMap<String, aws_sdk_dynamodb::types::AttributeValue>;

/// A number as an attribute.
pub(crate) fn number(number: &impl ToString) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::N(number.to_string())
}

/// An item that is not a commit of this release's log.
#[derive(Debug, thiserror::Error)]
pub enum ItemError {
    /// It has no stream and version.
    #[error("the item has no key of the log")]
    Key,
    /// An attribute is missing or has another type. The message quotes no value.
    #[error("the item is no commit: {0}")]
    Shape(Unread),
    /// The events are not the JSON text of records.
    #[error(transparent)]
    Events(#[from] DecodeError),
}

/// The attributes of a commit's item.
#[derive(Serialize, Deserialize)]
struct Attributes {
    stream: StreamName,
    version: Version,
    events: String,
    commit_id: CommandId,
    digest: ByteArray<32>,
    committed_at: Timestamp,
    correlation_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_correlation_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    causation_id: Option<EventId>,
    actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    snapshot: Option<String>,
    hash: ByteArray<32>,
}

/// The item of a commit.
pub fn item_of(commit: &Commit) -> Result<Item, ItemError> {
    let attributes = Attributes {
        stream: commit.stream.clone(),
        version: commit.version,
        events: commit.events.text().to_owned(),
        commit_id: commit.id.clone(),
        digest: ByteArray::new(commit.digest.0),
        committed_at: commit.committed_at,
        correlation_id: commit.correlation.id.clone(),
        client_correlation_id: commit.correlation.client.clone(),
        causation_id: commit.causation.clone(),
        actor: commit.actor.clone(),
        snapshot: commit.snapshot.as_ref().map(|snapshot| snapshot.text().to_owned()),
        hash: ByteArray::new(commit.hash.0),
    };
    serde_dynamo::to_item(attributes).map_err(|error| ItemError::Shape(Unread::of(&error)))
}

/// The commit of an item: one of the SDK's (`item.into()`), or a stream record's `new_image`.
pub fn commit_of(item: Item) -> Result<Commit, ItemError> {
    let attributes: Attributes = serde_dynamo::from_item(item).map_err(|error| ItemError::Shape(Unread::of(&error)))?;
    Ok(Commit {
        stream: attributes.stream,
        version: attributes.version,
        events: Events::parse(attributes.events)?,
        id: attributes.commit_id,
        digest: Digest(attributes.digest.into_array()),
        committed_at: attributes.committed_at,
        correlation: Correlation { id: attributes.correlation_id, client: attributes.client_correlation_id },
        causation: attributes.causation_id,
        actor: attributes.actor,
        snapshot: attributes.snapshot.map(Snapshot::stored),
        hash: Hash(attributes.hash.into_array()),
    })
}

/// The stream of an item, and its last event's version. Only `stream`, `version` and `events` must exist. If the events
/// are unreadable, the version is that of the first one.
pub(crate) fn end_of(item: &Item) -> Result<(StreamName, Version), ItemError> {
    let (stream, version) = key_of(item)?;
    let events = match item.get(EVENTS) {
        Some(AttributeValue::S(text)) => Events::parse(text.clone()).ok(),
        _ => None,
    };
    let count = events.map_or(1, |events| events.count());
    Ok((stream, Version(version.0 + count - 1)))
}

/// Whether a commit was imported: its events were published where it was committed first.
#[must_use]
pub fn is_imported(item: &Item) -> bool {
    item.contains_key(IMPORTED)
}

/// The stream and version of an item's key, even if the item is not a commit.
pub fn key_of(item: &Item) -> Result<(StreamName, Version), ItemError> {
    let Some(AttributeValue::S(stream)) = item.get(STREAM) else { return Err(ItemError::Key) };
    let stream = stream.parse().map_err(|_| ItemError::Key)?;
    Ok((stream, version_of(item).ok_or(ItemError::Key)?))
}

/// The version in an item's key.
pub(crate) fn version_of(item: &Item) -> Option<Version> {
    match item.get(VERSION) {
        Some(AttributeValue::N(number)) => number.parse().ok(),
        _ => None,
    }
}

/// The commit of an item, as a member of its stream.
pub(crate) fn read_commit(stream: &StreamName, item: Item) -> Result<Commit, LogError> {
    let version = version_of(&item).unwrap_or(Version::NONE);
    commit_of(item).map_err(|error| LogError::Corrupt { stream: stream.clone(), version, reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::size::item_size_bytes;
    use std::collections::BTreeMap;

    const GOLDEN: &str = include_str!("../tests/golden/commit.json");

    fn commit() -> Commit {
        let mut commit = Commit {
            stream: "cart-0195f1c2a7b37c5d8e9f001122334455".parse().unwrap(),
            version: Version(3),
            events: Events::parse(
                r#"[{"schema":1,"type":"ItemAdded","data":{"sku":"mug","quantity":2}},{"schema":1,"type":"CheckedOut","data":{}}]"#
                    .to_owned(),
            )
            .unwrap(),
            id: CommandId::of_key(["alice", "POST", "/carts/1/checkout", "k1"]),
            digest: Digest(std::array::from_fn(|index| u8::try_from(index).unwrap())),
            committed_at: Timestamp(1_763_718_723_045),
            correlation: Correlation {
                id: "0195f1c2a7b37000800000000000000a".to_owned(),
                client: Some("client-7".to_owned()),
            },
            causation: Some("order-0195f1c2a7b37c5d8e9f001122334455@1".parse().unwrap()),
            actor: Actor("4f1d3a5b7c9e0f1a2b3c4d5e6f708192".to_owned()),
            snapshot: None,
            hash: Hash::ORIGIN,
        };
        commit.hash = commit.chained(&Hash([7; 32]));
        commit
    }

    /// `DynamoDB` JSON with its attributes in alphabetical order.
    fn text(item: &Item) -> String {
        let sorted: BTreeMap<_, _> = item.inner().iter().collect();
        serde_json::to_string_pretty(&sorted).unwrap() + "\n"
    }

    #[test]
    fn the_item_of_a_commit_is_frozen() {
        assert_eq!(text(&item_of(&commit()).unwrap()), GOLDEN);
    }

    #[test]
    fn a_commit_reads_back_from_the_frozen_item() {
        assert_eq!(commit_of(serde_json::from_str(GOLDEN).unwrap()).unwrap(), commit());
    }

    #[test]
    fn what_a_commit_does_not_have_is_not_in_its_item() {
        let bare =
            Commit { correlation: Correlation { id: "c".to_owned(), client: None }, causation: None, ..commit() };
        let item = item_of(&bare).unwrap();
        assert!(!item.contains_key("client_correlation_id") && !item.contains_key("causation_id"));
        assert_eq!(commit_of(item).unwrap(), bare);
    }

    #[test]
    fn an_ordinary_commit_of_one_event_stays_within_one_kilobyte() {
        let event = format!(r#"[{{"schema":1,"type":"ItemAdded","data":{{"note":"{}"}}}}]"#, "x".repeat(200));
        let commit = Commit { events: Events::parse(event).unwrap(), ..commit() };
        let size_bytes = item_size_bytes(&item_of(&commit).unwrap());
        assert!((600..=1_024).contains(&size_bytes), "{size_bytes}");
    }

    #[test]
    fn an_attribute_of_a_newer_release_does_not_disturb() {
        let mut item = item_of(&commit()).unwrap();
        item.insert("later".to_owned(), AttributeValue::S("release".to_owned()));
        assert_eq!(commit_of(item).unwrap(), commit());
    }

    #[test]
    fn a_foreign_item_is_no_commit() {
        for attribute in ["events", "commit_id", "digest", "committed_at", "correlation_id", "actor", "hash"] {
            let mut item = item_of(&commit()).unwrap();
            item.remove(attribute);
            assert!(matches!(commit_of(item), Err(ItemError::Shape(_))), "{attribute}");
        }
        let mut item = item_of(&commit()).unwrap();
        item.insert("digest".to_owned(), AttributeValue::B(vec![1; 31]));
        assert!(matches!(commit_of(item), Err(ItemError::Shape(_))));
        let mut item = item_of(&commit()).unwrap();
        item.insert("events".to_owned(), AttributeValue::S("[]".to_owned()));
        assert!(matches!(commit_of(item), Err(ItemError::Events(_))));
    }

    #[test]
    fn the_key_of_an_item_reads_whatever_else_it_holds() {
        let mut item = item_of(&commit()).unwrap();
        item.retain(|name, _| name == STREAM || name == VERSION);
        assert_eq!(key_of(&item).unwrap(), (commit().stream, Version(3)));
        for attribute in [STREAM, VERSION] {
            let mut without = item.clone();
            without.remove(attribute);
            assert!(matches!(key_of(&without), Err(ItemError::Key)), "{attribute}");
        }
        item.insert(STREAM.to_owned(), AttributeValue::S("no name".to_owned()));
        assert!(matches!(key_of(&item), Err(ItemError::Key)));
    }

    #[test]
    fn the_end_of_a_stream_is_the_version_of_its_last_event() {
        let mut item = item_of(&commit()).unwrap();
        assert_eq!(end_of(&item).unwrap(), (commit().stream, Version(4)));
        item.insert(EVENTS.to_owned(), AttributeValue::S("spoilt".to_owned()));
        assert_eq!(end_of(&item).unwrap(), (commit().stream, Version(3)), "as far as it is known");
    }
}
