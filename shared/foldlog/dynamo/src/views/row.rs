//! A row as an item of its view's table, and back.

use crate::item::SdkItem;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::json::Unread;
use foldlog::read::views::{Generation, RowKey};
use foldlog::{Hash, Row, Version, ViewError};
use serde::Deserialize;
use serde_bytes::ByteArray;
use std::collections::BTreeMap;

/// The table's partition key.
pub(super) const KEY: &str = "key";
/// The attribute in the condition of a write.
pub(super) const VERSION: &str = "version";

/// The attributes that every row has.
#[derive(Deserialize)]
struct Attributes {
    key: String,
    document: String,
    version: Version,
    hash: ByteArray<32>,
}

/// The item of a row: its own attributes, then those of its indexes.
pub(super) fn item_of(place: &RowKey, row: &Row, partitions: &[String]) -> SdkItem {
    let stored = |name: &str, value: &str| {
        let partition = partitions.iter().any(|partition| partition == name);
        AttributeValue::S(if partition { within(place.generation, value) } else { value.to_owned() })
    };
    let index = row.index.iter().map(|(name, value)| ((*name).to_owned(), stored(name, value)));
    let own = [
        (KEY.to_owned(), AttributeValue::S(within(place.generation, &place.key))),
        ("document".to_owned(), AttributeValue::S(row.document.clone())),
        (VERSION.to_owned(), AttributeValue::N(row.version.to_string())),
        ("hash".to_owned(), AttributeValue::B(Blob::new(row.hash.0))),
    ];
    index.chain(own).collect()
}

/// The row of an item and its key, without the generation. The index attributes are left out: they follow from the
/// document.
pub(super) fn row_of(item: SdkItem) -> Result<(String, Row), ViewError> {
    let attributes: Attributes = serde_dynamo::from_item(item)
        .map_err(|error| ViewError::Damaged(format!("the item is no row: {}", Unread::of(&error))))?;
    let key = without_generation(&attributes.key);
    let row = Row {
        document: attributes.document,
        version: attributes.version,
        hash: Hash(attributes.hash.into_array()),
        index: BTreeMap::new(),
    };
    Ok((key, row))
}

/// The key of an item, without the generation.
pub(super) fn key_of(item: &SdkItem) -> Result<String, ViewError> {
    let key = item.get(KEY).and_then(|key| key.as_s().ok());
    Ok(without_generation(key.ok_or_else(|| ViewError::Damaged("the item has no key".to_owned()))?))
}

/// A value as it is stored for one generation.
pub(crate) fn within(generation: Generation, value: &str) -> String {
    format!("{generation}/{value}")
}

fn without_generation(key: &str) -> String {
    key.split_once('/').map_or(key, |(_, key)| key).to_owned()
}
