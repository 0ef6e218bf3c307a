//! Command ids, by which a repetition is recognised.

use crate::hash::{Digest, Fields};
use crate::ports::{Clock, Randomness};
use crate::stream::EventId;
use crate::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// The namespace of every id that is derived from a name (UUIDv5, RFC 9562 §5.5).
const NAMESPACE: Uuid = Uuid::from_u128(0x6c2b_7d0e_53a4_4f0d_9a1e_8e0b_3f51_c7d2);

/// The id of the command that caused a commit: 32 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CommandId(String);

impl CommandId {
    /// The id of a client's command, derived from its subject, method, route and idempotency key.
    #[must_use]
    pub fn of_key(parts: [&str; 4]) -> Self {
        Self(derived_id(&parts))
    }

    /// The id of the command that a subscriber derives from an event: from the event, and the step that it takes.
    #[must_use]
    pub fn of_event(event: &EventId, step: &str) -> Self {
        Self(derived_id(&[&event.to_string(), step]))
    }

    /// A new id, for a command that will not be repeated.
    #[must_use]
    pub fn fresh<H: Clock + Randomness>(host: &H) -> Self {
        Self(fresh_id(host))
    }

    /// An id as it was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The id as 128 bits: its 32 hex digits, or a hash if it has another form.
    pub(crate) fn key(&self) -> u128 {
        Uuid::parse_str(&self.0).map_or_else(
            |_| {
                let hash = Fields::default().field("command", self.0.as_bytes()).finish();
                hash.first_chunk().map_or(0, |first| u128::from_be_bytes(*first))
            },
            |id| id.as_u128(),
        )
    }

    /// The id's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The event that a command follows from, and when it was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The event.
    pub event: EventId,
    /// Its commit's time. Every effect is committed later.
    pub committed_at: Timestamp,
}

/// The same 32 hex digits for the same parts, in every process and release: a UUIDv5 over length-prefixed parts.
#[must_use]
pub fn derived_id(parts: &[&str]) -> String {
    let name: Vec<u8> =
        parts.iter().flat_map(|part| (part.len() as u64).to_be_bytes().into_iter().chain(part.bytes())).collect();
    hex(Uuid::new_v5(&NAMESPACE, &name))
}

/// The pseudonym of an issuer's subject: 32 hex digits that do not reveal the subject. The first half of a SHA-256 over
/// length-prefixed parts.
#[must_use]
pub fn subject_id(issuer: &str, subject: &str) -> String {
    let hash = Fields::default().field("issuer", issuer.as_bytes()).field("subject", subject.as_bytes()).finish();
    let mut text = Digest(hash).to_string();
    text.truncate(32);
    text
}

/// A new id, ordered by time: a UUIDv7 (RFC 9562 §5.7) as 32 hex digits.
#[must_use]
pub fn fresh_id<H: Clock + Randomness>(host: &H) -> String {
    let bits = host.bits().to_be_bytes();
    let (_, random) = bits.split_last_chunk::<10>().unwrap_or((&[], &[0; 10]));
    let millis = host.now().0.max(0).unsigned_abs();
    hex(uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid())
}

/// Whether a text has the form of the ids that are created here. Nobody else may call something like this.
#[must_use]
pub fn is_fresh_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A UUID as 32 hex digits.
#[must_use]
pub fn hex(id: Uuid) -> String {
    id.simple().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_frozen() {
        assert_eq!(derived_id(&["alice", "POST", "/carts", "k1"]), "b7308629198e5af5bec6771fa88cc10a");
    }

    #[test]
    fn subjects_are_known_under_frozen_ids() {
        assert_eq!(subject_id("https://issuer", "alice"), "4cce82e1fd130960580c021ce6ddbf14");
        assert_ne!(subject_id("https://issuera", "lice"), subject_id("https://issuer", "alice"));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(derived_id(&["ab", "c"]), derived_id(&["a", "bc"]));
    }
}
