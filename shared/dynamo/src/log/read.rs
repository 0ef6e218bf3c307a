//! Reading the log: whole ranges, page by page to the very end.

use super::Log;
use crate::error::Failure;
use crate::item::{EVENTS, STREAM, VERSION, commit_of, end_of, version_of};
use aws_sdk_dynamodb::types::AttributeValue;
use eventsourcing::{Commit, Consistency, LogError, StreamName, Version};
use serde_dynamo::Item;
use std::collections::BTreeMap;

impl Log {
    /// The commits behind version `after`, oldest first, as they are found: whether they are contiguous is for the
    /// caller to prove.
    pub(super) async fn read(
        &self,
        stream: &StreamName,
        after: Version,
        consistency: Consistency,
    ) -> Result<Vec<Commit>, LogError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#stream = :stream AND #version > :after")
            .expression_attribute_names("#stream", STREAM)
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_values(":stream", AttributeValue::S(stream.to_string()))
            .expression_attribute_values(":after", AttributeValue::N(after.to_string()))
            .consistent_read(consistency == Consistency::Strong)
            .into_paginator()
            .items()
            .send();
        let mut commits = Vec::new();
        while let Some(item) = items.try_next().await.map_err(Failure::from)? {
            commits.push(read_commit(stream, item.into())?);
        }
        Ok(commits)
    }

    /// The end of every stream. What is kept meanwhile is one entry a stream and one page of items.
    pub(super) async fn scan(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
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
            // Without a readable key there is no stream whose corruption this could be.
            let (stream, version) = end_of(item.into()).map_err(|error| LogError::Denied(error.to_string()))?;
            let end = ends.entry(stream).or_insert(version);
            *end = version.max(*end);
        }
        Ok(ends.into_iter().collect())
    }
}

pub(super) fn read_commit(stream: &StreamName, item: Item) -> Result<Commit, LogError> {
    let version = version_of(&item).unwrap_or(Version::NONE);
    commit_of(item).map_err(|error| LogError::Corrupt { stream: stream.clone(), version, reason: error.to_string() })
}
