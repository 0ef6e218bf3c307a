//! The notes about streams and events that subscribers cannot follow, on a table with the key `subscriber` (S) and
//! `object` (S).

use crate::error::{Failure, is_condition_failed};
use crate::item::{SdkItem, number};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::json::Unread;
use foldlog::read::parked::{Class, Notes, Parked as Note, ParkingLot, Subject, Trouble};
use foldlog::{Timestamp, Version, ViewError};
use serde::Deserialize;

/// The notes on one table; clones share the client.
///
/// Leaving a note needs `dynamodb:UpdateItem`, reading notes `dynamodb:GetItem` and `dynamodb:Scan`, removing one
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
    /// Notes of older releases do not have it.
    passed_over: Option<Version>,
    error: String,
    class: Class,
    attempts: u32,
    since: Timestamp,
    noticed_at: Timestamp,
}

const SUBSCRIBER: &str = "subscriber";
const OBJECT: &str = "object";
const PASSED_OVER: &str = "passed_over";

impl Parked {
    /// The notes that `table` holds.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Writes the newest failure of a note.
    fn update(&self, trouble: &Trouble, passed_over: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&trouble.subject)))
            .update_expression(format!(
                "SET #version = :version, #passed_over = {passed_over}, #error = :error, #class = :class, \
                 noticed_at = :at, since = if_not_exists(since, :at), \
                 attempts = if_not_exists(attempts, :none) + :one"
            ))
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#passed_over", PASSED_OVER)
            .expression_attribute_names("#error", "error")
            .expression_attribute_names("#class", "class")
            .expression_attribute_values(":version", number(&trouble.version))
            .expression_attribute_values(":passed_over", number(&trouble.passed_over))
            .expression_attribute_values(":error", AttributeValue::S(trouble.error.clone()))
            .expression_attribute_values(":class", AttributeValue::S(trouble.class.to_string()))
            .expression_attribute_values(":at", number(&trouble.at.0))
            .expression_attribute_values(":none", number(&0))
            .expression_attribute_values(":one", number(&1))
    }
}

impl ParkingLot for Parked {
    /// One request. A second one if an older note has a higher version that was passed over.
    async fn park(&self, trouble: &Trouble) -> Result<(), ViewError> {
        let higher = self
            .update(trouble, ":passed_over")
            .condition_expression("attribute_not_exists(#passed_over) OR #passed_over <= :passed_over");
        match higher.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_condition_failed(&error) => {
                // The note may have been removed meanwhile.
                let update = self.update(trouble, "if_not_exists(#passed_over, :passed_over)");
                update.send().await.map(drop).map_err(|error| Failure::from(error).into())
            }
            Err(error) => Err(Failure::from(error).into()),
        }
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
            .condition_expression(
                "attribute_not_exists(#object) OR #passed_over <= :upto \
                 OR (attribute_not_exists(#passed_over) AND #version <= :upto)",
            )
            .expression_attribute_names("#object", OBJECT)
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#passed_over", PASSED_OVER)
            .expression_attribute_values(":upto", number(&upto));
        match delete.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_condition_failed(&error) => Ok(false),
            Err(error) => Err(Failure::from(error).into()),
        }
    }
}

fn key(subject: &Subject) -> SdkItem {
    SdkItem::from([
        (SUBSCRIBER.to_owned(), AttributeValue::S(subject.subscriber())),
        (OBJECT.to_owned(), AttributeValue::S(subject.object())),
    ])
}

fn note_of(item: SdkItem) -> Result<Note, ViewError> {
    let unusable = |error: &dyn std::error::Error| ViewError::Unusable(format!("the item is no note: {error}"));
    let attributes: Attributes = serde_dynamo::from_item(item).map_err(|error| unusable(&Unread::of(&error)))?;
    let subject = Subject::of(&attributes.subscriber, &attributes.object).map_err(|error| unusable(&error))?;
    let Attributes { version, passed_over, error, class, attempts, since, noticed_at, .. } = attributes;
    let passed_over = passed_over.unwrap_or(version);
    Ok(Note { trouble: Trouble { subject, version, passed_over, error, class, at: noticed_at }, attempts, since })
}
