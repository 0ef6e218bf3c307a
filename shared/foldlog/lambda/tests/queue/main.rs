//! Functions that are fed from a queue: who is taken, who comes again, and what is parked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hints;
mod reactions;

use foldlog::memory::MemoryLog;
use foldlog::{
    Actor, Clock, CommandId, Consistency, Correlation, Digest, Draft, EventLog, Events, Randomness, ReadOptions,
    StreamName, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Wish {
    Wished { text: String },
}

impl foldlog::Event for Wish {}

#[derive(Clone, Copy)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp(1_763_722_800_000)
    }

    async fn sleep(&self, _: Duration) {}
}

impl Randomness for Noon {
    fn bits(&self) -> u128 {
        0
    }
}

/// Appends one commit.
async fn append(log: &MemoryLog, stream: &StreamName, events: Events) {
    let reading = ReadOptions { schema: 1, until: None, consistency: Consistency::Strong };
    let head = log.load(stream, reading).await.unwrap().head().clone();
    let draft = Draft {
        events,
        id: CommandId::of_key(["a", "b", stream.as_str(), &head.version().to_string()]),
        digest: Digest([0; 32]),
        now: Noon.now(),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: None,
        actor: Actor("test".to_owned()),
        snapshot: None,
    };
    log.append(&head, draft).await.unwrap();
}
