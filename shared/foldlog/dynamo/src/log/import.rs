//! Importing commits from another log: unchanged, and marked, so that they are not published again.

use super::Log;
use super::markers::Marker;
use crate::error::{Failure, denied};
use crate::item::{IMPORTED, SdkItem, item_of};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use foldlog::{Commit, LogError};
use serde_dynamo::Item;

/// Why a commit was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Another commit has this version already.
    #[error("{0} stands in the log already, and is not what was exported")]
    Occupied(String),
    /// The log cannot be written.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Log {
    /// Puts a commit at its version of the other log, marked with its import. A commit that the same import put before
    /// is left as it is, so that you can begin an import again. With markers, the marker of a reaction is put before
    /// its commit; no reaction may run meanwhile.
    pub async fn import(&self, commit: &Commit, import: &str) -> Result<(), ImportError> {
        if let Some(markers) = self.markers.as_deref().filter(|_| commit.causation.is_some()) {
            let item = serde_dynamo::to_item(Marker::of(commit)).map_err(denied)?;
            self.put_same(markers, item, &format!("the marker of {}@{}", commit.stream, commit.version)).await?;
        }
        let mut item: Item = item_of(commit).map_err(denied)?;
        item.insert(IMPORTED.to_owned(), serde_dynamo::AttributeValue::S(import.to_owned()));
        self.put_same(&self.table, item.into(), &format!("{}@{}", commit.stream, commit.version)).await
    }

    /// Puts an item if its key is free or holds the same item.
    async fn put_same(&self, table: &str, item: SdkItem, name: &str) -> Result<(), ImportError> {
        let Err(error) = self.put_new(table, item.clone()).send().await else { return Ok(()) };
        match standing(&error) {
            Some(standing) if *standing == item => Ok(()),
            Some(_) => Err(ImportError::Occupied(name.to_owned())),
            None => Err(LogError::from(Failure::from(error)).into()),
        }
    }

    /// Whether the log is empty, strongly consistent.
    pub async fn is_empty(&self) -> Result<bool, LogError> {
        let scan = self.client.scan().table_name(&self.table).consistent_read(true).limit(1);
        let page = scan.send().await.map_err(Failure::from)?;
        Ok(page.items().is_empty() && page.last_evaluated_key().is_none())
    }
}

/// The item that was in the way of a put.
fn standing(error: &SdkError<PutItemError>) -> Option<&SdkItem> {
    match error.as_service_error() {
        Some(PutItemError::ConditionalCheckFailedException(failed)) => failed.item(),
        _ => None,
    }
}
