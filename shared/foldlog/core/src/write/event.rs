//! Events as they are stored: `[{schema, type, data}]`, and the way back to today's types.

use crate::json::{self, Unread};
use crate::named::Named;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt::Display;
use strum::VariantNames;

/// The events of one category: an enum whose variants are named as they are stored, serialised with
/// `#[serde(tag = "type", content = "data")]`. Stored names never change.
pub trait Event: Serialize + DeserializeOwned + VariantNames + Named + Send + Sync {
    /// Steps from stored payloads to today's, each from one schema of one type to the next.
    const UPCASTERS: &'static [Upcaster] = &[];
}

/// A pure step from the payload of one schema to that of the next.
#[derive(Clone, Copy, Debug)]
pub struct Upcaster {
    /// The stored type name.
    pub event: &'static str,
    /// The schema that it reads. It writes `from + 1`.
    pub from: u32,
    /// The step.
    pub step: fn(Value) -> Value,
}

/// The schema number that `E` writes for a type today: 1, and one more for each upcaster.
#[must_use]
pub fn schema_of<E: Event>(name: &str) -> u32 {
    1 + E::UPCASTERS.iter().filter(|upcaster| upcaster.event == name).map(|_| 1).sum::<u32>()
}

/// Why this code cannot read stored events. They are never skipped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// This code has no name for the type: a newer release wrote it.
    #[error("unknown event type {0}: this release is older than the one that wrote it")]
    UnknownType(String),
    /// The schema is newer than the one that this code writes.
    #[error("event type {name} has schema {schema}, this release reads up to {known}")]
    NewerSchema {
        /// The stored type name.
        name: String,
        /// The stored schema number.
        schema: u32,
        /// The newest schema that this code reads.
        known: u32,
    },
    /// The payload does not have the shape of its type. The message quotes nothing of it.
    #[error("the payload of event type {name} does not read: {reason}")]
    Malformed {
        /// The stored type name, or the text in its place.
        name: String,
        /// The parser's message.
        reason: String,
    },
}

/// One stored event, not yet typed.
#[derive(Clone, Debug, Deserialize)]
pub struct Record<'a> {
    /// The stored type name.
    #[serde(borrow, rename = "type")]
    pub name: Cow<'a, str>,
    /// The schema that `data` was written in.
    pub schema: u32,
    /// The payload's JSON text.
    #[serde(borrow)]
    pub data: &'a RawValue,
}

impl Record<'_> {
    /// The event as today's type, upcast where it was written in an older schema.
    pub fn decode<E: Event>(&self) -> Result<E, DecodeError> {
        if !E::VARIANTS.contains(&self.name.as_ref()) {
            return Err(DecodeError::UnknownType(self.name.to_string()));
        }
        let known = schema_of::<E>(&self.name);
        if self.schema > known {
            return Err(DecodeError::NewerSchema { name: self.name.to_string(), schema: self.schema, known });
        }
        let read = if self.schema == known {
            self.read(self.data)
        } else {
            self.upcast::<E>().and_then(|data| self.read(&data))
        };
        read.map_err(|error| DecodeError::Malformed {
            name: self.name.to_string(),
            reason: Unread::from(error).to_string(),
        })
    }

    fn upcast<E: Event>(&self) -> Result<Box<RawValue>, serde_json::Error> {
        let mut data = Value::deserialize(self.data)?;
        for schema in self.schema..schema_of::<E>(&self.name) {
            let step = E::UPCASTERS
                .iter()
                .find(|upcaster| upcaster.event == self.name && upcaster.from == schema)
                .ok_or_else(|| serde_json::Error::custom(format!("no upcaster from schema {schema}")))?;
            data = (step.step)(data);
        }
        serde_json::value::to_raw_value(&data)
    }

    fn read<E: Event>(&self, data: &RawValue) -> Result<E, serde_json::Error> {
        E::deserialize(serde::de::value::MapAccessDeserializer::new(Tagged {
            name: Some(&self.name),
            data: Some(data),
        }))
    }
}

/// Reads `{type, data}` as serde's adjacently tagged enums do, without writing it to text first.
struct Tagged<'a> {
    name: Option<&'a str>,
    data: Option<&'a RawValue>,
}

impl<'a> MapAccess<'a> for Tagged<'a> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let key = match (self.name, self.data) {
            (Some(_), _) => "type",
            (None, Some(_)) => "data",
            (None, None) => return Ok(None),
        };
        let key: StrDeserializer<'_, Self::Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        if let Some(name) = self.name.take() {
            let name: StrDeserializer<'_, Self::Error> = name.into_deserializer();
            return seed.deserialize(name);
        }
        let data = self.data.take().ok_or_else(|| serde_json::Error::custom("value before its key"))?;
        seed.deserialize(data)
    }
}

