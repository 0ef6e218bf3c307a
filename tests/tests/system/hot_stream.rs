//! One product that all customers want: its reservations wait for each other, and delay no other product's.
//!
//! Counted in turns, not timed: a request to the log takes one, and a pause as many as requests fit into it.

use fastrand::Rng;
use foldlog::write::loaded::replay;
use foldlog::write::log::AppendError;
use foldlog::write::scan::{Cursor, Page, Part};
use foldlog::{
    Actor, Clock, CommandId, Commit, Consistency, Correlation, Digest, Draft, EventId, EventLog, Events, Head, History,
    LogError, LogScan, LogSpans, ParkingLot, Randomness, ReadOptions, Span, StreamName, Timestamp, Version,
};
use foldlog_functions::Ports;
use foldlog_functions::ports::Indexed;
use foldlog_lambda::{Invoke, SettingError, Settings};
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews};
use futures::future::join_all;
use serde_json::{Value, json};
use shop_domain::stock;
use shop_domain::values::{OrderId, Sku, StockId, WarehouseId};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::yield_now;

/// The number of simultaneous execution environments, each with a batch of its own.
const BATCHES: usize = 12;
/// The number of messages in each. All but one are about the product that all customers want.
const BATCH: usize = 10;
const HOT: usize = BATCHES * (BATCH - 1);
/// What a request takes, for the length of pauses.
const TURN_MS: u128 = 5;

/// A log whose requests take a turn, and which remembers in which order streams were appended to, and how many
/// requests there were.
#[derive(Clone, Default)]
pub(crate) struct Turns {
    pub(crate) log: MemoryLog,
    appended: Arc<Mutex<Vec<StreamName>>>,
    pub(crate) requests: Arc<AtomicUsize>,
}

impl Turns {
    async fn turn(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        yield_now().await;
    }
}

impl EventLog for Turns {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        self.turn().await;
        self.log.load(stream, reading).await
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.turn().await;
        self.log.find(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.turn().await;
        self.log.since(stream, after).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        self.turn().await;
        let commit = self.log.append(head, draft).await?;
        self.appended.lock().unwrap().push(commit.stream.clone());
        Ok(commit)
    }

    fn recognises_reactions(&self) -> bool {
        self.log.recognises_reactions()
    }
}

impl LogSpans for Turns {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        self.log.span(stream, span).await
    }
}

impl LogScan for Turns {
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        self.log.page(part, after).await
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        self.log.heads().await
    }
}

/// A host whose pauses are turns.
#[derive(Clone)]
pub(crate) struct InTurns(Arc<Mutex<Rng>>);

impl Clock for InTurns {
    fn now(&self) -> Timestamp {
        Timestamp(1_763_718_000_000)
    }

    async fn sleep(&self, pause: Duration) {
        for _ in 0..pause.as_millis().div_ceil(TURN_MS) {
            yield_now().await;
        }
    }
}

impl Randomness for InTurns {
    fn bits(&self) -> u128 {
        self.0.lock().unwrap().u128(..)
    }
}

/// What the function stands on.
pub(crate) struct Ground {
    pub(crate) turns: Turns,
    host: InTurns,
    pub(crate) parked: MemoryParked,
}

impl Ground {
    /// With so many pieces of a product in the warehouse.
    pub(crate) async fn with(sku: &Sku, quantity: usize) -> Self {
        let turns = Turns { log: MemoryLog::default().with_markers(), ..Turns::default() };
        receive(&turns.log, sku, quantity).await;
        let host = InTurns(Arc::new(Mutex::new(Rng::with_seed(7))));
        Self { turns, host, parked: MemoryParked::default() }
    }
}

impl Ports for Ground {
    type Log = Turns;
    type Views = MemoryViews;
    type TotalsStore = MemoryTotalsStore;
    type ParkingLot = MemoryParked;
    type Host = InTurns;

    fn log(&self) -> Result<Turns, SettingError> {
        self.marked_log()
    }

    fn marked_log(&self) -> Result<Turns, SettingError> {
        Ok(self.turns.clone())
    }

    fn views(&self, _: impl IntoIterator<Item = Indexed>) -> Result<MemoryViews, SettingError> {
        Ok(MemoryViews::default())
    }

    fn totals_store(&self, _: &str) -> Result<MemoryTotalsStore, SettingError> {
        Ok(MemoryTotalsStore::default())
    }

    fn checkpoints(&self, _: &str) -> Result<MemoryViews, SettingError> {
        self.views([])
    }

    fn parked(&self) -> Result<MemoryParked, SettingError> {
        Ok(self.parked.clone())
    }

    fn host(&self) -> InTurns {
        self.host.clone()
    }
}

