//! Functions that are fed from a queue: which messages they take, which are delivered again, and which are parked; and
//! which certificates every function trusts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hints;
mod problems;
mod reactions;
mod roots;

use foldlog::{Actor, CommandId, Consistency, Correlation, Digest, Draft, EventLog, Events, ReadOptions, StreamName};
use foldlog_testing::host::Noon;
use foldlog_testing::memory::MemoryLog;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Wish {
    Wished { text: String },
}

impl foldlog::Event for Wish {}

/// Appends one commit.
async fn append(log: &MemoryLog, stream: &StreamName, events: Events) {
    let reading = ReadOptions::newest(1, Consistency::Strong);
    let head = log.load(stream, reading).await.unwrap().head().clone();
    let draft = Draft {
        events,
        id: CommandId::of_key(["a", "b", stream.as_str(), &head.version().to_string()]),
        digest: Digest([0; 32]),
        now: Noon::TIME,
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: None,
        actor: Actor("test".to_owned()),
        snapshot: None,
    };
    log.append(&head, draft).await.unwrap();
}
