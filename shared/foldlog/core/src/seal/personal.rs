//! Fields with personal data.

use crate::json;
use crate::ports::Randomness;
use crate::seal::key::{Key, Unreadable};
use crate::stream::StreamName;
use crate::write::execute::Metadata;
use crate::write::identity::CommandId;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use zeroize::Zeroizing;

/// The key of an owner.
#[derive(Clone, Debug)]
pub struct OwnerKey {
    /// The owner: an id that may stay in the log for ever.
    pub owner: String,
    /// The key.
    pub key: Key,
}

/// Seals what one command brings to one stream.
#[derive(Clone, Copy, Debug)]
pub struct Sealer<'a, H> {
    /// The key of the owner.
    pub key: &'a OwnerKey,
    /// The stream.
    pub stream: &'a StreamName,
    /// The id of the command.
    pub command: &'a CommandId,
    /// Where random bits come from.
    pub host: &'a H,
}

/// Opens what was sealed for one stream.
#[derive(Clone, Copy, Debug)]
pub struct Opener<'a> {
    /// The key of the owner; none if it is no more.
    pub key: Option<&'a OwnerKey>,
    /// The stream.
    pub stream: &'a StreamName,
}

/// A sealed value. Its stored form is as short as may be, since an order's rows and events have several:
/// `{"sealed":"OWNER:TEXT"}`. The text is 16 bytes of the command's id, 16 of the mark, and the nonce with the cipher
/// text, all in the base64 of URLs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Sealed {
    /// The owner whose key opens it.
    owner: String,
    /// The command whose event brought it.
    event: u128,
    /// Equal for equal contents of the same field and owner.
    mark: u128,
    /// The nonce and the cipher text.
    text: Vec<u8>,
}

/// The stored form of a sealed value.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Sealed")]
struct Stored {
    /// The owner whose key opens it, a colon, and what is sealed, in the base64 of URLs.
    sealed: String,
}

/// Personal data. New values are sealed before they enter the log; a log that is older than its keys has clear ones. The
/// stored form of a clear value is that of its content. Errors and logs never contain the content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Personal<T> {
    /// Only the owner's key opens it.
    Sealed(Box<Sealed>),
    /// It was never sealed.
    Clear(T),
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Personal(…)")
    }
}

impl OwnerKey {
    /// The metadata of a command with personal data. Without this key, a guess of its content cannot be checked.
    #[must_use]
    pub fn keyed(&self, metadata: Metadata) -> Metadata {
        Metadata { digest: self.key.digest(&metadata.digest), ..metadata }
    }
}

impl<H: Randomness> Sealer<'_, H> {
    /// A value sealed for a field. An error means that the value does not serialise to JSON.
    pub fn seal<T: Serialize>(&self, field: &str, value: &T) -> Result<Personal<T>, serde_json::Error> {
        let text = Zeroizing::new(serde_json::to_string(value)?);
        let OwnerKey { owner, key } = self.key;
        let (event, mark) = (self.command.key(), key.mark(&[field, &text]));
        let text = key.seal(
            self.host,
            &context(self.stream, field, event, mark).each_ref().map(AsRef::as_ref),
            text.as_bytes(),
        );
        Ok(Personal::Sealed(Box::new(Sealed { owner: owner.clone(), event, mark, text })))
    }
}

impl Opener<'_> {
    /// The value of a field; none if it is erased, because its key is no more.
    pub fn open<T>(&self, field: &str, value: &Personal<T>) -> Result<Option<T>, Unreadable>
    where
        T: DeserializeOwned + Clone,
    {
        match (value, self.key) {
            (Personal::Clear(value), _) => Ok(Some(value.clone())),
            (Personal::Sealed(_), None) => Ok(None),
            (Personal::Sealed(sealed), Some(OwnerKey { owner, key })) if sealed.owner == *owner => {
                sealed.open(key, self.stream, field).map(Some)
            }
            (Personal::Sealed(_), Some(_)) => Err(Unreadable),
        }
    }
}

