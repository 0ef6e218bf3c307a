//! Checkpoints and rows of totals as items, and back.

use crate::item::{SdkItem, number};
use crate::views::within;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem, Update,
};
use foldlog::json::Unread;
use foldlog::read::views::{Generation, ViewError};
use foldlog::totals::{Amounts, Checkpoint, Entry, TotalKey};
use foldlog::{Hash, Version};
use serde::Deserialize;
use serde_bytes::ByteArray;

/// The key of a checkpoint.
pub(super) const KEY: &str = "key";
/// The key of a row.
pub(super) const PARTITION: &str = "partition";
pub(super) const NAME: &str = "name";

const VERSION: &str = "version";
const PART: &str = "part";

/// The attributes of a checkpoint that a read needs.
#[derive(Deserialize)]
struct Attributes {
    document: String,
    version: Version,
    part: u32,
    hash: ByteArray<32>,
}

/// Puts the next checkpoint over the one that was seen.
pub(super) fn put(table: &str, entry: &Entry) -> Result<TransactWriteItem, BuildError> {
    let Entry { place, seen, next } = entry;
    let put = Put::builder()
        .table_name(table)
        .item(KEY, AttributeValue::S(within(place.generation, &place.key)))
        .item("document", AttributeValue::S(next.document.clone()))
        .item(VERSION, number(&next.version))
        .item(PART, number(&next.part))
        .item("hash", AttributeValue::B(Blob::new(next.hash.0)))
        .return_values_on_condition_check_failure(OnFailure::AllOld);
    let put = match seen {
        None => put.condition_expression("attribute_not_exists(#key)").expression_attribute_names("#key", KEY),
        Some(seen) => put
            .condition_expression("#version = :version AND #part = :part")
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_names("#part", PART)
            .expression_attribute_values(":version", number(&seen.version))
            .expression_attribute_values(":part", number(&seen.part)),
    };
    Ok(TransactWriteItem::builder().put(put.build()?).build())
}

/// Adds to a row, and creates it if it does not exist.
pub(super) fn update(
    table: &str,
    generation: Generation,
    key: &TotalKey,
    amounts: &Amounts,
) -> Result<TransactWriteItem, BuildError> {
    let update = Update::builder()
        .table_name(table)
        .key(PARTITION, AttributeValue::S(within(generation, &key.partition)))
        .key(NAME, AttributeValue::S(key.name.clone()));
    let clauses: Vec<String> = (0..amounts.len()).map(|index| format!("#{index} :{index}")).collect();
    let update = update.update_expression(format!("ADD {}", clauses.join(", ")));
    let update = (0..).zip(amounts).fold(update, |update, (index, (name, by)): (usize, _)| {
        update
            .expression_attribute_names(format!("#{index}"), name)
            .expression_attribute_values(format!(":{index}"), number(by))
    });
    Ok(TransactWriteItem::builder().update(update.build()?).build())
}

pub(super) fn checkpoint_of(item: SdkItem) -> Result<Checkpoint, ViewError> {
    let Attributes { document, version, part, hash } = serde_dynamo::from_item(item)
        .map_err(|error| ViewError::Damaged(format!("the item is no checkpoint: {}", Unread::of(&error))))?;
    Ok(Checkpoint { document, version, part, hash: Hash(hash.into_array()) })
}

/// The name of a row and its amounts.
pub(super) fn row_of(item: SdkItem) -> Result<(String, Amounts), ViewError> {
    let row = item.get(NAME).and_then(|name| name.as_s().ok()).cloned();
    let row = row.ok_or_else(|| ViewError::Damaged("the item is no row of totals".to_owned()))?;
    let mut amounts = Amounts::new();
    for (name, value) in item {
        if let Ok(text) = value.as_n() {
            let amount = text.parse().map_err(|error| ViewError::Damaged(format!("{name} = {text}: {error}")))?;
            amounts.insert(name, amount);
        }
    }
    Ok((row, amounts))
}
