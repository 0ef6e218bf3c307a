//! A commit: all the events of one command, written as one item and never changed.

use crate::hash::{Digest, Fields, Hash};
use crate::stream::{EventId, StreamName, Version};
use crate::time::Timestamp;
use crate::write::event::Events;
use crate::write::identity::{Cause, CommandId};
use crate::write::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who acted: the subject of a token, or the name of the reacting function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(pub String);

impl fmt::Display for Actor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The correlation id: the server creates it at the edge, and every step that follows carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlation {
    /// The server's id.
    pub id: String,
    /// The client's own id, if it sent one. It is kept beside the server's and never replaces it.
    pub client: Option<String>,
}

/// One commit as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The stream it belongs to.
    pub stream: StreamName,
    /// The version of its first event.
    pub version: Version,
    /// Its events.
    pub events: Events,
    /// The command that caused it.
    pub id: CommandId,
    /// The digest of that command's content.
    pub digest: Digest,
    /// When it was committed: later than its cause, and never earlier than the previous commit of the stream.
    pub committed_at: Timestamp,
    /// What it belongs to.
    pub correlation: Correlation,
    /// The event that caused it. A client's command has no causing event.
    pub causation: Option<EventId>,
    /// Who acted.
    pub actor: Actor,
    /// The state after it. Only some commits carry it.
    pub snapshot: Option<Snapshot>,
    /// The stream's chain up to this commit.
    pub hash: Hash,
}

impl Commit {
    /// The version of its last event.
    #[must_use]
    pub const fn last_version(&self) -> Version {
        Version(self.version.0 + self.events.count() - 1)
    }

    /// Whether it carries a state of this schema.
    #[must_use]
    pub fn has_snapshot(&self, schema: u32) -> bool {
        self.snapshot.as_ref().is_some_and(|snapshot| snapshot.is_usable(schema))
    }

    /// The id of its n-th event, from 0.
    #[must_use]
    pub fn event_id(&self, index: u64) -> EventId {
        EventId { stream: self.stream.clone(), version: self.version.after(index) }
    }

    /// The cause that its n-th event, from 0, is to commands that follow from it.
    #[must_use]
    pub fn cause(&self, index: u64) -> Cause {
        Cause { event: self.event_id(index), committed_at: self.committed_at }
    }

    /// The link that follows from `previous` and this commit's content. [`Commit::hash`] equals it unless either was
    /// tampered with.
    #[must_use]
    pub fn chained(&self, previous: &Hash) -> Hash {
        let fields = Fields::default()
            .field("previous", &previous.0)
            .field("stream", self.stream.as_str().as_bytes())
            .field("version", &self.version.0.to_be_bytes())
            .field("events", self.events.text().as_bytes())
            .field("commit_id", self.id.as_str().as_bytes())
            .field("digest", &self.digest.0)
            .field("committed_at", &self.committed_at.0.to_be_bytes())
            .field("correlation_id", self.correlation.id.as_bytes());
        let fields = optional(fields, "client_correlation_id", self.correlation.client.as_deref());
        let causation = self.causation.as_ref().map(ToString::to_string);
        let fields = optional(fields, "causation_id", causation.as_deref());
        let fields = fields.field("actor", self.actor.0.as_bytes());
        Hash(optional(fields, "snapshot", self.snapshot.as_ref().map(Snapshot::text)).finish())
    }
}

fn optional(fields: Fields, name: &str, value: Option<&str>) -> Fields {
    match value {
        Some(value) => fields.field(name, value.as_bytes()),
        None => fields,
    }
}

/// A commit before its position in the stream is known: everything but version, time and hash.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The events to append.
    pub events: Events,
    /// The command that causes it.
    pub id: CommandId,
    /// The digest of that command's content.
    pub digest: Digest,
    /// The time by the host's clock.
    pub now: Timestamp,
    /// What it belongs to.
    pub correlation: Correlation,
    /// The event that causes it.
    pub cause: Option<Cause>,
    /// Who acts.
    pub actor: Actor,
    /// The state after it, if a snapshot is due.
    pub snapshot: Option<Snapshot>,
}
