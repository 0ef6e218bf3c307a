//! Markers: each reaction's commit is put together with an item that holds its version, both or neither.

use super::Log;
use super::append::{fitting, settled};
use crate::error::{CONDITION_FAILED, Failure, IN_CONFLICT, denied};
use crate::item::{STREAM, SdkItem, read_commit};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Put, ReturnValuesOnConditionCheckFailure as OnFailure, TransactWriteItem,
};
use foldlog::{AppendError, CommandId, Commit, LogError, StreamName, Version};
use serde::{Deserialize, Serialize};

/// The marker of a command's commit: the version of the commit.
#[derive(Serialize, Deserialize)]
pub(super) struct Marker {
    stream: StreamName,
    commit_id: CommandId,
    version: Version,
}

impl Marker {
    pub(super) fn of(commit: &Commit) -> Self {
        Self { stream: commit.stream.clone(), commit_id: commit.id.clone(), version: commit.version }
    }
}

impl Log {
    /// Puts a commit if its version is free, and its marker if there is none yet.
    pub(super) async fn put_marked(&self, markers: &str, commit: Commit) -> Result<Commit, AppendError> {
        let item = fitting(&commit)?;
        let marker = serde_dynamo::to_item(Marker::of(&commit)).map_err(denied)?;
        let write = self
            .client
            .transact_write_items()
            .transact_items(put_new(&self.table, item.into())?)
            .transact_items(put_new(markers, marker)?);
        let Err(error) = write.send().await else { return Ok(commit) };
        let cancelled = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
            _ => &[],
        };
        let [of_commit, of_marker] = cancelled else { return Err(LogError::from(Failure::from(error)).into()) };
        let failed = |reason: &CancellationReason, code| reason.code() == Some(code);
        if failed(of_commit, CONDITION_FAILED) {
            match settled(&commit, of_commit.item().cloned()) {
                Err(AppendError::Conflict) => {}
                settled => return settled,
            }
        }
        if failed(of_marker, CONDITION_FAILED) {
            let marker = of_marker.item().cloned().ok_or_else(|| unsaid("which commit the command has"))?;
            return Err(AppendError::Repeated(Box::new(self.at(&commit.stream, marker).await?)));
        }
        if [CONDITION_FAILED, IN_CONFLICT].iter().any(|code| failed(of_commit, code) || failed(of_marker, code)) {
            return Err(AppendError::Conflict);
        }
        // Throttled, most likely: nothing was written.
        Err(LogError::Unavailable(format!("the transaction was cancelled: {cancelled:?}")).into())
    }

    /// The commit of a command by its marker.
    pub(super) async fn marked(
        &self,
        markers: &str,
        stream: &StreamName,
        id: &CommandId,
    ) -> Result<Option<Commit>, LogError> {
        let get = self
            .client
            .get_item()
            .table_name(markers)
            .key(STREAM, AttributeValue::S(stream.to_string()))
            .key("commit_id", AttributeValue::S(id.to_string()))
            .consistent_read(true);
        match get.send().await.map_err(Failure::from)?.item {
            Some(marker) => Ok(Some(self.at(stream, marker).await?)),
            None => Ok(None),
        }
    }

    /// The commit that a marker points at.
    async fn at(&self, stream: &StreamName, marker: SdkItem) -> Result<Commit, LogError> {
        let marker: Marker = serde_dynamo::from_item(marker).map_err(denied)?;
        let query = self
            .query(stream)
            .key_condition_expression("#stream = :stream AND #version = :version")
            .expression_attribute_values(":version", AttributeValue::N(marker.version.to_string()))
            .consistent_read(true);
        let items = query.send().await.map_err(Failure::from)?.items.unwrap_or_default();
        let missing = || LogError::Corrupt {
            stream: stream.clone(),
            version: marker.version,
            reason: "a marker points at it, and it is not there".to_owned(),
        };
        read_commit(stream, items.into_iter().next().ok_or_else(missing)?.into())
    }
}

/// Puts an item if its key is free. Otherwise it returns the existing item.
fn put_new(table: &str, item: SdkItem) -> Result<TransactWriteItem, LogError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#stream)")
        .expression_attribute_names("#stream", STREAM)
        .return_values_on_condition_check_failure(OnFailure::AllOld)
        .build();
    Ok(TransactWriteItem::builder().put(put.map_err(denied)?).build())
}

fn unsaid(what: &str) -> LogError {
    LogError::Unavailable(format!("the store did not say {what}"))
}
