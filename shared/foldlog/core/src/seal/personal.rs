//! Fields with personal data.

use crate::ports::Randomness;
use crate::seal::key::{Key, Unreadable};
use crate::stream::StreamName;
use crate::write::identity::CommandId;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
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

/// Where a value belongs.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The stream whose event brought it.
    pub stream: &'a StreamName,
    /// The field that it is the content of.
    pub field: &'a str,
}

/// A sealed value, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The owner whose key opens it.
    key: String,
    /// The id of the command whose event brought it.
    event: CommandId,
    /// 32 hex digits: equal for equal contents of the same field and owner.
    mark: String,
    /// The nonce and the cipher text, in base64.
    sealed: String,
}

/// Personal data. New values are sealed before they enter the log; a log that is older than its keys has clear ones. The
/// stored form of a clear value is that of its content. Errors and logs never contain the content.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Personal<T> {
    /// Only the owner's key opens it.
    Sealed(Sealed),
    /// It was never sealed.
    Clear(T),
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Personal(…)")
    }
}

impl OwnerKey {
    /// A value sealed for its place, as the command with this id brings it.
    pub fn seal<T: Serialize>(
        &self,
        host: &impl Randomness,
        place: Place<'_>,
        event: &CommandId,
        value: &T,
    ) -> Result<Personal<T>, serde_json::Error> {
        let text = Zeroizing::new(serde_json::to_string(value)?);
        let mark = format!("{:032x}", self.key.mark(&[place.field, &text]));
        let sealed = self.key.seal(host, &context(place, event, &mark), text.as_bytes());
        let sealed = BASE64_STANDARD_NO_PAD.encode(sealed);
        Ok(Personal::Sealed(Sealed { key: self.owner.clone(), event: event.clone(), mark, sealed }))
    }
}

impl<T: DeserializeOwned + Clone> Personal<T> {
    /// The value; none if it is erased, because its key is no more.
    pub fn open(&self, key: Option<&OwnerKey>, place: Place<'_>) -> Result<Option<T>, Unreadable> {
        match (self, key) {
            (Self::Clear(value), _) => Ok(Some(value.clone())),
            (Self::Sealed(_), None) => Ok(None),
            (Self::Sealed(sealed), Some(key)) if sealed.key == key.owner => sealed.open(&key.key, place).map(Some),
            (Self::Sealed(_), Some(_)) => Err(Unreadable),
        }
    }
}

impl<T: PartialEq> Personal<T> {
    /// Whether the content is the same. A sealed value and a clear one are never the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sealed(one), Self::Sealed(other)) => (&one.key, &one.mark) == (&other.key, &other.mark),
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
            Self::Sealed(sealed) => Some(&sealed.key),
            Self::Clear(_) => None,
        }
    }
}

impl Sealed {
    /// 32 hex digits, equal for equal contents of the same field and owner. Without the key they say nothing else.
    #[must_use]
    pub fn mark(&self) -> &str {
        &self.mark
    }

    fn open<T: DeserializeOwned>(&self, key: &Key, place: Place<'_>) -> Result<T, Unreadable> {
        let sealed = BASE64_STANDARD_NO_PAD.decode(&self.sealed).map_err(|_| Unreadable)?;
        let text = Zeroizing::new(key.open(&context(place, &self.event, &self.mark), &sealed)?);
        serde_json::from_slice(&text).map_err(|_| Unreadable)
    }
}

/// What a value is bound to. The first part names this use of the key, and its version.
fn context<'a>(place: Place<'a>, event: &'a CommandId, mark: &'a str) -> [&'a str; 5] {
    ["personal/1", place.stream.as_str(), place.field, event.as_str(), mark]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::key::tests::{Bits, key};
    use serde_json::{Value, json};

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
        let (ada, stream) = (owner("ada", 1), stream("account-ada"));
        ada.seal(&Bits(bits), Place { stream: &stream, field }, &command(event), &"Ada".to_owned()).unwrap()
    }

    #[test]
    fn a_value_opens_with_its_owner_s_key_in_its_place_only() {
        let (here, there) = (stream("account-ada"), stream("account-bob"));
        let (name, place) = (ada(1, "c", "name"), |stream, field| Place { stream, field });
        assert_eq!(name.open(Some(&owner("ada", 1)), place(&here, "name")), Ok(Some("Ada".to_owned())));
        assert_eq!(name.open(None, place(&here, "name")), Ok(None));
        for (key, place) in [
            (owner("ada", 1), place(&there, "name")),
            (owner("ada", 1), place(&here, "email")),
            (owner("ada", 2), place(&here, "name")),
            (owner("bob", 1), place(&here, "name")),
        ] {
            assert_eq!(name.open(Some(&key), place), Err(Unreadable));
        }
    }

    #[test]
    fn no_part_of_a_stored_value_can_be_replaced() {
        let (ours, stream) = (serde_json::to_value(ada(1, "c", "name")).unwrap(), stream("account-ada"));
        let others = serde_json::to_value(ada(2, "d", "email")).unwrap();
        let open = |value: Value| {
            let value: Personal<String> = serde_json::from_value(value).unwrap();
            value.open(Some(&owner("ada", 1)), Place { stream: &stream, field: "name" })
        };
        assert_eq!(open(ours.clone()), Ok(Some("Ada".to_owned())));
        for part in ["event", "mark", "sealed"] {
            let mut mixed = ours.clone();
            mixed[part] = others[part].clone();
            assert_eq!(open(mixed), Err(Unreadable), "{part}");
        }
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
