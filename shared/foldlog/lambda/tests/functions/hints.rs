//! A batch of messages that only say which stream moved: which streams are followed once, which are delivered again,
//! and which are parked.

use crate::{Wish, append};
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use foldlog::read::views::{Generation, RowKey};
use foldlog::totals::{Amounts, Checkpoint, Entry, Posted, Sums, TotalKey};
use foldlog::{Decider, Events, NoRefusal, ParkingLot, Recorded, Totals, TotalsEngine, TotalsStore, ViewError};
use foldlog_lambda::Function;
use foldlog_lambda::queue::Hints;
use foldlog_testing::host::Noon;
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryTotalsStore};
use serde_json::json;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A stream type whose commands are its events.
struct Wishing;

impl Decider for Wishing {
    const CATEGORY: &'static str = "wish";
    const STATE_SCHEMA: u32 = 1;
    type Id = u64;
    type State = ();
    type Command = Wish;
    type Event = Wish;
    type Refusal = NoRefusal;

    fn decide((): &(), wish: &Wish) -> Result<Vec<Wish>, NoRefusal> {
        Ok(vec![wish.clone()])
    }

    fn evolve((): (), _: &Wish) {}
}

/// How often a wish was made.
struct Wishes;

impl Totals for Wishes {
    const NAME: &'static str = "wishes";
    type Decider = Wishing;
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

/// A store of totals that counts its calls, and does not know stream `wish-3`.
#[derive(Clone, Default)]
struct Troubled {
    totals_store: MemoryTotalsStore,
    asked: Arc<AtomicUsize>,
}

foldlog::delegate_generations!(Troubled, totals_store);

impl TotalsStore for Troubled {
    async fn checkpoint(&self, place: &RowKey) -> Result<Option<Checkpoint>, ViewError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if place.key == "3" {
            return Err(ViewError::Unavailable("throttled".to_owned()));
        }
        self.totals_store.checkpoint(place).await
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        self.totals_store.post(entries, sums).await
    }

    async fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> Result<std::collections::BTreeMap<String, Amounts>, ViewError> {
        self.totals_store.rows(view, generation, partition, names).await
    }
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
        let events = json!([{ "schema": 1, "type": event, "data": { "text": "luck" } }]).to_string();
        append(&log, &stream.parse().unwrap(), Events::parse(events).unwrap()).await;
    }
    let (totals_store, parked) = (Troubled::default(), MemoryParked::default());
    let function = Hints(TotalsEngine::new(log, totals_store.clone(), parked.clone(), Noon, vec![Box::new(Wishes)]));

    let mut batch = SqsEvent::default();
    let stranger = message("stranger", json!({ "detail": {} }).to_string());
    batch.records =
        ["wish-1@2", "wish-3@1", "wish-1@1", "wish-2@1", "wish-1@2"].map(about).into_iter().chain([stranger]).collect();
    let mut failed: Vec<_> = function.call(batch).await.unwrap().batch_item_failures;
    failed.sort_by(|one, other| one.item_identifier.cmp(&other.item_identifier));
    let failed: Vec<_> = failed.into_iter().map(|failure| failure.item_identifier).collect();
    assert_eq!(failed, ["stranger", "wish-3@1"], "what may pass, and what speaks of no event");

    let rows = totals_store.rows(Wishes::NAME, Generation::FIRST, "all", " "..="~").await.unwrap();
    assert_eq!(rows["all"]["times"], 2, "each event of the first stream once");
    assert_eq!(totals_store.asked.load(Ordering::Relaxed), 3, "a look for each stream");
    let notes = parked.notes(None, 10).await.unwrap().notes;
    let subjects: Vec<_> = notes.iter().map(|note| note.trouble.subject.to_string()).collect();
    assert_eq!(subjects, ["wishes~g1~wish-2"]);
}
