//! Commits for testing a log.

use foldlog::{
    Actor, Cause, CommandId, Commit, Consistency, Correlation, Digest, Draft, Event, EventLog, Events, History,
    ReadOptions, StreamName, Timestamp,
};
use serde::{Deserialize, Serialize};

/// An event without meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
pub enum Sample {
    /// A text was noted.
    Noted {
        /// The text.
        text: String,
    },
}

impl Event for Sample {}

/// The time at which sample commands are carried out.
pub const NOW: Timestamp = Timestamp(1_763_718_723_045);

/// A stream of this name.
#[must_use]
pub fn stream(name: &str) -> StreamName {
    name.parse().unwrap()
}

/// The whole stream back to a snapshot of schema 1.
#[must_use]
pub const fn reading(consistency: Consistency) -> ReadOptions {
    ReadOptions::newest(1, consistency)
}

/// A client's command that notes these texts, one event each.
#[must_use]
pub fn draft(command: &str, texts: &[&str]) -> Draft {
    let events: Vec<_> = texts.iter().map(|text| Sample::Noted { text: (*text).to_owned() }).collect();
    Draft {
        events: Events::encode(&events).unwrap(),
        id: CommandId::of_key(["alice", "POST", "/notes", command]),
        digest: Digest::of(texts).unwrap(),
        now: NOW,
        correlation: Correlation { id: "0195f1c2a7b37000800000000000000a".to_owned(), client: None },
        cause: None,
        actor: Actor("alice".to_owned()),
        snapshot: None,
    }
}

/// A command that follows from the first event of `cause-1`, committed then.
#[must_use]
pub fn effect(command: &str, then: Timestamp) -> Draft {
    let cause = Cause { event: "cause-1@1".parse().unwrap(), committed_at: then };
    Draft { cause: Some(cause), ..draft(command, &["effect"]) }
}

/// Notes each text by a command of its own, one after the other.
pub async fn note_each<L: EventLog>(log: &L, stream: &StreamName, texts: &[&str]) -> History {
    for text in texts {
        append(log, stream, draft(text, &[text])).await;
    }
    current(log, stream).await
}

/// Appends to the end of a stream.
pub async fn append<L: EventLog>(log: &L, stream: &StreamName, draft: Draft) -> Commit {
    log.append(current(log, stream).await.head(), draft).await.unwrap()
}

/// The whole stream back to a snapshot of schema 1, strongly consistent.
pub async fn current<L: EventLog>(log: &L, stream: &StreamName) -> History {
    log.load(stream, reading(Consistency::Strong)).await.unwrap()
}

/// The texts that a stream holds.
#[must_use]
pub fn texts(history: &History) -> Vec<String> {
    let events = history.commits().iter().flat_map(|commit| commit.events.decode::<Sample>().unwrap());
    events.map(|Sample::Noted { text }| text).collect()
}
