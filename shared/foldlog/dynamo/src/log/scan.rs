//! Reading the log as a whole: pages of a stream or of a segment, and the end of every stream.

use super::Log;
use crate::error::Failure;
use crate::item::{EVENTS, STREAM, VERSION, end_of, key_of, read_commit};
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::write::scan::{Cursor, Page, Part};
use foldlog::{Commit, LogError, StreamName, Version};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

type Attributes = HashMap<String, AttributeValue>;

/// The key of any item of the table.
#[derive(Serialize, Deserialize)]
struct Key {
    stream: String,
    version: Version,
}

impl Log {
    /// One request: as much of a part as an answer holds, at most 1 MB of items.
    pub(super) async fn read_page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        let start = after.map(start_key).transpose()?;
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
        let next = last.map(serde_dynamo::from_item).transpose();
        let next: Option<Key> = next.map_err(|error: serde_dynamo::Error| LogError::Denied(error.to_string()))?;
        Ok(Page { commits, next: next.map(|Key { stream, version }| Cursor { stream, version }) })
    }

    /// The end of every stream. Meanwhile one entry for each stream and one page of items are in memory.
    pub(super) async fn scan_heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
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
}

fn start_key(cursor: &Cursor) -> Result<Attributes, LogError> {
    let key = Key { stream: cursor.stream.clone(), version: cursor.version };
    serde_dynamo::to_item(key).map_err(|error| LogError::Denied(error.to_string()))
}

fn commit(item: Attributes) -> Result<Commit, LogError> {
    let item = item.into();
    let (stream, _) = key_of(&item).map_err(|error| LogError::Denied(format!("{error}: {item:?}")))?;
    read_commit(&stream, item)
}
