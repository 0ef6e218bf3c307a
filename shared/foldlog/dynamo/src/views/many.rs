//! Requests for many rows at once: a comparison reads all rows of a view, and a repaired stream may have thousands of
//! rows that lead to its commits.

use super::row::{KEY, row_of, within};
use crate::error::Failure;
use crate::item::SdkItem;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, PutRequest, WriteRequest};
use foldlog::Row;
use foldlog::read::views::{RowKey, ViewError};
use std::collections::{BTreeMap, BTreeSet};

/// From this many rows on, one request for several of them is worth it.
pub(super) const WORTH_A_BATCH: usize = 9;
/// The most rows that one request reads,
const MOST_READ: usize = 100;
/// and the most that one request writes.
const MOST_WRITTEN: usize = 25;

/// The rows of places in one table, in order, strongly consistent.
pub(super) async fn rows(client: &Client, table: &str, places: &[RowKey]) -> Result<Vec<Option<Row>>, ViewError> {
    // One request must not name a key twice.
    let mut wanted: Vec<String> = places.iter().map(stored).collect::<BTreeSet<_>>().into_iter().collect();
    let mut found: BTreeMap<String, Row> = BTreeMap::new();
    while !wanted.is_empty() {
        let asked = wanted.split_off(wanted.len().saturating_sub(MOST_READ));
        let keys = asked.iter().map(|stored| key(stored)).collect();
        let keys = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(keys)).build();
        let keys = keys.map_err(|error| ViewError::Unusable(error.to_string()))?;
        let answer = client.batch_get_item().request_items(table, keys).send().await.map_err(Failure::from)?;
        for item in answer.responses.unwrap_or_default().remove(table).unwrap_or_default() {
            let key = item.get(KEY).and_then(|key| key.as_s().ok()).cloned().unwrap_or_default();
            found.insert(key, row_of(item)?.1);
        }
        let left = answer.unprocessed_keys.unwrap_or_default().remove(table).map(|left| left.keys).unwrap_or_default();
        if left.len() >= asked.len() {
            return Err(ViewError::Unavailable(format!("none of {} rows was read", asked.len())));
        }
        wanted.extend(left.iter().filter_map(|key| key.get(KEY)?.as_s().ok().cloned()));
    }
    Ok(places.iter().map(|place| found.get(&stored(place)).cloned()).collect())
}

/// Writes rows that only ever have one content. What the store leaves undone is an error: everything is written again.
pub(super) async fn write(client: &Client, table: &str, rows: Vec<SdkItem>) -> Result<(), ViewError> {
    for rows in rows.chunks(MOST_WRITTEN) {
        let mut writes = Vec::with_capacity(rows.len());
        for row in rows {
            let put = PutRequest::builder().set_item(Some(row.clone())).build();
            let put = put.map_err(|error| ViewError::Unusable(error.to_string()))?;
            writes.push(WriteRequest::builder().put_request(put).build());
        }
        let answer = client.batch_write_item().request_items(table, writes).send().await.map_err(Failure::from)?;
        let left: usize = answer.unprocessed_items.unwrap_or_default().values().map(Vec::len).sum();
        if left > 0 {
            return Err(ViewError::Unavailable(format!("{left} of {} rows were not written", rows.len())));
        }
    }
    Ok(())
}

fn stored(place: &RowKey) -> String {
    within(place.generation, &place.key)
}

fn key(stored: &str) -> SdkItem {
    SdkItem::from([(KEY.to_owned(), AttributeValue::S(stored.to_owned()))])
}
