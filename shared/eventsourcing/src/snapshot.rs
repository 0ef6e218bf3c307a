//! Snapshots: the folded state that rides in some commits, so that a load reads back to one and no further.

use crate::recent::Recent;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

/// A snapshot is due behind so many commits without one: as many as a log reads at a time on its way back.
pub const INTERVAL: usize = 64;

/// A snapshot's JSON text: `{schema, state, recent}`, as it is stored and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(String);

#[derive(Serialize)]
struct Written<'a, S> {
    schema: u32,
    state: &'a S,
    recent: &'a Recent,
}

#[derive(Deserialize)]
struct Read<S> {
    schema: u32,
    state: S,
    recent: Recent,
}

impl Snapshot {
    /// The state of a stream after a commit, and the commands that it has carried out.
    pub(crate) fn of<S: Serialize>(schema: u32, state: &S, recent: &Recent) -> Result<Self, serde_json::Error> {
        serde_json::to_string(&Written { schema, state, recent }).map(Self)
    }

    /// A snapshot as it was stored.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it holds a state of this schema. One that does not is ignored, never trusted.
    #[must_use]
    pub fn is_usable(&self, schema: u32) -> bool {
        let read: Result<Read<IgnoredAny>, _> = serde_json::from_str(&self.0);
        read.is_ok_and(|read| read.schema == schema)
    }

    /// The state and the commands, where it is usable.
    pub(crate) fn read<S: DeserializeOwned>(&self, schema: u32) -> Option<(S, Recent)> {
        let read: Read<S> = serde_json::from_str(&self.0).ok()?;
        (read.schema == schema).then_some((read.state, read.recent))
    }
}
