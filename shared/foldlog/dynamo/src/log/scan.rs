//! Reading the log as a whole: pages of a stream or of a segment, and the end of every stream.

use super::Log;
use crate::error::{Failure, denied};
use crate::item::{EVENTS, STREAM, SdkItem, VERSION, end_of, key_of, read_commit};
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::write::scan::{Cursor, Page, Part};
use foldlog::{Commit, LogError, LogScan, StreamName, Version};
use std::collections::BTreeMap;

impl LogScan for Log {
    /// One request: as much of a part as an answer holds, at most 1 MB of items.
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        let start = after.map(serde_dynamo::to_item::<_, SdkItem>).transpose().map_err(denied)?;
        let (items, last) = match part {
            Part::Stream(stream) => {
                let query = self.query(stream).key_condition_expression("#stream = :stream AND #version > :version");
                let query = query.expression_attribute_values(":version", AttributeValue::N("0".to_owned()));
                let page = query.consistent_read(true).set_exclusive_start_key(start).send().await;
                let page = page.map_err(Failure::from)?;
                (page.items, page.last_evaluated_key)
            }
            Part::Segment { number, of } => {
                let scan = self.client.scan().table_name(&self.table).consistent_read(true);
                // A scan of one segment is an ordinary scan, and an engine may be slower if the request names the
                // segment.
                let segment = |count: u32| (*of > 1).then(|| i32::try_from(count).unwrap_or(i32::MAX));
                let scan = scan.set_segment(segment(*number)).set_total_segments(segment(*of));
                let page = scan.set_exclusive_start_key(start).send().await.map_err(Failure::from)?;
                (page.items, page.last_evaluated_key)
            }
        };
        let commits = items.unwrap_or_default().into_iter().map(commit).collect();
        let next = last.map(serde_dynamo::from_item::<SdkItem, _>).transpose().map_err(denied)?;
        Ok(Page { commits, next })
    }

    /// The end of every stream. Meanwhile one entry for each stream and one page of items are in memory.
    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        let mut items = self
            .client
            .scan()
            .table_name(&self.table)
            .projection_expression("#stream, #version, #events")
            .expression_attribute_names("#stream", STREAM)
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_names("#events", EVENTS)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut ends = BTreeMap::new();
        while let Some(item) = items.try_next().await.map_err(Failure::from)? {
            let item = item.into();
            let Ok((stream, version)) = end_of(&item) else {
                tracing::error!(?item, "an item of the log is not a commit, and has no stream and version");
                continue;
            };
            let end = ends.entry(stream).or_insert(version);
            *end = version.max(*end);
        }
        Ok(ends.into_iter().collect())
    }

    async fn size(&self) -> Result<u64, LogError> {
        let described = self.client.describe_table().table_name(&self.table).send().await;
        let table = described.map_err(Failure::from)?.table;
        Ok(table.and_then(|table| table.item_count).and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }
}

fn commit(item: SdkItem) -> Result<Commit, LogError> {
    let item = item.into();
    let (stream, _) = key_of(&item).map_err(|error| denied(format!("{error}: {item:?}")))?;
    read_commit(&stream, item)
}
