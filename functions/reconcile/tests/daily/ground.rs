//! Orders whose records and events were all lost: no row was written, and no process heard of anything.

use foldlog::react::bus::BusError;
use foldlog::{
    Actor, Bus, BusEntry, Cause, Clock, CommandId, Correlation, Decider, Digest, Draft, Event, EventLog, Events,
    History, Randomness, StreamName, Timestamp,
};
use foldlog_functions::ports::Indexed;
use foldlog_functions::{BusPorts, Ports};
use foldlog_lambda::{Error, Function, SettingError, Settings};
use foldlog_testing::faulty::{FaultModel, FaultyLog, FaultyParked, FaultyTotalsStore, FaultyViews, Odds, yield_now};
use foldlog_testing::memory::{MemoryGenerations, MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews};
use reconcile::lost::{Keys, LostBatches, Object};
use reconcile::{Found, Reconcile, Summary, Task};
use serde::{Deserialize, Serialize};
use shop_domain::cart::{self, Cart};
use shop_domain::fulfilment::{self, Fulfilment, REACTION};
use shop_domain::order::{self, Failure, Order};
use shop_domain::values::OrderId;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

/// An event that no release knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Garbled {
    NobodyKnows {},
}

impl Event for Garbled {}

/// The events of a cart that was checked out.
const CHECKED_OUT: &str = r#"[
    {"type": "CartOpened", "data": {"owner": "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"}},
    {"type": "CartCheckedOut", "data": {
        "owner": "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
        "lines": [{"sku": "mug", "quantity": 2, "unit_price": {"amount": 1299, "currency": "EUR"}}],
        "totals": {
            "net": {"amount": 2598, "currency": "EUR"},
            "tax": {"amount": 494, "currency": "EUR"},
            "total": {"amount": 3092, "currency": "EUR"}}}}]"#;

/// One in ten checkouts never reached a process.
pub(crate) const fn has_no_process(number: usize) -> bool {
    number % 10 == 9
}

/// One in a hundred has a process that does not read.
pub(crate) const fn is_spoilt(number: usize) -> bool {
    number % 100 == 3
}

fn id(number: usize) -> OrderId {
    format!("{number:032x}").parse().unwrap()
}

pub(crate) fn checked_out(number: usize) -> StreamName {
    format!("cart-{}", id(number)).parse().unwrap()
}

pub(crate) fn order_of(number: usize) -> StreamName {
    StreamName::of::<Order>(&id(number))
}

/// The number of streams of some orders.
pub(crate) fn streams_of(orders: impl Numbers) -> usize {
    orders.numbers().map(|number| if has_no_process(number) { 1 } else { 3 }).sum()
}

/// A range of orders.
pub(crate) trait Numbers {
    fn numbers(self) -> impl Iterator<Item = usize>;
}

impl Numbers for Range<usize> {
    fn numbers(self) -> impl Iterator<Item = usize> {
        self
    }
}

impl Numbers for RangeInclusive<usize> {
    fn numbers(self) -> impl Iterator<Item = usize> {
        self
    }
}

/// A clock that advances whenever it is read.
#[derive(Clone)]
pub(crate) struct Ticking {
    now_ms: Arc<AtomicI64>,
    tick_ms: i64,
}

impl Ticking {
    pub(crate) fn at(&self) -> Timestamp {
        Timestamp(self.now_ms.load(Ordering::SeqCst))
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.now_ms.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp(self.now_ms.fetch_add(self.tick_ms, Ordering::SeqCst))
    }

    async fn sleep(&self, _: Duration) {
        yield_now().await;
    }
}

impl Randomness for Ticking {
    fn bits(&self) -> u128 {
        u128::try_from(self.at().0).unwrap()
    }
}

/// A bus that remembers of which streams it got events.
#[derive(Clone, Default)]
pub(crate) struct Published(Arc<Mutex<BTreeSet<StreamName>>>);

impl Published {
    pub(crate) fn published(&self) -> BTreeSet<StreamName> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn forget(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl Bus for Published {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        yield_now().await;
        self.0.lock().unwrap().extend(entries.iter().map(|entry| entry.detail.subject.clone()));
        Ok(())
    }
}

/// An object of the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// A batch without records.
    Empty,
    /// No batch.
    Foreign,
    /// A run that reads it never ends.
    Deadly,
}

/// The bucket, and how often each object was read.
#[derive(Clone, Default)]
pub(crate) struct Bucket(Arc<Mutex<Objects>>);

/// The objects, and how often each was read, by key.
type Objects = (BTreeMap<String, Content>, BTreeMap<String, usize>);

