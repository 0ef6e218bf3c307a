//! A small stream type with its views, a clock that stands still, and records of a log's stream.

use aws_lambda_events::dynamodb;
use foldlog::{
    Actor, Clock, CommandId, Commit, Consistency, Correlation, Decider, Digest, Draft, Event, EventLog, Events,
    NoRefusal, Projection, ReadOptions, Recorded, StreamName, Subscription, Timestamp,
};
use foldlog_testing::memory::MemoryLog;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// Counts.
pub(crate) struct Counter;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
pub(crate) enum Counted {
    Added { by: u32 },
}

impl Event for Counted {}

impl Decider for Counter {
    const CATEGORY: &'static str = "counter";
    const STATE_SCHEMA: u32 = 1;
    type Id = u64;
    type State = u32;
    type Command = u32;
    type Event = Counted;
    type Refusal = NoRefusal;

    fn decide(_: &u32, by: &u32) -> Result<Vec<Counted>, NoRefusal> {
        Ok(vec![Counted::Added { by: *by }])
    }

    fn evolve(state: u32, Counted::Added { by }: &Counted) -> u32 {
        state + by
    }
}

/// The sum of a counter.
pub(crate) struct Sum;

impl Projection for Sum {
    const NAME: &'static str = "sum";
    type Decider = Counter;
    type Document = u32;

    fn apply(document: Option<u32>, recorded: &Recorded<'_, Counted>) -> Option<u32> {
        Some(Counter::evolve(document.unwrap_or_default(), &recorded.event))
    }

    fn index(_: &u32) -> Vec<(&'static str, String)> {
        vec![]
    }
}

/// The largest number that was added to a counter; it has an index by that.
pub(crate) struct Largest;

impl Projection for Largest {
    const NAME: &'static str = "largest";
    type Decider = Counter;
    type Document = u32;

    fn apply(document: Option<u32>, recorded: &Recorded<'_, Counted>) -> Option<u32> {
        let Counted::Added { by } = recorded.event;
        Some(by.max(document.unwrap_or_default()))
    }

    fn index(document: &u32) -> Vec<(&'static str, String)> {
        vec![("largest", format!("{document:08}"))]
    }
}

/// The folds of both views.
pub(crate) fn subscriptions() -> Vec<Box<dyn Subscription>> {
    let sum = foldlog::read::projection::subscriptions_of::<Sum>();
    sum.into_iter().chain(foldlog::read::projection::subscriptions_of::<Largest>()).collect()
}

#[derive(Clone, Copy)]
pub(crate) struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp(1_763_722_800_000)
    }

    async fn sleep(&self, _: Duration) {}
}

/// A commit behind those that its stream has.
pub(crate) async fn append<E: Event>(log: &MemoryLog, stream: &StreamName, events: &[E]) -> Commit {
    let reading = ReadOptions::of::<Counter>(Consistency::Strong);
    let history = log.load(stream, reading).await.unwrap();
    let draft = Draft {
        events: Events::encode(events).unwrap(),
        id: CommandId::of_key([stream.as_str(), "POST", "/", &history.head().version().to_string()]),
        digest: Digest::of("x").unwrap(),
        now: Noon.now(),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: None,
        actor: Actor("test".to_owned()),
        snapshot: None,
    };
    log.append(history.head(), draft).await.unwrap()
}

/// A commit as a record of the log's stream; its sequence number is its place.
pub(crate) fn record(index: usize, commit: &Commit) -> Value {
    let item = foldlog_dynamo::item::item_of(commit).unwrap();
    let key = json!({ "stream": &item["stream"], "version": &item["version"] });
    json!({
        "eventName": "INSERT", "eventID": index.to_string(), "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_255_200, "Keys": key, "NewImage": item,
            "SequenceNumber": index.to_string(), "SizeBytes": 600, "StreamViewType": "NEW_IMAGE",
        },
    })
}

/// Records as Lambda delivers them.
pub(crate) fn batch_of(records: &[Value]) -> dynamodb::Event {
    serde_json::from_value(json!({ "Records": records })).unwrap()
}
