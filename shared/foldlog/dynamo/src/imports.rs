//! The exports that were imported into a log, and whether the log was verified after each: a table with the key `id`
//! (S).

use crate::error::Failure;
use crate::item::SdkItem;
use aws_sdk_dynamodb::Client;
use foldlog::{Timestamp, ViewError};
use serde::{Deserialize, Serialize};

/// The imports on one table; clones share the client.
///
/// It needs `dynamodb:PutItem` and `dynamodb:Scan`.
#[derive(Clone, Debug)]
pub struct Imports {
    client: Client,
    table: String,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The id of the export's manifest.
    pub id: String,
    /// The number of commits.
    pub commits: usize,
    /// When it was begun last.
    pub begun_at: Timestamp,
    /// When the log, and everything that follows from it, was verified after the import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
}

impl Imports {
    /// The imports that `table` holds.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Notes the state of an import.
    pub async fn note(&self, import: &Import) -> Result<(), ViewError> {
        let item = serde_dynamo::to_item(import).map_err(|error| ViewError::Unusable(error.to_string()))?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        put.send().await.map(drop).map_err(|error| Failure::from(error).into())
    }

    /// All of them, in the order of their ids.
    pub async fn all(&self) -> Result<Vec<Import>, ViewError> {
        let mut pages =
            self.client.scan().table_name(&self.table).consistent_read(true).into_paginator().items().send();
        let mut all: Vec<Import> = Vec::new();
        while let Some(item) = pages.try_next().await.map_err(Failure::from)? {
            let item: Result<_, serde_dynamo::Error> = serde_dynamo::from_item::<SdkItem, _>(item);
            all.push(item.map_err(|error| ViewError::Unusable(error.to_string()))?);
        }
        all.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(all)
    }
}
