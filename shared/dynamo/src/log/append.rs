//! Appending to the log: one conditional put, whose lost answer is found again.

use super::Log;
use super::read::read_commit;
use crate::error::Failure;
use crate::item::{STREAM, item_of};
use crate::size::{LARGEST_ITEM_BYTES, item_size_bytes};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use eventsourcing::{AppendError, Commit, LogError};

impl Log {
    /// Puts a commit where none stands yet.
    ///
    /// A first try may have landed although its answer was lost, and the SDK then tried again: the commit in the way
    /// is my own where it has my command's id and digest.
    pub(super) async fn put(&self, commit: Commit) -> Result<Commit, AppendError> {
        let item = item_of(&commit).map_err(|error| LogError::Denied(error.to_string()))?;
        let size_bytes = item_size_bytes(&item);
        if size_bytes > LARGEST_ITEM_BYTES {
            if commit.snapshot.is_some() {
                tracing::warn!(stream = %commit.stream, size_bytes, "a snapshot does not fit; the commit goes without it");
            }
            return Err(AppendError::TooLarge { size_bytes, limit_bytes: LARGEST_ITEM_BYTES });
        }
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item.into()))
            .condition_expression("attribute_not_exists(#stream)")
            .expression_attribute_names("#stream", STREAM)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(commit),
            Err(error) => {
                let standing = standing_in_the_way(&commit, error)?;
                if standing.id == commit.id && standing.digest == commit.digest {
                    Ok(standing)
                } else {
                    Err(AppendError::Conflict)
                }
            }
        }
    }
}

/// The commit because of which the condition failed; an error where the put failed for another reason.
fn standing_in_the_way(commit: &Commit, error: SdkError<PutItemError>) -> Result<Commit, LogError> {
    let Some(PutItemError::ConditionalCheckFailedException(failed)) = error.as_service_error() else {
        return Err(Failure::from(error).into());
    };
    let unknown = || LogError::Unavailable("the store did not say which commit stands in the way".to_owned());
    read_commit(&commit.stream, failed.item.clone().ok_or_else(unknown)?.into())
}
