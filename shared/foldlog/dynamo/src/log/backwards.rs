//! A stream from a version back to its first commit, a page at a time.

use super::Log;
use crate::error::Failure;
use crate::item::{SdkItem, read_commit};
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::write::snapshot::INTERVAL;
use foldlog::{Commit, Consistency, LogError, StreamName, Version};

/// A number above every version.
pub(super) const NEWEST: Version = Version(u64::MAX);

/// The page sizes: first as many commits as there are between two snapshots, or one more if the first commit may be the
/// one whose snapshot is too late. If these are not enough, a page holds as many as an answer does.
pub(super) struct Backwards<'a> {
    log: &'a Log,
    stream: &'a StreamName,
    until: Option<Version>,
    consistency: Consistency,
    /// The size of the first page.
    first: usize,
    items: std::vec::IntoIter<SdkItem>,
    rest: Rest,
}

/// The rest after the items that were read.
enum Rest {
    All,
    From(SdkItem),
    Nothing,
}

impl<'a> Backwards<'a> {
    pub(super) fn new(log: &'a Log, stream: &'a StreamName, until: Option<Version>, consistency: Consistency) -> Self {
        let first = INTERVAL + usize::from(until.is_some());
        Self { log, stream, until, consistency, first, items: Vec::new().into_iter(), rest: Rest::All }
    }

    /// The first page has no more commits than are needed.
    pub(super) fn at_most(self, commits: usize) -> Self {
        Self { first: self.first.min(commits), ..self }
    }

    /// The next commit back; none before the first.
    pub(super) async fn next(&mut self) -> Result<Option<Commit>, LogError> {
        loop {
            if let Some(item) = self.items.next() {
                return read_commit(self.stream, item.into()).map(Some);
            }
            let (limit, from) = match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::All => (i32::try_from(self.first).ok(), None),
                Rest::From(key) => (None, Some(key)),
                Rest::Nothing => return Ok(None),
            };
            self.read(limit, from).await?;
        }
    }

    async fn read(&mut self, limit: Option<i32>, from: Option<SdkItem>) -> Result<(), LogError> {
        let page = self
            .log
            .query(self.stream)
            .key_condition_expression("#stream = :stream AND #version <= :version")
            .expression_attribute_values(":version", AttributeValue::N(self.until.unwrap_or(NEWEST).to_string()))
            .consistent_read(self.consistency == Consistency::Strong)
            .scan_index_forward(false)
            .set_limit(limit)
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(Failure::from)?;
        self.items = page.items.unwrap_or_default().into_iter();
        self.rest = page.last_evaluated_key.map_or(Rest::Nothing, Rest::From);
        Ok(())
    }
}
