//! One event, as operators see it.

use foldlog::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use shop_api::responses::Page;
use shop_client::{Answer, ClientError};

/// The maximum number of events in an answer of the shop.
pub(crate) const PAGE: usize = 1_000;

/// One event of the log. As JSON it is written exactly as it was read, with unknown fields.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The fields that are shown.
    pub(crate) shown: Shown,
    text: Box<RawValue>,
}

/// The fields of an event that are shown.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Shown {
    /// `stream@version`
    pub(crate) id: String,
    /// When its commit was committed, as text and as a moment.
    pub(crate) at: Moment,
    /// Its version in its stream.
    pub(crate) version: u64,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) name: String,
    /// Its payload.
    pub(crate) data: Box<RawValue>,
    /// Its correlation id.
    pub(crate) correlation: String,
    /// The event that caused it.
    #[serde(default)]
    pub(crate) causation: Option<String>,
}

/// A moment, read from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let shown = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        Ok(Self { shown, text })
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// The events of an answer.
pub(crate) fn events(answer: Answer) -> Result<Vec<Event>, ClientError> {
    Ok(answer.accepted()?.json::<Page<Event>>()?.items)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An event of a stream.
    pub(crate) fn event(stream: &str, version: u64, at: i64) -> Event {
        let at = Timestamp(at);
        let text = format!(
            r#"{{"id":"{stream}@{version}","at":"{at}","stream":"{stream}","version":{version},"type":"CartOpened","data":{{}},"correlation":"c","actor":"a"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn an_event_is_written_as_it_was_read() {
        let text = r#"{"zeta":1,"id":"cart-1@2","at":"2026-11-21T09:52:03.045Z","stream":"cart-1","version":2,"type":"ItemAdded","data":{"b":1,"a":[2]},"correlation":"c","causation":"x-1@1","actor":"customer:alice"}"#;
        let event: Event = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
        assert_eq!((event.shown.at.0.0, event.shown.data.get()), (1_795_254_723_045, r#"{"b":1,"a":[2]}"#));
        assert_eq!(event.shown.causation.as_deref(), Some("x-1@1"));
    }

    #[test]
    fn what_lacks_a_moment_is_no_event() {
        let text = r#"{"id":"cart-1@2","at":"lately","version":2,"type":"T","data":{},"correlation":"c"}"#;
        assert!(serde_json::from_str::<Event>(text).is_err());
    }
}