impl Bucket {
    fn put(&self, key: &str, content: Content) {
        self.0.lock().unwrap().0.insert(key.to_owned(), content);
    }

    pub(crate) fn empty(&self, key: &str) {
        self.put(key, Content::Empty);
    }

    pub(crate) fn foreign(&self, key: &str) {
        self.put(key, Content::Foreign);
    }

    pub(crate) fn deadly(&self, key: &str) {
        self.put(key, Content::Deadly);
    }

    pub(crate) fn holds(&self, key: &str) -> bool {
        self.0.lock().unwrap().0.contains_key(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap().0.len()
    }

    pub(crate) fn reads(&self) -> usize {
        self.0.lock().unwrap().1.values().sum()
    }

    pub(crate) fn most_reads(&self) -> usize {
        self.0.lock().unwrap().1.values().copied().max().unwrap_or_default()
    }

    pub(crate) fn reads_of(&self, key: &str) -> usize {
        self.0.lock().unwrap().1.get(key).copied().unwrap_or_default()
    }
}

impl LostBatches for Bucket {
    async fn keys(&self, after: Option<&str>) -> Result<Keys, Error> {
        yield_now().await;
        let objects = &self.0.lock().unwrap().0;
        let behind: Vec<_> = objects.keys().filter(|key| after.is_none_or(|after| key.as_str() > after)).collect();
        let more = behind.len() > PAGE;
        Ok(Keys { keys: behind.into_iter().take(PAGE).cloned().collect(), more })
    }

