//! A small stream type with its views, ports in memory, a clock that stands still, and records of a log's stream.

use aws_lambda_events::dynamodb;
use foldlog::react::bus::BusError;
use foldlog::read::views::{Generation, RowKey, RowPage};
use foldlog::{
    Actor, Bus, BusEntry, Clock, CommandId, Commit, Consistency, Correlation, Decider, Digest, Draft, Event, EventId,
    EventLog, Events, Lookup, Lookups, NoRefusal, Projection, Randomness, ReadOptions, Recorded, Row, StreamName,
    Subscription, Timestamp, Version, ViewError, ViewScan, Views, Written,
};
use foldlog_functions::ports::Indexed;
use foldlog_functions::{BusPorts, Ports};
use foldlog_lambda::SettingError;
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
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

impl Randomness for Noon {
    fn bits(&self) -> u128 {
        0
    }
}

/// Takes entries up to one, if there is one that it does not take.
#[derive(Clone, Default)]
pub(crate) struct Taking {
    pub(crate) upto: Option<usize>,
    pub(crate) taken: Arc<Mutex<Vec<EventId>>>,
}

impl Bus for Taking {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        let upto = self.upto.unwrap_or(entries.len());
        self.taken.lock().unwrap().extend(entries.iter().take(upto).map(|entry| entry.detail.id.clone()));
        match self.upto {
            Some(first) => Err(BusError { first, reason: "throttled".to_owned() }),
            None => Ok(()),
        }
    }
}

/// Views in which the row with one key cannot be written for a while.
#[derive(Clone, Default)]
pub(crate) struct Shaky {
    pub(crate) views: MemoryViews,
    pub(crate) failing: Arc<Mutex<Option<String>>>,
}

foldlog::delegate_generations!(Shaky, views);
foldlog::delegate_rebuild_progress!(Shaky, views);

impl Views for Shaky {
    async fn row(&self, place: &RowKey, consistency: Consistency) -> Result<Option<Row>, ViewError> {
        self.views.row(place, consistency).await
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        if self.failing.lock().unwrap().as_ref() == Some(&place.key) {
            return Err(ViewError::Unavailable("throttled".to_owned()));
        }
        self.views.write(place, row, seen).await
    }
}

impl ViewScan for Shaky {
    async fn page(&self, view: &str, part: (u32, u32), after: Option<&str>) -> Result<RowPage, ViewError> {
        self.views.page(view, part, after).await
    }

    async fn remove(&self, view: &str, generation: Generation, keys: &[String]) -> Result<Vec<String>, ViewError> {
        self.views.remove(view, generation, keys).await
    }
}

impl Lookups for Shaky {
    async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        self.views.query(lookup).await
    }

    async fn keys(&self, lookup: &Lookup<'_>) -> Result<Vec<String>, ViewError> {
        self.views.keys(lookup).await
    }

    async fn places(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, String)>, ViewError> {
        Lookups::places(&self.views, lookup).await
    }
}

/// Ports in memory.
#[derive(Clone, Default)]
pub(crate) struct InMemory {
    pub(crate) log: MemoryLog,
    pub(crate) views: Shaky,
    pub(crate) parked: MemoryParked,
    pub(crate) bus: Taking,
}

impl Ports for InMemory {
    type Log = MemoryLog;
    type Views = Shaky;
    type TotalsStore = MemoryTotalsStore;
    type ParkingLot = MemoryParked;
    type Host = Noon;

    fn log(&self) -> Result<MemoryLog, SettingError> {
        Ok(self.log.clone())
    }

    fn marked_log(&self) -> Result<MemoryLog, SettingError> {
        Ok(self.log.clone().with_markers())
    }

    fn views(&self, _: impl IntoIterator<Item = Indexed>) -> Result<Shaky, SettingError> {
        Ok(self.views.clone())
    }

    fn totals_store(&self, _: &str) -> Result<MemoryTotalsStore, SettingError> {
        Ok(MemoryTotalsStore::default())
    }

    fn checkpoints(&self, _: &str) -> Result<Shaky, SettingError> {
        Ok(self.views.clone())
    }

    fn parked(&self) -> Result<MemoryParked, SettingError> {
        Ok(self.parked.clone())
    }

    fn host(&self) -> Noon {
        Noon
    }
}

impl BusPorts for InMemory {
    type Bus = Taking;

    fn bus(&self) -> Result<Taking, SettingError> {
        Ok(self.bus.clone())
    }
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
