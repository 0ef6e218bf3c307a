//! The messages of reactions: each event is taken by itself, in any order, under a command id derived from it.

use crate::hash::Digest;
use crate::stream::{EventId, StreamName, Version};
use crate::time::Timestamp;
use crate::write::commit::{Actor, Commit, Correlation};
use crate::write::event::{DecodeError, Event, Record};
use crate::write::execute::Metadata;
use crate::write::identity::{Cause, CommandId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One event as subscribers receive it: the detail of a bus entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventMessage {
    /// The event's id.
    pub id: EventId,
    /// Its stream.
    pub subject: StreamName,
    /// Its version.
    pub version: Version,
    /// The version of its commit's first event.
    pub commit_first: Version,
    /// How many events its commit has.
    pub commit_count: u64,
    /// The stored type name.
    #[serde(rename = "type")]
    pub name: String,
    /// The schema that `data` was written in.
    pub schema: u32,
    /// The payload's JSON text. None if it was too large for the message: its commit in the log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<RawValue>>,
    /// When its commit was committed.
    #[serde(with = "crate::time::rfc3339")]
    pub time: Timestamp,
    /// The correlation that it belongs to.
    pub correlation: String,
    /// The event that caused its commit.
    pub causation: Option<EventId>,
    /// Who acted.
    pub actor: Actor,
    /// Whether it is published again because of a parked note. The subscriber that takes it removes the note.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redriven: bool,
    /// How commands that follow from it are digested. No carrier says so.
    #[serde(skip)]
    pub digested: Digested,
}

/// What the digest of a reaction's command is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digested {
    /// The id of the event and the step: the event stands in the log and never changes. However a carrier writes the
    /// payload, the command is the same.
    #[default]
    ById,
    /// The bytes of the payload, too, as older releases did. Only a stored payload has the same bytes each time.
    ByPayload,
}

impl EventMessage {
    /// The messages of a commit, one an event, in order.
    pub fn of(commit: &Commit) -> Result<Vec<Self>, DecodeError> {
        let records = commit.events.records()?;
        Ok((0..).zip(records).map(|(index, record)| Self::of_record(commit, index, &record)).collect())
    }

    fn of_record(commit: &Commit, index: u64, record: &Record<'_>) -> Self {
        let id = commit.event_id(index);
        Self {
            subject: id.stream.clone(),
            version: id.version,
            id,
            commit_first: commit.version,
            commit_count: commit.events.count(),
            name: record.name.to_string(),
            schema: record.schema,
            data: Some(record.data.to_owned()),
            time: commit.committed_at,
            correlation: commit.correlation.id.clone(),
            causation: commit.causation.clone(),
            actor: commit.actor.clone(),
            redriven: false,
            digested: Digested::default(),
        }
    }

    /// The message without the payload, for a carrier with a size limit.
    #[must_use]
    pub fn reference(&self) -> Self {
        Self { data: None, ..self.clone() }
    }

    /// The message with its payload, taken from the commit that holds it.
    pub fn completed(self, commit: &Commit) -> Result<Self, NoPayload> {
        match Self::of(commit)?.into_iter().find(|whole| whole.id == self.id) {
            Some(whole) => Ok(Self { redriven: self.redriven, digested: self.digested, ..whole }),
            None => Err(NoPayload::Elsewhere(self.id)),
        }
    }

    /// The event as today's type. The message must carry its payload.
    pub fn decode<E: Event>(&self) -> Result<E, DecodeError> {
        let missing = || DecodeError::Malformed { name: self.name.clone(), reason: "it did not come along".to_owned() };
        let data = self.data.as_deref().ok_or_else(missing)?;
        Record { name: self.name.as_str().into(), schema: self.schema, data }.decode()
    }

    /// The metadata of the command that `actor` derives from this event. Its id and digest are functions of the event
    /// and the step alone, so the target stream recognises a repetition by any sender at any time.
    #[must_use]
    pub fn metadata(&self, actor: &str, step: &str) -> Metadata {
        let id = CommandId::of_event(&self.id, step);
        let digest = match self.digested {
            Digested::ById => Digest::of(&id),
            Digested::ByPayload => {
                let text = self.data.as_deref().map_or("", RawValue::get);
                Digest::of(&(&id, &self.name, self.schema, text))
            }
        };
        Metadata {
            digest: digest.unwrap_or(Digest([0; 32])),
            id,
            correlation: Correlation { id: self.correlation.clone(), client: None },
            cause: Some(Cause { event: self.id.clone(), committed_at: self.time }),
            actor: Actor(actor.to_owned()),
            expected: None,
        }
    }
}

/// Why a missing payload could not be taken from a commit.
#[derive(Debug, thiserror::Error)]
pub enum NoPayload {
    /// The commit's events cannot be read.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// The commit does not hold the event.
    #[error("the log does not hold {0} where its message says")]
    Elsewhere(EventId),
}
