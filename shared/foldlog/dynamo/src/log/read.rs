//! Reading the log: whole ranges, page by page to the end.

use super::Log;
use super::backwards::{Backwards, NEWEST};
use crate::error::Failure;
use crate::item::{STREAM, SdkItem, VERSION, read_commit};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::{CommandId, Commit, Consistency, Direction, LogError, ReadOptions, Span, StreamName, Timestamp, Version};

impl Log {
    /// The commits of a span, as they are found. It reads only what fits into the span.
    pub(super) async fn read_span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        let (mut commits, mut start) = (Vec::new(), None);
        loop {
            let left = span.limit.map(|limit| limit.saturating_sub(commits.len()));
            if left == Some(0) {
                return Ok(commits);
            }
            let (page, next) = self.read_page(stream, Span { limit: left, ..span }, start).await?;
            commits.extend(page);
            start = next;
            if start.is_none() {
                return Ok(commits);
            }
        }
    }

    /// One answer of the store: at most 1 MB of items of a span. Also where the next one begins, if there is more.
    pub(super) async fn read_page(
        &self,
        stream: &StreamName,
        span: Span,
        start: Option<SdkItem>,
    ) -> Result<(Vec<Commit>, Option<SdkItem>), LogError> {
        let bound = |version: Version| AttributeValue::N(version.to_string());
        let (first, last) = (span.after.next(), span.until.unwrap_or(NEWEST));
        if last < first {
            return Ok((Vec::new(), None));
        }
        let page = self
            .query(stream)
            .key_condition_expression("#stream = :stream AND #version BETWEEN :first AND :last")
            .expression_attribute_values(":first", bound(first))
            .expression_attribute_values(":last", bound(last))
            .consistent_read(true)
            .scan_index_forward(span.direction == Direction::Ascending)
            .set_limit(span.limit.and_then(|limit| i32::try_from(limit).ok()))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(Failure::from)?;
        let items = page.items.unwrap_or_default().into_iter();
        let commits = items.map(|item| read_commit(stream, item.into())).collect::<Result<_, _>>()?;
        Ok((commits, page.last_evaluated_key))
    }

    /// The commits from the newest back to the first with a usable snapshot, to the beginning, or as many as the read
    /// takes at most.
    pub(super) async fn read_back(&self, stream: &StreamName, reading: ReadOptions) -> Result<Vec<Commit>, LogError> {
        let mut backwards = Backwards::new(self, stream, reading.until, reading.consistency).at_most(reading.most);
        let mut commits = Vec::new();
        while let Some(commit) = backwards.next().await? {
            let enough = reading.ends_with(&commit, commits.len() + 1);
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
        id: &CommandId,
        since: Timestamp,
    ) -> Result<Option<Commit>, LogError> {
        let mut backwards = Backwards::new(self, stream, None, Consistency::Strong);
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
