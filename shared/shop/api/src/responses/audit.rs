//! The history of a resource, as its owner and the staff may see it.

use foldlog::json;
use foldlog::{Commit, DecodeError, Version};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use shop_domain::values::{Card, CardChoice, MaskedCard};
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
    /// The stored payload. A card is shown without the token that charges it.
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
    /// The customer who owns the resource, by the subject of the token.
    Owner(&'a str),
    /// The staff.
    Staff,
}

impl Observer<'_> {
    fn names(self, commit: &Commit) -> String {
        match self {
            Self::Staff => commit.actor.to_string(),
            Self::Owner(_) if commit.causation.is_some() => "shop".to_owned(),
            Self::Owner(subject) if commit.actor.0 == subject => subject.to_owned(),
            Self::Owner(_) => "staff".to_owned(),
        }
    }
}

impl AuditEvent {
    /// The events of a commit, in order.
    pub fn of(commit: &Commit, onlooker: Observer<'_>) -> Result<Vec<Self>, DecodeError> {
        let event = |(index, record): (u64, foldlog::Record<'_>)| {
            let malformed = |error: json::Unread| DecodeError::Malformed {
                name: record.name.to_string(),
                reason: error.to_string(),
            };
            let id = commit.event_id(index);
            Ok(Self {
                id: id.to_string(),
                version: id.version,
                at: commit.committed_at.to_string(),
                name: record.name.to_string(),
                schema: record.schema,
                data: without_tokens(json::read(record.data.get()).map_err(malformed)?),
                actor: onlooker.names(commit),
                causation: commit.causation.as_ref().map(ToString::to_string),
                correlation: commit.correlation.id.clone(),
                client_correlation: commit.correlation.client.clone(),
            })
        };
        (0..).zip(commit.events.records()?).map(event).collect()
    }
}

/// A payload with the id of each card in place of its token.
fn without_tokens(mut data: Value) -> Value {
    if let Some(card) = json::read_value::<Card>(data.clone()).ok().map(MaskedCard::from) {
        return serde_json::to_value(card).unwrap_or_default();
    }
    if let Some(card) = data.get_mut("card") {
        let choice = card.as_str().and_then(|text| text.parse::<CardChoice>().ok());
        if let Some(token) = choice.and_then(|choice| choice.token()) {
            *card = token.id().to_string().into();
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use shop_domain::values::CardToken;

    #[test]
    fn what_charges_a_card_is_not_shown() {
        let id = "tok_ok".parse::<CardToken>().unwrap().id();
        let added = without_tokens(json!({ "token": "tok_ok", "brand": "Visa", "last4": "4242" }));
        assert_eq!(added, json!({ "id": id, "brand": "Visa", "last4": "4242" }));
        let paid = without_tokens(json!({ "card": "tok_ok", "address": "a" }));
        assert_eq!(paid, json!({ "card": id, "address": "a" }));
        for unchanged in [json!({ "card": id }), json!({ "sku": "mug" }), json!({}), Value::Null] {
            assert_eq!(without_tokens(unchanged.clone()), unchanged);
        }
    }
}
