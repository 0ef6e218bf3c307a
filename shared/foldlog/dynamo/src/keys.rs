//! Wrapped keys, on a table with the key `owner` (S).
//!
//! The table has to have no backups, no point-in-time recovery and no stream: what is destroyed has to be gone. Its time
//! to live is `until`, in seconds.

use crate::error::{Failure, is_condition_failed};
use crate::item::{SdkItem, number};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::Timestamp;
use foldlog::seal::{KeyError, KeyStore, Standing, Wrapped};

/// The wrapped keys on one table; clones share the client.
///
/// Finding a key needs `dynamodb:GetItem`, adding one `dynamodb:PutItem`, destroying one `dynamodb:UpdateItem`.
#[derive(Clone, Debug)]
pub struct Keys {
    client: Client,
    table: String,
}

const OWNER: &str = "owner";
const WRAPPED: &str = "wrapped";
const UNTIL: &str = "until";
const DESTROYED_AT: &str = "destroyed_at";

impl Keys {
    /// The keys that `table` holds.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }
}

/// What the table has of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersKey {
    /// The owner.
    pub owner: String,
    /// The key, or when it was destroyed.
    pub standing: Standing,
    /// The end of the key.
    pub until: Option<Timestamp>,
}

impl Keys {
    /// All keys, also destroyed ones, page by page. It needs `dynamodb:Scan`.
    pub async fn all(&self) -> Result<Vec<OwnersKey>, KeyError> {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let scan = self.client.scan().table_name(&self.table).consistent_read(true).set_exclusive_start_key(after);
            let page = scan.send().await.map_err(Failure::from)?;
            for item in page.items.unwrap_or_default() {
                let owner = item.get(OWNER).and_then(|owner| owner.as_s().ok()).cloned().unwrap_or_default();
                let standing = standing(&item).ok_or_else(|| KeyError::Damaged(owner.clone()))?;
                let until = item.get(UNTIL).and_then(|until| until.as_n().ok()?.parse::<i64>().ok());
                found.push(OwnersKey { owner, standing, until: until.map(|until| Timestamp(until * 1_000)) });
            }
            after = page.last_evaluated_key;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// Takes in what another table has of an owner.
    pub async fn take_in(&self, key: &OwnersKey) -> Result<(), KeyError> {
        match &key.standing {
            Standing::Kept(wrapped) => self.add(&key.owner, wrapped, key.until).await.map(drop),
            Standing::Destroyed(at) => self.destroy(&key.owner, *at).await,
        }
    }
}

impl KeyStore for Keys {
    async fn find(&self, owner: &str) -> Result<Option<Standing>, KeyError> {
        let get = self.client.get_item().table_name(&self.table).key(OWNER, text(owner)).consistent_read(true);
        let item = get.send().await.map_err(Failure::from)?.item;
        item.map(|item| standing(&item).ok_or_else(|| KeyError::Damaged(owner.to_owned()))).transpose()
    }

    async fn add(&self, owner: &str, key: &Wrapped, until: Option<Timestamp>) -> Result<bool, KeyError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(OWNER, text(owner))
            .item(WRAPPED, AttributeValue::B(Blob::new(key.0.clone())))
            .condition_expression("attribute_not_exists(#owner)")
            .expression_attribute_names("#owner", OWNER);
        // In whole seconds, as DynamoDB reads it; rounded up, so that the key does not end early.
        let put = match until {
            Some(until) => put.item(UNTIL, number(&(until.0.div_euclid(1_000) + 1))),
            None => put,
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_condition_failed(&error) => Ok(false),
            Err(error) => Err(Failure::from(error).into()),
        }
    }

    async fn destroy(&self, owner: &str, at: Timestamp) -> Result<(), KeyError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(OWNER, text(owner))
            .update_expression("SET #at = if_not_exists(#at, :at) REMOVE #wrapped, #until")
            .expression_attribute_names("#at", DESTROYED_AT)
            .expression_attribute_names("#wrapped", WRAPPED)
            .expression_attribute_names("#until", UNTIL)
            .expression_attribute_values(":at", number(&at.0));
        update.send().await.map(drop).map_err(|error| Failure::from(error).into())
    }
}

impl From<Failure> for KeyError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Passing(text) | Failure::Lasting(text) => Self::Unavailable(text),
        }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn standing(item: &SdkItem) -> Option<Standing> {
    if let Some(at) = item.get(DESTROYED_AT) {
        return Some(Standing::Destroyed(Timestamp(at.as_n().ok()?.parse().ok()?)));
    }
    Some(Standing::Kept(Wrapped(item.get(WRAPPED)?.as_b().ok()?.clone().into_inner())))
}