impl<T: PartialEq> Personal<T> {
    /// Whether the content is the same. A sealed value and a clear one are never the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sealed(one), Self::Sealed(other)) => (&one.owner, one.mark) == (&other.owner, other.mark),
            (Self::Clear(one), Self::Clear(other)) => one == other,
            (Self::Sealed(_), Self::Clear(_)) | (Self::Clear(_), Self::Sealed(_)) => false,
        }
    }
}

impl<T> Personal<T> {
    /// The owner whose key opens it; none if it is clear.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        match self {
            Self::Sealed(sealed) => Some(&sealed.owner),
            Self::Clear(_) => None,
        }
    }
}

impl Sealed {
    /// A number that is equal for equal contents of the same field and owner. Without the key it says nothing else.
    #[must_use]
    pub const fn mark(&self) -> u128 {
        self.mark
    }

    fn open<T: DeserializeOwned>(&self, key: &Key, stream: &StreamName, field: &str) -> Result<T, Unreadable> {
        let context = context(stream, field, self.event, self.mark);
        let text = Zeroizing::new(key.open(&context.each_ref().map(AsRef::as_ref), &self.text)?);
        let text = std::str::from_utf8(&text).map_err(|_| Unreadable)?;
        json::read(text).map_err(|_| Unreadable)
    }
}

impl From<Sealed> for Stored {
    fn from(Sealed { owner, event, mark, text }: Sealed) -> Self {
        let text = BASE64_URL_SAFE_NO_PAD.encode([&event.to_be_bytes()[..], &mark.to_be_bytes(), &text].concat());
        Self { sealed: format!("{owner}:{text}") }
    }
}

impl TryFrom<Stored> for Sealed {
    type Error = Unreadable;

    fn try_from(Stored { sealed }: Stored) -> Result<Self, Unreadable> {
        let (owner, text) = sealed.rsplit_once(':').ok_or(Unreadable)?;
        let text = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| Unreadable)?;
        let (event, text) = text.split_first_chunk().ok_or(Unreadable)?;
        let (mark, text) = text.split_first_chunk().ok_or(Unreadable)?;
        let [event, mark] = [event, mark].map(|bytes| u128::from_be_bytes(*bytes));
        Ok(Self { owner: owner.to_owned(), event, mark, text: text.to_vec() })
    }
}

