//! Appending to the log: one conditional put. A put whose answer was lost is found again.

use super::{Log, Metric};
use crate::error::{Failure, denied};
use crate::item::{STREAM, SdkItem, item_of, read_commit};
use crate::size::{LARGEST_ITEM_BYTES, item_size_bytes};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use foldlog::{AppendError, Commit, LogError};
use serde_dynamo::Item;

impl Log {
    /// Puts a commit if its version is free.
    ///
    /// A first try may have succeeded although its answer was lost, and the SDK then tried again. The commit in the way
    /// is the caller's own if it has the same command id and digest.
    pub(super) async fn put(&self, commit: Commit) -> Result<Commit, AppendError> {
        let Err(error) = self.put_new(&self.table, fitting(&commit)?.into()).send().await else { return Ok(commit) };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(failed)) => settled(&commit, failed.item.clone()),
            // A transaction is using the same item, so it writes another commit.
            Some(PutItemError::TransactionConflictException(_)) => Err(AppendError::Conflict),
            _ => Err(LogError::from(Failure::from(error)).into()),
        }
    }

    /// Puts an item if its key is free. Otherwise the error has the existing item.
    pub(super) fn put_new(&self, table: &str, item: SdkItem) -> PutItemFluentBuilder {
        self.client
            .put_item()
            .table_name(table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#stream)")
            .expression_attribute_names("#stream", STREAM)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

/// The item of a commit, if it is small enough for the store.
pub(super) fn fitting(commit: &Commit) -> Result<Item, AppendError> {
    let item = item_of(commit).map_err(denied)?;
    let size_bytes = item_size_bytes(&item);
    if size_bytes <= LARGEST_ITEM_BYTES {
        return Ok(item);
    }
    if commit.snapshot.is_some() {
        metrics::counter!(Metric::SnapshotsLeftOut.name()).increment(1);
        tracing::warn!(stream = %commit.stream, size_bytes, "a snapshot is too large; the commit is written without it");
    }
    Err(AppendError::TooLarge { size_bytes, limit_bytes: LARGEST_ITEM_BYTES })
}

/// The meaning of a failed condition: the commit in the way is the caller's own, or another writer's.
pub(super) fn settled(commit: &Commit, in_the_way: Option<SdkItem>) -> Result<Commit, AppendError> {
    let unknown = || LogError::Unavailable("the store did not say which commit stands in the way".to_owned());
    let standing = read_commit(&commit.stream, in_the_way.ok_or_else(unknown)?.into())?;
    let own = standing.id == commit.id && standing.digest == commit.digest;
    if own { Ok(standing) } else { Err(AppendError::Conflict) }
}