    async fn batch(&self, key: &str) -> Result<Object, Error> {
        yield_now().await;
        let content = {
            let mut bucket = self.0.lock().unwrap();
            let content = bucket.0.get(key).copied();
            *bucket.1.entry(key.to_owned()).or_default() += usize::from(content.is_some());
            content
        };
        match content {
            None => Ok(Object::Gone),
            Some(Content::Empty) => Ok(Object::Batch(serde_json::from_str(r#"{"Records":[]}"#)?)),
            Some(Content::Foreign) => Ok(Object::Foreign("no payload".to_owned())),
            Some(Content::Deadly) => std::future::pending().await,
        }
    }

    async fn remove(&self, key: &str) -> Result<(), Error> {
        yield_now().await;
        self.0.lock().unwrap().0.remove(key);
        Ok(())
    }
}

/// The number of keys on a page.
const PAGE: usize = 100;

/// The stores, each request of which other tasks may overtake, so that a run can be killed between any two.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) log: MemoryLog,
    pub(crate) views: MemoryViews,
    pub(crate) totals: MemoryTotalsStore,
    pub(crate) parked: MemoryParked,
    pub(crate) host: Ticking,
    pub(crate) bus: Published,
    pub(crate) bucket: Bucket,
    /// After how many days a run reads the whole log.
    whole_every_days: u32,
    way: FaultModel,
}

impl Ground {
    /// One where every daily run reads the whole log.
    pub(crate) fn always_whole(self) -> Self {
        Self { whole_every_days: 0, ..self }
    }

    /// This many orders, and a clock that advances by so much whenever it is read.
    pub(crate) async fn of(orders: usize, tick: Duration) -> Self {
        let generations = MemoryGenerations::default();
        let now_ms = Arc::new(AtomicI64::new(1_763_722_800_000));
        let ground = Self {
            log: MemoryLog::default(),
            views: MemoryViews::of(generations.clone()),
            totals: MemoryTotalsStore::of(generations),
            parked: MemoryParked::default(),
            host: Ticking { now_ms, tick_ms: i64::try_from(tick.as_millis()).unwrap().max(1) },
            bus: Published::default(),
            bucket: Bucket::default(),
            whole_every_days: 28,
            way: FaultModel::new(1, Odds::default()),
        };
        for number in 0..orders {
            ground.order(number).await;
        }
        ground
    }

    /// Appends the streams of an order, as far as it came, and returns their names.
    pub(crate) async fn order(&self, number: usize) -> Vec<StreamName> {
        let cart: Vec<cart::Event> = serde_json::from_str(CHECKED_OUT).unwrap();
        let placement = cart.iter().find_map(cart::Event::placement).unwrap();
        let checkout = checked_out(number);
        debug_assert_eq!(checkout.category(), Cart::CATEGORY);
        let cause = self.append(&checkout, &cart, None).await;
        if has_no_process(number) {
            return vec![checkout];
        }
        let start = fulfilment::Command::Start { placement: placement.clone(), at: cause.committed_at };
        let process = StreamName::of::<Fulfilment>(&id(number));
        let intents = Fulfilment::decide(&fulfilment::State::NotStarted, &start).unwrap();
        let cause = if is_spoilt(number) {
            self.append(&process, &[Garbled::NobodyKnows {}], Some(cause)).await
        } else {
            self.append(&process, &intents, Some(cause)).await
        };
        let place = order::Command::Place { placement, account: Err(Failure::AccountNotActive) };
        let placed = Order::decide(&order::State::default(), &place).unwrap();
        let order = order_of(number);
        self.append(&order, &placed, Some(cause)).await;
        vec![checkout, process, order]
    }

    /// Appends the first commit of a stream, and returns its last event as a cause.
    async fn append<E: Event>(&self, stream: &StreamName, events: &[E], cause: Option<Cause>) -> Cause {
        let head = History::prove(stream, vec![]).unwrap().head().clone();
        let id = match &cause {
            Some(cause) => CommandId::of_event(&cause.event, REACTION),
            None => CommandId::of_key(["test", "POST", stream.as_str(), "1"]),
        };
        let draft = Draft {
            events: Events::encode(events).unwrap(),
            id,
            digest: Digest([0; 32]),
            now: self.host.at(),
            correlation: Correlation { id: "c".to_owned(), client: None },
            cause,
            actor: Actor("test".to_owned()),
            snapshot: None,
        };
        let commit = self.log.append(&head, draft).await.unwrap();
        Cause { event: commit.event_id(commit.events.count() - 1), committed_at: commit.committed_at }
    }

    pub(crate) fn unreadable(&self, stream: &StreamName) -> bool {
        stream.category() == Fulfilment::CATEGORY
            && self.log.commits(stream).iter().any(|commit| commit.events.decode::<fulfilment::Event>().is_err())
    }

    /// The function, newly started.
    pub(crate) fn function(&self) -> Reconcile<Self> {
        let settings = [
            ("EVENT_SOURCE", "shop"),
            ("PERSONAL_CATEGORIES", "account"),
            ("WHOLE_EVERY_DAYS", &*self.whole_every_days.to_string()),
        ];
        let settings: Settings =
            settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        reconcile::scheduled(self, &settings).unwrap()
    }

    /// One run of the function.
    pub(crate) async fn run(&self, task: Task) -> Summary {
        match self.function().call(task).await.unwrap() {
            Found::Reconciled(summary) => summary,
            Found::Rechecked(rechecked) => panic!("{rechecked:?}"),
        }
    }

    /// Runs the function, and kills it after so many steps; whether it did not end before.
    pub(crate) fn killed(&self, task: Task, steps: usize) -> bool {
        let function = self.function();
        gives_up(function.call(task), steps)
    }
}

/// Gives a run up after so many steps; whether it did not end before.
pub(crate) fn gives_up<T>(run: impl Future<Output = T>, steps: usize) -> bool {
    let mut run = Box::pin(run);
    let mut context = Context::from_waker(Waker::noop());
    (0..steps).all(|_| run.as_mut().poll(&mut context).is_pending())
}

impl Ports for Ground {
    type Log = FaultyLog<MemoryLog>;
    type Views = FaultyViews<MemoryViews>;
    type TotalsStore = FaultyTotalsStore<MemoryTotalsStore>;
    type ParkingLot = FaultyParked<MemoryParked>;
    type Host = Ticking;

    fn log(&self) -> Result<Self::Log, SettingError> {
        Ok(FaultyLog::under(self.log.clone(), self.way.clone()))
    }

    fn marked_log(&self) -> Result<Self::Log, SettingError> {
        Ok(FaultyLog::under(self.log.clone().with_markers(), self.way.clone()))
    }

    fn views(&self, _: impl IntoIterator<Item = Indexed>) -> Result<Self::Views, SettingError> {
        Ok(FaultyViews::under(self.views.clone(), self.way.clone()))
    }

    fn totals_store(&self, _: &str) -> Result<Self::TotalsStore, SettingError> {
        Ok(FaultyTotalsStore::under(self.totals.clone(), self.way.clone()))
    }

    fn checkpoints(&self, _: &str) -> Result<Self::Views, SettingError> {
        self.views([])
    }

    fn parked(&self) -> Result<Self::ParkingLot, SettingError> {
        Ok(FaultyParked::under(self.parked.clone(), self.way.clone()))
    }

    fn host(&self) -> Ticking {
        self.host.clone()
    }
}

impl BusPorts for Ground {
    type Bus = Published;

    fn bus(&self) -> Result<Published, SettingError> {
        Ok(self.bus.clone())
    }
}

impl reconcile::Ports for Ground {
    type Batches = Bucket;

    fn lost_batches(&self, _: &Settings) -> Result<Bucket, SettingError> {
        Ok(self.bucket.clone())
    }
}
