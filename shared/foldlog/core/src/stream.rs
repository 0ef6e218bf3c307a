//! Names and positions: which stream, and how far in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest stream name, in bytes: far below DynamoDB's 2,048 for a partition key.
pub(crate) const LONGEST_NAME: usize = 150;

/// `<category>-<id>`, split at the first hyphen, such as `cart-0195f1c2…`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(!try_from, !into)]
pub struct StreamName(#[schemars(length(max = LONGEST_NAME), regex(pattern = "^[a-z]+-[A-Za-z0-9_.-]+$"))] String);

/// The id of a stream in its category. Its text is the part of the name after the first hyphen, and can be parsed back:
/// 1 to [`LONGEST`](StreamId::LONGEST) letters, digits, `_`, `.` and `-`. The code that creates an id checks that.
pub trait StreamId: fmt::Display + FromStr<Err: fmt::Display> + Send + Sync {
    /// The longest text of an id, in bytes.
    const LONGEST: usize;
}

/// A number, in decimal digits.
impl StreamId for u64 {
    const LONGEST: usize = 20;
}

/// A text that is no stream name, version or event id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {expected}")]
pub struct InvalidName {
    text: String,
    expected: &'static str,
}

impl StreamName {
    /// The stream of `category` with this id. A category is lower-case letters, an id letters, digits, `_`, `.`, `-`.
    pub fn new(category: &str, id: &str) -> Result<Self, InvalidName> {
        format!("{category}-{id}").try_into()
    }

    /// The name of a category and an id that are known to be valid.
    pub(crate) fn joined(category: &str, id: &impl StreamId) -> Self {
        Self(format!("{category}-{id}"))
    }

    /// The part before the first hyphen.
    #[must_use]
    pub fn category(&self) -> &str {
        self.0.split_once('-').map_or("", |(category, _)| category)
    }

    /// The part after the first hyphen.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.split_once('-').map_or("", |(_, id)| id)
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for StreamName {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        let valid = text.len() <= LONGEST_NAME
            && text.split_once('-').is_some_and(|(category, id)| {
                !category.is_empty()
                    && category.bytes().all(|byte| byte.is_ascii_lowercase())
                    && !id.is_empty()
                    && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
            });
        if valid { Ok(Self(text)) } else { Err(InvalidName { text, expected: "a stream name (category-id)" }) }
    }
}

impl FromStr for StreamName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        text.to_owned().try_into()
    }
}

impl From<StreamName> for String {
    fn from(name: StreamName) -> Self {
        name.0
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A position in a stream: versions count events, from 1, without gaps. [`Version::NONE`] is that of no event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Version(pub u64);

impl Version {
    /// Before the first event.
    pub const NONE: Self = Self(0);

    /// The version `events` further on.
    #[must_use]
    pub const fn after(self, events: u64) -> Self {
        Self(self.0.saturating_add(events))
    }

    /// The version of the next event.
    #[must_use]
    pub const fn next(self) -> Self {
        self.after(1)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl FromStr for Version {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        // Each version has one text: no sign, and no zero before it.
        let version = text.parse().ok().filter(|number: &u64| number.to_string() == text);
        version.map(Self).ok_or_else(|| InvalidName {
            text: text.to_owned(),
            expected: "a version (a whole number, in digits alone)",
        })
    }
}

/// The position of one event in the log: `stream@version`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventId {
    /// The stream that the event belongs to.
    pub stream: StreamName,
    /// Its own version, not that of its commit.
    pub version: Version,
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.stream, self.version)
    }
}

impl FromStr for EventId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let invalid = || InvalidName { text: text.to_owned(), expected: "an event id (stream@version)" };
        let (stream, version) = text.split_once('@').ok_or_else(invalid)?;
        Ok(Self { stream: stream.parse()?, version: version.parse()? })
    }
}

impl TryFrom<String> for EventId {
    type Error = InvalidName;

    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_at_its_first_hyphen() {
        let name: StreamName = "stock-berlin.mug-large".parse().unwrap();
        assert_eq!((name.category(), name.id()), ("stock", "berlin.mug-large"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "cart", "cart-", "-1", "Cart-1", "cart-a b", "cart-a@1", &format!("cart-{}", "x".repeat(150))]
        {
            assert!(text.parse::<StreamName>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_event_id_reads_back() {
        let id: EventId = "cart-1@12".parse().unwrap();
        assert_eq!((id.version, id.to_string().as_str()), (Version(12), "cart-1@12"));
        assert!("cart-1".parse::<EventId>().is_err());
    }
}
