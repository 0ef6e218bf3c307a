//! The notes about what subscribers cannot follow, on a table with the key `subscriber` (S) and `object` (S).

use crate::error::Failure;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use eventsourcing::parked::{Class, Notes, Parked as Note, ParkingLot, Subject, Trouble};
use eventsourcing::{Timestamp, Version, ViewError};
use serde::Deserialize;
use std::collections::HashMap;

/// The notes on one table; clones share the client.
///
/// Leaving one needs `dynamodb:UpdateItem`, reading them `dynamodb:GetItem` and `dynamodb:Scan`, taking one away
/// `dynamodb:DeleteItem`.
#[derive(Clone, Debug)]
pub struct Parked {
    client: Client,
    table: String,
}

/// The attributes of a note's item.
#[derive(Deserialize)]
struct Attributes {
    subscriber: String,
    object: String,
    version: Version,
    error: String,
    class: Class,
    attempts: u32,
    since: Timestamp,
    noticed_at: Timestamp,
}

const SUBSCRIBER: &str = "subscriber";
const OBJECT: &str = "object";

impl Parked {
    /// The notes that `table` holds.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

impl ParkingLot for Parked {
    async fn park(&self, trouble: &Trouble) -> Result<(), ViewError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&trouble.subject)))
            .update_expression(
                "SET #version = :version, #error = :error, #class = :class, noticed_at = :at, \
                 since = if_not_exists(since, :at), attempts = if_not_exists(attempts, :none) + :one",
            )
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#error", "error")
            .expression_attribute_names("#class", "class")
            .expression_attribute_values(":version", number(&trouble.version))
            .expression_attribute_values(":error", AttributeValue::S(trouble.error.clone()))
            .expression_attribute_values(":class", AttributeValue::S(trouble.class.to_string()))
            .expression_attribute_values(":at", number(&trouble.at.0))
            .expression_attribute_values(":none", number(&0))
            .expression_attribute_values(":one", number(&1));
        update.send().await.map_err(Failure::from)?;
        Ok(())
    }

    async fn notes(&self, after: Option<&Subject>, limit: usize) -> Result<Notes, ViewError> {
        let scan = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .set_exclusive_start_key(after.map(key))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let page = scan.send().await.map_err(Failure::from)?;
        let notes = page.items.unwrap_or_default().into_iter().map(note_of).collect::<Result<_, _>>()?;
        let next = page.last_evaluated_key.map(|key| {
            let text = |name: &str| key.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str);
            Subject::of(text(SUBSCRIBER), text(OBJECT)).map_err(|error| ViewError::Unusable(error.to_string()))
        });
        Ok(Notes { notes, next: next.transpose()? })
    }

    async fn note(&self, subject: &Subject) -> Result<Option<Note>, ViewError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(subject))).consistent_read(true);
        get.send().await.map_err(Failure::from)?.item.map(note_of).transpose()
    }

    async fn clear(&self, subject: &Subject, upto: Version) -> Result<bool, ViewError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(subject)))
            .condition_expression("attribute_not_exists(#object) OR #version <= :upto")
            .expression_attribute_names("#object", OBJECT)
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":upto", number(&upto));
        match delete.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(Failure::from(error).into()),
        }
    }
}

fn key(subject: &Subject) -> HashMap<String, AttributeValue> {
    HashMap::from([
        (SUBSCRIBER.to_owned(), AttributeValue::S(subject.subscriber())),
        (OBJECT.to_owned(), AttributeValue::S(subject.object())),
    ])
}

fn number(number: &impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn note_of(item: HashMap<String, AttributeValue>) -> Result<Note, ViewError> {
    let unusable = |error: &dyn std::error::Error| ViewError::Unusable(format!("the item is no note: {error}"));
    let attributes: Attributes = serde_dynamo::from_item(item).map_err(|error| unusable(&error))?;
    let subject = Subject::of(&attributes.subscriber, &attributes.object).map_err(|error| unusable(&error))?;
    let Attributes { version, error, class, attempts, since, noticed_at, .. } = attributes;
    Ok(Note { trouble: Trouble { subject, version, error, class, at: noticed_at }, attempts, since })
}
