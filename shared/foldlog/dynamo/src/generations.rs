//! The register of the views' generations, and the progress of their rebuilding, on a table with the key `view` (S) and
//! `part` (S).
//!
//! The whole register is one item, so that one strong read of a kilobyte or less returns all of it.

use crate::error::{Failure, is_condition_failed};
use crate::item::{SdkItem, number};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::json;
use foldlog::read::generations::{Current, Generations as Port, Registered, Registry};
use foldlog::read::views::ViewError;
use foldlog::rebuild::{RebuildProgress, Work, WorkProgress};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

const VIEW: &str = "view";
const PART: &str = "part";
const DOCUMENT: &str = "document";
const CHANGES: &str = "changes";
/// The key of the register itself. No view has such a name.
const REGISTER: (&str, &str) = ("*", "register");

/// How long readers use their copy of the register,
const FRESH: Duration = Duration::from_secs(5);
/// and how long at most if it cannot be read: a retired generation keeps its rows longer than that.
const USABLE: Duration = Duration::from_secs(30);

/// The generations of one service's views. Clones share the copy.
///
/// Reading the register needs `dynamodb:GetItem`, rebuilding views `dynamodb:PutItem`.
#[derive(Clone, Debug)]
pub struct Generations {
    client: Client,
    table: String,
    known: Arc<Mutex<Option<(Moment, Registry)>>>,
}

/// A moment by both clocks. The monotonic one stands still while an environment is frozen, and the other one may jump:
/// the longer of both ages counts.
#[derive(Clone, Copy, Debug)]
struct Moment(Instant, SystemTime);

impl Moment {
    fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    fn age(self) -> Duration {
        // A clock that went back says nothing about the age.
        self.0.elapsed().max(self.1.elapsed().unwrap_or(Duration::MAX))
    }
}

impl Generations {
    /// The generations that `table` registers.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), known: Arc::default() }
    }

    async fn item(&self, key: (&str, &str)) -> Result<Option<SdkItem>, ViewError> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true).set_key(Some(key_of(key)));
        Ok(get.send().await.map_err(Failure::from)?.item)
    }

    fn known_within(&self, age: Duration) -> Option<Registry> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(at, _)| at.age() < age).map(|(_, registry)| registry.clone())
    }
}

impl Port for Generations {
    async fn registered(&self) -> Result<Registered, ViewError> {
        let asked = Moment::now();
        let registered = match self.item(REGISTER).await? {
            None => Registered::default(),
            Some(item) => Registered {
                changes: serde_dynamo::from_attribute_value(attribute(&item, CHANGES)?).map_err(unusable)?,
                registry: document_of(&item)?,
            },
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((asked, registered.registry.clone()));
        Ok(registered)
    }

    async fn register(&self, registry: &Registry, seen: u64) -> Result<bool, ViewError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(key_of(REGISTER)))
            .item(DOCUMENT, text_of(registry)?)
            .item(CHANGES, number(&(seen + 1)));
        let put = if seen == 0 {
            put.condition_expression("attribute_not_exists(#view)").expression_attribute_names("#view", VIEW)
        } else {
            put.condition_expression("#changes = :seen")
                .expression_attribute_names("#changes", CHANGES)
                .expression_attribute_values(":seen", number(&seen))
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_condition_failed(&error) => Ok(false),
            Err(error) => Err(Failure::from(error).into()),
        }
    }

    async fn current(&self, view: &str) -> Result<Current, ViewError> {
        if let Some(registry) = self.known_within(FRESH) {
            return Ok(registry.current(view));
        }
        match self.registered().await {
            Ok(registered) => Ok(registered.registry.current(view)),
            Err(error) => self.known_within(USABLE).map(|registry| registry.current(view)).ok_or(error),
        }
    }
}

impl RebuildProgress for Generations {
    async fn progress(&self, work: &Work) -> Result<Option<WorkProgress>, ViewError> {
        let item = self.item((&work.view, &part_of(work))).await?;
        item.map(|item| document_of(&item)).transpose()
    }

    async fn note(&self, work: &Work, progress: &WorkProgress) -> Result<(), ViewError> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(key_of((&work.view, &part_of(work)))));
        put.item(DOCUMENT, text_of(progress)?).send().await.map_err(Failure::from)?;
        Ok(())
    }
}

/// `g2/fill/00003`
fn part_of(work: &Work) -> String {
    let text = work.to_string();
    text.split_once('/').map_or(text.clone(), |(_, part)| part.to_owned())
}

fn key_of((view, part): (&str, &str)) -> SdkItem {
    let texts = [(VIEW, view), (PART, part)];
    texts.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned()))).into()
}

fn text_of<T: Serialize>(document: &T) -> Result<AttributeValue, ViewError> {
    serde_json::to_string(document).map(AttributeValue::S).map_err(unusable)
}

fn document_of<T: DeserializeOwned>(item: &SdkItem) -> Result<T, ViewError> {
    let text: String = serde_dynamo::from_attribute_value(attribute(item, DOCUMENT)?).map_err(unusable)?;
    json::read(&text).map_err(unusable)
}

fn attribute(item: &SdkItem, name: &str) -> Result<AttributeValue, ViewError> {
    item.get(name).cloned().ok_or_else(|| unusable(format!("it has no {name}")))
}

fn unusable<E: std::fmt::Display>(error: E) -> ViewError {
    ViewError::Unusable(format!("the item registers no generations: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_before_a_freeze_is_as_old_as_the_wall_clock_says() {
        let frozen = Moment(Instant::now(), SystemTime::now() - Duration::from_mins(10));
        assert!(frozen.age() >= Duration::from_mins(10));
        let back = Moment(Instant::now(), SystemTime::now() + Duration::from_mins(10));
        assert!(back.age() > USABLE, "a clock that went back is not believed");
        assert!(Moment::now().age() < FRESH);
    }
}
