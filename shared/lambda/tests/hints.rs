//! A batch of messages that only say which stream moved: who is followed once, who comes again, and what is parked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use eventsourcing::memory::{MemoryLog, MemoryParked};
use eventsourcing::totals::{Amounts, Checkpoint, Entry, MemoryLedger, Posted, Sums, TotalKey};
use eventsourcing::views::{Generation, Place};
use eventsourcing::{
    Actor, Clock, CommitId, Consistency, Correlation, Digest, Draft, EventLog, Events, Ledger, ParkingLot, Randomness,
    Reading, Recorded, StreamName, Tally, Timestamp, Totals, ViewError,
};
use lambda::Function;
use lambda::queue::Hints;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Wish {
    Wished {},
}

impl eventsourcing::Event for Wish {
    fn name(&self) -> &'static str {
        self.into()
    }
}

/// How often something was wished.
struct Wishes;

impl Totals for Wishes {
    const NAME: &'static str = "wishes";
    const CATEGORY: &'static str = "wish";
    type Event = Wish;
    type Document = ();

    fn partitions() -> Vec<String> {
        vec!["all".to_owned()]
    }

    fn apply(_: Option<()>, _: &Recorded<'_, Wish>) -> (Option<()>, Sums) {
        let mut sums = Sums::default();
        sums.add(TotalKey { partition: "all".to_owned(), name: "all".to_owned() }, "times", 1);
        (None, sums)
    }
}

/// A ledger that counts how often it is asked, and knows nothing of stream `wish-3`.
#[derive(Clone, Default)]
struct Troubled {
    ledger: MemoryLedger,
    asked: Arc<AtomicUsize>,
}

impl Ledger for Troubled {
    async fn checkpoint(&self, place: &Place) -> Result<Option<Checkpoint>, ViewError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if place.key == "3" {
            return Err(ViewError::Unavailable("throttled".to_owned()));
        }
        self.ledger.checkpoint(place).await
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        self.ledger.post(entries, sums).await
    }

    async fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> Result<std::collections::BTreeMap<String, Amounts>, ViewError> {
        self.ledger.rows(view, generation, partition, names).await
    }
}

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

/// Appends a commit of one event of this type.
async fn append(log: &MemoryLog, stream: &str, version: usize, event: &str) {
    let stream: StreamName = stream.parse().unwrap();
    let reading = Reading { schema: 1, until: None, consistency: Consistency::Strong };
    let head = log.load(&stream, reading).await.unwrap().head().clone();
    let events = json!([{ "schema": 1, "type": event, "data": {} }]).to_string();
    let draft = Draft {
        events: Events::parse(events).unwrap(),
        id: CommitId::of_key(["a", "b", stream.as_str(), &version.to_string()]),
        digest: Digest([0; 32]),
        now: Noon.now(),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: None,
        actor: Actor("test".to_owned()),
        snapshot: None,
    };
    log.append(&head, draft).await.unwrap();
}

fn message(id: &str, body: String) -> SqsMessage {
    let mut message = SqsMessage::default();
    (message.message_id, message.body) = (Some(id.to_owned()), Some(body));
    message
}

fn about(event: &str) -> SqsMessage {
    message(event, json!({ "detail": { "id": event } }).to_string())
}

#[tokio::test]
async fn a_stream_is_followed_once_and_each_message_is_answered_for_by_its_stream() {
    let log = MemoryLog::default();
    for (stream, event) in [("wish-1", "Wished"), ("wish-1", "Wished"), ("wish-2", "Whispered"), ("wish-3", "Wished")] {
        let version = log.commits(&stream.parse().unwrap()).len() + 1;
        append(&log, stream, version, event).await;
    }
    let (ledger, parked) = (Troubled::default(), MemoryParked::default());
    let function = Hints(Tally::<Wishes, _, _, _, _>::new(log, ledger.clone(), parked.clone(), Noon));

    let mut batch = SqsEvent::default();
    let stranger = message("stranger", json!({ "detail": {} }).to_string());
    batch.records =
        ["wish-1@2", "wish-3@1", "wish-1@1", "wish-2@1", "wish-1@2"].map(about).into_iter().chain([stranger]).collect();
    let mut failed: Vec<_> = function.call(batch).await.unwrap().batch_item_failures;
    failed.sort_by(|one, other| one.item_identifier.cmp(&other.item_identifier));
    let failed: Vec<_> = failed.into_iter().map(|failure| failure.item_identifier).collect();
    assert_eq!(failed, ["stranger", "wish-3@1"], "what may pass, and what speaks of no event");

    let rows = ledger.rows(Wishes::NAME, Generation::FIRST, "all", " "..="~").await.unwrap();
    assert_eq!(rows["all"]["times"], 2, "each event of the first stream once");
    assert_eq!(ledger.asked.load(Ordering::Relaxed), 3, "a look for each stream");
    let notes = parked.notes(None, 10).await.unwrap().notes;
    let subjects: Vec<_> = notes.iter().map(|note| note.trouble.subject.to_string()).collect();
    assert_eq!(subjects, ["wishes/g1:wish-2"]);
}
