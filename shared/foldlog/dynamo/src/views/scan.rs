//! The rows of a view as a whole: in pages, and removed.

use super::row::{self, KEY, row_of};
use super::{Views, within};
use crate::error::Failure;
use crate::item::SdkItem;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use foldlog::read::views::{Found, Generation, RowPage, ViewError, ViewScan};

/// How many items one request removes.
const AT_A_TIME: usize = 25;

impl ViewScan for Views {
    async fn page(&self, view: &str, (part, of): (u32, u32), after: Option<&str>) -> Result<RowPage, ViewError> {
        // A scan of one segment is an ordinary scan, and an engine may be slower if the request names the segment.
        let segment = |count: u32| (of > 1).then(|| i32::try_from(count).unwrap_or(i32::MAX));
        let scan = self
            .client
            .scan()
            .table_name(&self.table(view)?.name)
            .consistent_read(true)
            .set_segment(segment(part))
            .set_total_segments(segment(of))
            .set_exclusive_start_key(after.map(|key| key_of(key.to_owned())));
        let page = scan.send().await.map_err(Failure::from)?;
        let rows = page.items.unwrap_or_default().into_iter().filter_map(found);
        let next = page.last_evaluated_key.and_then(|key| key.get(KEY)?.as_s().ok().cloned());
        Ok(RowPage { rows: rows.collect(), next })
    }

    async fn remove(&self, view: &str, generation: Generation, keys: &[String]) -> Result<Vec<String>, ViewError> {
        let table = &self.table(view)?.name;
        let keys: Vec<_> = keys.iter().map(|key| key_of(within(generation, key))).collect();
        let left = remove(&self.client, table, keys).await?;
        left.iter().map(row::key_of).collect()
    }
}

/// Removes items by their keys, each with one request of many, and returns the keys that the store had no capacity for.
pub(crate) async fn remove(
    client: &aws_sdk_dynamodb::Client,
    table: &str,
    keys: Vec<SdkItem>,
) -> Result<Vec<SdkItem>, ViewError> {
    let mut left = Vec::new();
    for keys in keys.chunks(AT_A_TIME) {
        let mut deletes = Vec::new();
        for key in keys {
            let delete = DeleteRequest::builder().set_key(Some(key.clone())).build();
            let delete = delete.map_err(|error| ViewError::Unusable(error.to_string()))?;
            deletes.push(WriteRequest::builder().delete_request(delete).build());
        }
        let answer = client.batch_write_item().request_items(table, deletes).send().await.map_err(Failure::from)?;
        let unprocessed = answer.unprocessed_items.unwrap_or_default().into_values().flatten();
        left.extend(unprocessed.filter_map(|write| write.delete_request.map(|delete| delete.key)));
    }
    Ok(left)
}

fn key_of(key: String) -> SdkItem {
    SdkItem::from([(KEY.to_owned(), AttributeValue::S(key))])
}

/// A row and its place. None if an item's key has no generation, so that it belongs to no view.
fn found(item: SdkItem) -> Option<Found> {
    let stored = item.get(KEY)?.as_s().ok()?;
    let (generation, key) = stored.strip_prefix('g')?.split_once('/')?;
    let (generation, key) = (Generation(generation.parse().ok()?), key.to_owned());
    Some((generation, key, row_of(item).map(|(_, row)| row)))
}
