//! The notes about parked streams, on a table with the key `subscription` (S) and `stream` (S).

use crate::error::Failure;
use aws_sdk_dynamodb::Client;
use eventsourcing::parked::{Parked as Note, ParkingLot};
use eventsourcing::views::Generation;
use eventsourcing::{Timestamp, Version, ViewError};
use serde::Serialize;

/// The notes on one table; clones share the client. Leaving one needs `dynamodb:PutItem`.
#[derive(Clone, Debug)]
pub struct Parked {
    client: Client,
    table: String,
}

/// The attributes of a note's item.
#[derive(Serialize)]
struct Attributes<'a> {
    subscription: String,
    stream: &'a str,
    version: Version,
    error: &'a str,
    noticed_at: Timestamp,
}

impl Parked {
    /// The notes that `table` holds.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

impl ParkingLot for Parked {
    async fn park(&self, generation: Generation, parked: &Note) -> Result<(), ViewError> {
        let attributes = Attributes {
            subscription: format!("{}/{generation}", parked.subscription),
            stream: parked.stream.as_str(),
            version: parked.version,
            error: &parked.error,
            noticed_at: parked.noticed_at,
        };
        let item = serde_dynamo::to_item(attributes).map_err(|error| ViewError::Unusable(error.to_string()))?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        put.send().await.map_err(Failure::from)?;
        Ok(())
    }
}
