//! The history of a resource, as its owner and the staff may see it.

use super::Sight;
use foldlog::seal::{Sealed, Unreadable};
use foldlog::{Commit, Decider, DecodeError, LogError, Opener, Record, Version, json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shop_domain::values::{Card, CardId, CardToken, MaskedCard, Personal};
use shop_domain::{account, order};
use std::str::FromStr;

/// One event of a resource: who did what, when and why.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AuditEvent {
    /// `stream@version`
    pub id: String,
    /// Its version in the stream of the resource.
    pub version: Version,
    /// When its commit was committed.
    pub at: String,
    /// The stored type of the event.
    #[serde(rename = "type")]
    pub name: String,
    /// The number of the schema of `data`: see `docs/reference`.
    pub schema: u32,
    /// The stored payload, opened if it was sealed. A card is shown without the token that charges it. What was erased is
    /// null, and so is what is personal if the reader does not see it.
    pub data: Value,
    /// The subject of the token, or the name of the function. A customer sees their own subject; other people are
    /// shown as `staff`, and functions as `shop`.
    pub actor: String,
    /// The event that caused it. A request from a client has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// The correlation id of the request from which it follows.
    pub correlation: String,
    /// The correlation id that the client sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_correlation: Option<String>,
}

/// The order of events in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum EventOrder {
    /// Oldest first.
    Asc,
    /// Newest first.
    #[default]
    Desc,
}

impl FromStr for EventOrder {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "asc" => Ok(Self::Asc),
            "desc" => Ok(Self::Desc),
            _ => Err("must be asc (the oldest first) or desc (the newest first)"),
        }
    }
}

/// The role of the reader.
#[derive(Clone, Copy, Debug)]
pub enum Observer<'a> {
    /// The customer who owns the resource.
    Owner {
        /// The id of the account, under which the customer acts.
        id: &'a str,
        /// The subject of the token.
        subject: &'a str,
    },
    /// The staff.
    Staff,
}

impl Observer<'_> {
    fn names(self, commit: &Commit) -> String {
        match self {
            Self::Staff => commit.actor.to_string(),
            Self::Owner { .. } if commit.causation.is_some() => "shop".to_owned(),
            // Older commits have the subject.
            Self::Owner { id, subject } if [id, subject].contains(&commit.actor.0.as_str()) => subject.to_owned(),
            Self::Owner { .. } => "staff".to_owned(),
        }
    }
}

impl AuditEvent {
    /// The events of a commit, in order.
    pub fn of(commit: &Commit, onlooker: Observer<'_>, sight: Sight<'_>) -> Result<Vec<Self>, LogError> {
        let opener = Opener { key: sight.key(), stream: &commit.stream };
        let corrupt = |error: Unshown| LogError::Corrupt {
            stream: commit.stream.clone(),
            version: commit.version,
            reason: error.to_string(),
        };
        let event = |(index, record): (u64, foldlog::Record<'_>)| {
            let id = commit.event_id(index);
            let mut data = shown(opened(&record, &opener).map_err(corrupt)?);
            if sight.is_sealed() {
                without_personal(&record.name, &mut data);
            }
            Ok(Self {
                id: id.to_string(),
                version: id.version,
                at: commit.committed_at.to_string(),
                name: record.name.to_string(),
                schema: record.schema,
                data,
                actor: onlooker.names(commit),
                causation: commit.causation.as_ref().map(ToString::to_string),
                correlation: commit.correlation.id.clone(),
                client_correlation: commit.correlation.client.clone(),
            })
        };
        let records = commit.events.records().map_err(|error| LogError::unreadable(commit, &error))?;
        (0..).zip(records).map(event).collect()
    }
}

/// Why a payload cannot be shown.
#[derive(Debug, thiserror::Error)]
enum Unshown {
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Unread(#[from] json::Unread),
    #[error("the payload is not JSON")]
    Malformed,
}

/// The payload of an event, opened if it is of a kind that may be sealed.
fn opened(record: &Record<'_>, opener: &Opener<'_>) -> Result<Value, Unshown> {
    let is_sealed = record.data.get().contains(SEALED);
    let event = match opener.stream.category() {
        account::Account::CATEGORY if is_sealed => {
            serde_json::to_value(record.decode::<account::Event>()?.opened(opener)?)
        }
        order::Order::CATEGORY if is_sealed => serde_json::to_value(record.decode::<order::Event>()?.opened(opener)?),
        _ => return Ok(json::read(record.data.get())?),
    };
    let mut event = event.map_err(|_| Unshown::Malformed)?;
    Ok(event.get_mut("data").map_or(Value::Null, Value::take))
}

/// What a sealed value has in its text, and hardly anything else.
const SEALED: &str = "\"sealed\":";

/// A payload with the id of each card in place of its token, and nothing in place of what is still sealed.
fn shown(mut data: Value) -> Value {
    if let Some(card) = json::read_value::<Card>(data.clone()).ok().map(MaskedCard::from) {
        data = serde_json::to_value(card).unwrap_or_default();
    }
    if let Some(card) = data.get_mut("card") {
        let token = json::read_value::<Personal<CardToken>>(card.clone()).ok();
        // A choice may be an id already.
        if let Some(token) = token.filter(|_| card.as_str().is_none_or(|text| text.parse::<CardId>().is_err())) {
            *card = CardId::of(&token).to_string().into();
        }
    }
    without_sealed(&mut data);
    data
}

/// The fields of events that are personal.
const PERSONAL: [(&str, &str); 5] = [
    ("AccountOpened", "profile"),
    ("AddressAdded", "address"),
    ("CardAdded", "brand"),
    ("CardAdded", "last4"),
    ("OrderCancelled", "reason"),
];

/// Takes out what is personal, also where it was never sealed.
fn without_personal(name: &str, data: &mut Value) {
    for (_, field) in PERSONAL.iter().filter(|(of, _)| *of == name) {
        if let Some(value) = data.get_mut(field) {
            *value = Value::Null;
        }
    }
}

fn without_sealed(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if Sealed::deserialize(&Value::Object(fields.clone())).is_ok() {
                *value = Value::Null;
            } else {
                fields.values_mut().for_each(without_sealed);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_sealed),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shop_domain::values::CardToken;

    #[test]
    fn what_charges_a_card_is_not_shown() {
        let id = "tok_ok".parse::<CardToken>().unwrap().id();
        let added = shown(json!({ "token": "tok_ok", "brand": "Visa", "last4": "4242" }));
        assert_eq!(added, json!({ "id": id, "brand": "Visa", "last4": "4242" }));
        let paid = shown(json!({ "card": "tok_ok", "address": "a" }));
        assert_eq!(paid, json!({ "card": id, "address": "a" }));
        for unchanged in [json!({ "card": id }), json!({ "sku": "mug" }), json!({}), Value::Null] {
            assert_eq!(shown(unchanged.clone()), unchanged);
        }
    }
}
