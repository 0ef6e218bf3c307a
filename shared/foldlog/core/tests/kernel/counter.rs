//! A small stream type, and the ports that the tests of the kernel use.

use foldlog::write::identity::CommandId;
use foldlog::{
    Actor, Clock, Correlation, Decider, Digest, Event, Metadata, Projection, Randomness, Recorded, Refusal,
    RefusalKind, StreamName, Timestamp, Version,
};
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::time::Duration;

/// Counts up to a limit.
pub(crate) struct Counter;

/// Adds this much. Zero is a no-op.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Add(pub(crate) u32);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
pub(crate) enum Counted {
    Added { by: u32 },
}

impl Event for Counted {}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("beyond the limit")]
pub(crate) struct BeyondLimit;

impl Refusal for BeyondLimit {
    fn kind(&self) -> RefusalKind {
        RefusalKind::RuleViolated
    }
}

impl From<&BeyondLimit> for &'static str {
    fn from(_: &BeyondLimit) -> Self {
        "beyond-limit"
    }
}

pub(crate) const LIMIT: u32 = 1_000;

impl Decider for Counter {
    const CATEGORY: &'static str = "counter";
    const STATE_SCHEMA: u32 = 1;
    type Id = u64;
    type State = u32;
    type Command = Add;
    type Event = Counted;
    type Refusal = BeyondLimit;

    fn decide(state: &u32, Add(by): &Add) -> Result<Vec<Counted>, BeyondLimit> {
        match (by, state + by) {
            (_, sum) if sum > LIMIT => Err(BeyondLimit),
            (0, _) => Ok(vec![]),
            _ => Ok(vec![Counted::Added { by: *by }]),
        }
    }

    fn evolve(state: u32, Counted::Added { by }: &Counted) -> u32 {
        state + by
    }
}

/// The sum and the number of additions of a counter.
pub(crate) struct Sums;

impl Projection for Sums {
    const NAME: &'static str = "sums";
    type Decider = Counter;
    type Document = (u32, u32);

    fn apply(document: Option<(u32, u32)>, recorded: &Recorded<'_, Counted>) -> Option<(u32, u32)> {
        let (sum, times) = document.unwrap_or_default();
        let Counted::Added { by } = recorded.event;
        Some((sum + by, times + 1))
    }

    fn index((sum, _): &(u32, u32)) -> Vec<(&'static str, String)> {
        vec![("sum", sum.to_string())]
    }
}

/// A host whose clock stands still, and which records its pauses.
#[derive(Debug, Default)]
pub(crate) struct StillHost {
    pub(crate) slept: Mutex<Vec<Duration>>,
}

impl Clock for StillHost {
    fn now(&self) -> Timestamp {
        Timestamp(1_000)
    }

    async fn sleep(&self, duration: Duration) {
        self.slept.lock().unwrap().push(duration);
    }
}

impl Randomness for StillHost {
    fn bits(&self) -> u128 {
        u128::MAX
    }
}

pub(crate) fn stream() -> StreamName {
    "counter-1".parse().unwrap()
}

/// A client's command under an idempotency key.
pub(crate) fn keyed(key: &str, Add(by): Add) -> Metadata {
    Metadata {
        id: CommandId::of_key(["alice", "POST", "/counters", key]),
        digest: Digest::of(&by).unwrap(),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: None,
        actor: Actor("alice".to_owned()),
        expected: None,
    }
}

/// The same, on a version that the client names.
pub(crate) fn on_version(version: u64, metadata: Metadata) -> Metadata {
    Metadata { expected: Some(Version(version)), ..metadata }
}
