//! Reading the log: whole ranges, page by page to the very end.

use super::Log;
use super::backwards::Backwards;
use crate::error::Failure;
use crate::item::{STREAM, VERSION, commit_of, version_of};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use eventsourcing::{Commit, CommitId, Consistency, LogError, Reading, StreamName, Timestamp, Version};
use serde_dynamo::Item;

impl Log {
    /// The commits behind version `after`, oldest first, strongly consistent, as they are found: whether they are
    /// contiguous is for the caller to prove.
    pub(super) async fn read_on(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        let mut items = self.query(stream).consistent_read(true);
        items = items.key_condition_expression("#stream = :stream AND #version > :version");
        items = items.expression_attribute_values(":version", AttributeValue::N(after.to_string()));
        let mut items = items.into_paginator().items().send();
        let mut commits = Vec::new();
        while let Some(item) = items.try_next().await.map_err(Failure::from)? {
            commits.push(read_commit(stream, item.into())?);
        }
        Ok(commits)
    }

    /// The commits from the newest back to the first with a usable snapshot, or to the beginning.
    pub(super) async fn read_back(&self, stream: &StreamName, reading: Reading) -> Result<Vec<Commit>, LogError> {
        let until = reading.until.unwrap_or(Version(u64::MAX));
        let mut backwards = Backwards::new(self, stream, until, reading.consistency);
        let mut commits = Vec::new();
        while let Some(commit) = backwards.next().await? {
            let enough = commit.has_snapshot(reading.schema);
            commits.push(commit);
            if enough {
                break;
            }
        }
        Ok(commits)
    }

    /// The commit of a command among those committed after `since`.
    pub(super) async fn search(
        &self,
        stream: &StreamName,
        id: &CommitId,
        since: Timestamp,
    ) -> Result<Option<Commit>, LogError> {
        let mut backwards = Backwards::new(self, stream, Version(u64::MAX), Consistency::Strong);
        while let Some(commit) = backwards.next().await? {
            if commit.committed_at <= since {
                return Ok(None);
            }
            if commit.id == *id {
                return Ok(Some(commit));
            }
        }
        Ok(None)
    }

    pub(super) fn query(&self, stream: &StreamName) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .expression_attribute_names("#stream", STREAM)
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_values(":stream", AttributeValue::S(stream.to_string()))
    }
}

pub(super) fn read_commit(stream: &StreamName, item: Item) -> Result<Commit, LogError> {
    let version = version_of(&item).unwrap_or(Version::NONE);
    commit_of(item).map_err(|error| LogError::Corrupt { stream: stream.clone(), version, reason: error.to_string() })
}