/// The events of one commit: their JSON text as it is stored and hashed, and how many they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    text: String,
    count: u64,
}

#[derive(Serialize)]
struct Written<'a, E> {
    schema: u32,
    #[serde(flatten)]
    event: &'a E,
}

impl Events {
    /// Writes events in today's schemas. An error means that a payload type does not serialise to JSON.
    pub fn encode<E: Event>(events: &[E]) -> Result<Self, serde_json::Error> {
        let written: Vec<_> =
            events.iter().map(|event| Written { schema: schema_of::<E>(event.name()), event }).collect();
        Ok(Self { text: serde_json::to_string(&written)?, count: events.len() as u64 })
    }

    /// Takes stored text, which must be a JSON array of at least one record.
    pub fn parse(text: String) -> Result<Self, DecodeError> {
        let count = records(&text)?.len() as u64;
        if count == 0 {
            return Err(no_commit("it has no events"));
        }
        Ok(Self { text, count })
    }

    /// The stored text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many events.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The first `count` events, as they are stored.
    pub(crate) fn first(&self, count: u64) -> Result<Self, DecodeError> {
        let mut records: Vec<&RawValue> = json::read(&self.text).map_err(no_commit)?;
        records.truncate(usize::try_from(count).unwrap_or(usize::MAX));
        let count = records.len() as u64;
        Ok(Self { text: serde_json::to_string(&records).map_err(no_commit)?, count })
    }

    /// The events, in order, not yet typed.
    pub fn records(&self) -> Result<Vec<Record<'_>>, DecodeError> {
        records(&self.text)
    }

    /// The events, in order, as today's types.
    pub fn decode<E: Event>(&self) -> Result<Vec<E>, DecodeError> {
        self.records()?.iter().map(Record::decode).collect()
    }
}

fn records(text: &str) -> Result<Vec<Record<'_>>, DecodeError> {
    json::read(text).map_err(no_commit)
}

fn no_commit(reason: impl Display) -> DecodeError {
    DecodeError::Malformed { name: "commit".to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
    #[serde(tag = "type", content = "data")]
    enum Tested {
        Counted { by: u32, unit: String },
        Reset {},
    }

    impl Event for Tested {
        const UPCASTERS: &'static [Upcaster] = &[
            Upcaster { event: "Counted", from: 1, step: |data| json!({ "by": data }) },
            Upcaster { event: "Counted", from: 2, step: |data| json!({ "by": data["by"], "unit": "piece" }) },
        ];
    }

    fn decode(text: &str) -> Result<Vec<Tested>, DecodeError> {
        Events::parse(text.to_owned())?.decode()
    }

    #[test]
    fn events_read_back_from_their_stored_text() {
        let events = vec![Tested::Counted { by: 2, unit: "box".to_owned() }, Tested::Reset {}];
        let stored = Events::encode(&events).unwrap();
        assert_eq!(
            stored.text(),
            r#"[{"schema":3,"type":"Counted","data":{"by":2,"unit":"box"}},{"schema":1,"type":"Reset","data":{}}]"#
        );
        assert_eq!((stored.count(), decode(stored.text()).unwrap()), (2, events));
    }

    #[test]
    fn older_schemas_are_upcast_through_every_step() {
        let today = vec![Tested::Counted { by: 7, unit: "piece".to_owned() }];
        assert_eq!(decode(r#"[{"type":"Counted","schema":1,"data":7}]"#).unwrap(), today);
        assert_eq!(decode(r#"[{"data":{"by":7},"type":"Counted","schema":2}]"#).unwrap(), today);
    }

    #[test]
    fn what_a_newer_release_wrote_is_an_error_with_its_name() {
        let unknown = decode(r#"[{"type":"Doubled","schema":1,"data":{}}]"#).unwrap_err();
        assert_eq!(unknown, DecodeError::UnknownType("Doubled".to_owned()));
        let newer = decode(r#"[{"type":"Counted","schema":4,"data":{}}]"#).unwrap_err();
        assert_eq!(newer, DecodeError::NewerSchema { name: "Counted".to_owned(), schema: 4, known: 3 });
    }

    #[test]
    fn broken_payloads_are_errors() {
        for text in [
            "",
            "{}",
            "[]",
            "[1]",
            r#"[{"type":"Reset"}]"#,
            r#"[{"type":"Counted","schema":3,"data":{"by":-1,"unit":"x"}}]"#,
        ] {
            assert!(matches!(decode(text), Err(DecodeError::Malformed { .. })), "{text}");
        }
    }
}