/// What a value is bound to. The first part names this use of the key, and its version.
fn context<'a>(stream: &'a StreamName, field: &'a str, event: u128, mark: u128) -> [Cow<'a, str>; 5] {
    let [event, mark] = [event, mark].map(|bits| format!("{bits:032x}").into());
    ["personal/1".into(), stream.as_str().into(), field.into(), event, mark]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::key::tests::{Bits, key};
    use serde_json::json;

    fn owner(name: &str, seed: u8) -> OwnerKey {
        OwnerKey { owner: name.to_owned(), key: key(seed) }
    }

    fn stream(text: &str) -> StreamName {
        text.parse().unwrap()
    }

    fn command(digit: &str) -> CommandId {
        CommandId::stored(digit.repeat(32))
    }

    fn ada(bits: u128, event: &str, field: &str) -> Personal<String> {
        let (key, stream, command) = (owner("ada", 1), stream("account-ada"), command(event));
        let sealer = Sealer { key: &key, stream: &stream, command: &command, host: &Bits(bits) };
        sealer.seal(field, &"Ada".to_owned()).unwrap()
    }

    #[test]
    fn a_value_opens_with_its_owner_s_key_in_its_place_only() {
        let open = |key: Option<OwnerKey>, place: &str, field| {
            Opener { key: key.as_ref(), stream: &stream(place) }.open(field, &ada(1, "c", "name"))
        };
        assert_eq!(open(Some(owner("ada", 1)), "account-ada", "name"), Ok(Some("Ada".to_owned())));
        assert_eq!(open(None, "account-ada", "name"), Ok(None));
        for (key, place, field) in [
            (owner("ada", 1), "account-bob", "name"),
            (owner("ada", 1), "account-ada", "email"),
            (owner("ada", 2), "account-ada", "name"),
            (owner("bob", 1), "account-ada", "name"),
        ] {
            assert_eq!(open(Some(key), place, field), Err(Unreadable));
        }
    }

    #[test]
    fn no_part_of_a_stored_value_can_be_replaced() {
        let (ours, others) = (ada(1, "c", "name"), ada(u128::MAX, "d", "email"));
        let [owner_and_text, other] = [&ours, &others].map(|value| {
            let stored = serde_json::to_value(value).unwrap();
            stored["sealed"].as_str().unwrap().split_once(':').map(|(owner, text)| (owner.to_owned(), text.to_owned()))
        });
        let ((name, text), (_, other)) = (owner_and_text.unwrap(), other.unwrap());
        let [bytes, other] = [text, other].map(|text| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap());
        let open = |bytes: &[u8]| {
            let stored = json!({"sealed": format!("{name}:{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))});
            let value: Personal<String> = serde_json::from_value(stored).unwrap();
            Opener { key: Some(&owner("ada", 1)), stream: &stream("account-ada") }.open("name", &value)
        };
        assert_eq!(open(&bytes), Ok(Some("Ada".to_owned())));
        for part in [0..16, 16..32, 32..44, 44..bytes.len()] {
            let mut mixed = bytes.clone();
            mixed.splice(part.clone(), other[part.clone()].iter().copied());
            assert_eq!(open(&mixed), Err(Unreadable), "{part:?}");
        }
    }

    #[test]
    fn what_is_no_sealed_value_is_not_read_as_one() {
        let short = BASE64_URL_SAFE_NO_PAD.encode([0; 31]);
        for text in ["", "ada", ":", "ada:?", &format!("ada:{short}")] {
            assert!(serde_json::from_value::<Sealed>(json!({ "sealed": text })).is_err(), "{text}");
        }
        assert!(serde_json::from_value::<Sealed>(json!({"sealed": "a:", "more": 1})).is_err());
    }

    #[test]
    fn the_same_content_is_recognised_without_the_key() {
        assert!(ada(1, "c", "name").is_same(&ada(2, "d", "name")));
        assert!(!ada(1, "c", "name").is_same(&ada(1, "c", "nick")));
        let (clear, other) = (Personal::Clear("Ada".to_owned()), Personal::Clear("Eve".to_owned()));
        assert!(clear.is_same(&clear.clone()) && !clear.is_same(&other) && !clear.is_same(&ada(1, "c", "name")));
        let text = serde_json::to_string(&[ada(1, "c", "name"), ada(2, "c", "name")]).unwrap();
        assert_eq!(text.matches("Ada").count(), 0);
    }

    #[test]
    fn both_forms_read_back_and_errors_show_neither() {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        struct Profile {
            name: String,
        }
        let clear = Personal::Clear(Profile { name: "Ada".to_owned() });
        assert_eq!(serde_json::to_value(&clear).unwrap(), json!({"name": "Ada"}));
        assert_eq!(serde_json::from_str::<Personal<Profile>>(r#"{"name":"Ada"}"#).unwrap(), clear);
        let sealed = ada(1, "c", "name");
        assert_eq!(serde_json::from_str::<Personal<String>>(&serde_json::to_string(&sealed).unwrap()).unwrap(), sealed);
        assert_eq!(format!("{clear:?} {sealed:?}"), "Personal(…) Personal(…)");
        let error = serde_json::from_str::<Personal<Profile>>(r#"{"name":["Ada"]}"#).unwrap_err().to_string();
        assert!(!error.contains("Ada"), "{error}");
    }
}