pub(crate) fn berlin() -> WarehouseId {
    "berlin".parse().unwrap()
}

/// The product that everybody wants.
pub(crate) fn hot() -> Sku {
    "mug".parse().unwrap()
}

/// The one that a batch asks for besides.
fn other(batch: usize) -> Sku {
    format!("pot-{batch}").parse().unwrap()
}

pub(crate) fn stream_of(sku: &Sku) -> StreamName {
    StreamName::of::<stock::Stock>(&StockId { warehouse: berlin(), sku: sku.clone() })
}

pub(crate) async fn receive(log: &MemoryLog, sku: &Sku, quantity: usize) {
    let on_hand = u64::try_from(quantity).unwrap();
    let (cause, reason) = (stock::Discrepancy::Miscount, "count".parse().unwrap());
    let reading = ReadOptions::of::<stock::Stock>(Consistency::Strong);
    let head = log.load(&stream_of(sku), reading).await.unwrap().head().clone();
    let draft = Draft {
        events: Events::encode(&[stock::Event::StockAdjusted { on_hand, cause, reason }]).unwrap(),
        id: CommandId::of_key(["a", "b", "c", sku.as_str()]),
        digest: Digest([0; 32]),
        now: Timestamp(1_763_718_000_000),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: None,
        actor: Actor("staff".to_owned()),
        snapshot: None,
    };
    log.append(&head, draft).await.unwrap();
}

/// A message: an order of its own asks for one piece.
fn message(order: usize, sku: &Sku) -> Value {
    let data = json!({ "warehouse": berlin(), "sku": sku, "quantity": 1 });
    intent(order, 3, ("ReservationRequested", 1), &data)
}

/// A message about an intent of an order's process.
pub(crate) fn intent(order: usize, version: u64, (name, schema): (&str, u32), data: &Value) -> Value {
    let order: OrderId = format!("{:032x}", order + 1).parse().unwrap();
    let version = Version(version);
    let id = EventId { stream: StreamName::of::<shop_domain::fulfilment::Fulfilment>(&order), version };
    let detail = json!({
        "id": id, "subject": id.stream, "version": version, "commit_first": version, "commit_count": 1,
        "type": name, "schema": schema, "data": data,
        "time": "2025-11-21T09:40:00.000Z", "correlation": "c", "causation": null, "actor": "fulfilment",
    });
    let sku = data["sku"].as_str().unwrap();
    json!({ "messageId": format!("{order} {sku}"), "body": json!({ "detail": detail }).to_string() })
}

/// Delivers a batch to an execution environment until all of it is taken; the ids of what came more than once.
pub(crate) async fn deliver(function: &impl Invoke, mut batch: Vec<Value>) -> Vec<String> {
    let mut again = Vec::new();
    while !batch.is_empty() {
        let answer = function.invoke(json!({ "Records": batch })).await.unwrap();
        let failed = answer["batchItemFailures"].as_array().unwrap().iter();
        let failed: Vec<_> = failed.map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect();
        batch.retain(|message| failed.iter().any(|id| message["messageId"] == **id));
        again.extend(failed);
    }
    again
}

#[tokio::test]
async fn a_product_that_everybody_wants_holds_up_no_other() {
    let ground = Ground::with(&hot(), HOT).await;
    let (turns, log) = (ground.turns.clone(), ground.turns.log.clone());
    let mut batches = Vec::new();
    for batch in 0..BATCHES {
        receive(&log, &other(batch), 1).await;
        let wanted = |place: usize| if place == batch % BATCH { other(batch) } else { hot() };
        let messages = (0..BATCH).map(|place| message(batch * BATCH + place, &wanted(place))).collect();
        let function = stock_reactions::function(&ground, &Settings::default()).unwrap();
        batches.push(async move { deliver(&function, messages).await });
    }
    let again: Vec<_> = join_all(batches).await.into_iter().flatten().collect();

    let appended = turns.appended.lock().unwrap().clone();
    assert_eq!(appended.len(), BATCHES * BATCH, "each order once");
    let last_other = appended.iter().rposition(|stream| *stream != stream_of(&hot())).unwrap();
    let hot_by_then = last_other + 1 - BATCHES;
    assert!(hot_by_then < HOT / 10, "the last of the others came after {hot_by_then} of {HOT}");
    assert!(again.iter().all(|id| id.contains(hot().as_str())), "{again:?}");
    assert!(ground.parked.notes(None, 1).await.unwrap().notes.is_empty());
    let reading = ReadOptions::of::<stock::Stock>(Consistency::Strong);
    let state = replay::<stock::Stock>(&log.load(&stream_of(&hot()), reading).await.unwrap()).unwrap();
    assert_eq!(state.reserved(), u64::try_from(HOT).unwrap());
}
