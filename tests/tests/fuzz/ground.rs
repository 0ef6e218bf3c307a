//! A shop in memory that every input finds in the same state: that of the story in `events/`, up to a confirmed order.

use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use aws_lambda_events::streams::DynamoDbEventResponse;
use foldlog::react::bus::BusError;
use foldlog::seal::Key;
use foldlog::{Bus, BusEntry, Clock, Commit, Digest, Keyring, Randomness, Timestamp};
use foldlog_functions::keys::{KeyPorts, KeyringOn};
use foldlog_functions::ports::{HttpOn, Indexed, ReactionsOn};
use foldlog_functions::secrets::{SecretPorts, Secrets};
use foldlog_functions::{BusPorts, Ports};
use foldlog_lambda::queue::{QueueAndSchedule, Reactor};
use foldlog_lambda::{Error, Function, HttpHandler, Invoke, SettingError, Settings};
use foldlog_local::Topology;
use foldlog_testing::memory::{
    MemoryGenerations, MemoryKeys, MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews, MemoryWrap,
};
use reconcile::lost::{Keys, LostBatches, Object};
use serde_json::{Value, json};
use shop_composition::Mount;
use shop_payments::Sandbox;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tests::payloads::{STORY, function_of, payload};
use tokio::runtime::Runtime;

/// What webhooks are signed with.
pub(crate) const SECRET: &str = "known-to-this-test-alone";
/// The last payload of the story that has happened.
const LAST: &str = "fulfilment.deadlines";

/// What the template connects with what.
pub(crate) static TOPOLOGY: LazyLock<Topology> =
    LazyLock::new(|| Topology::read(shop_composition::TEMPLATE, &shop_composition::parameters()).unwrap());
static TOLD: LazyLock<Ground> = LazyLock::new(Ground::told);

thread_local! {
    static RUNTIME: Runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
}

/// Waits for something.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// The time of the story, and bits that follow from a count.
#[derive(Clone, Default)]
pub(crate) struct Host(Arc<AtomicU64>);

impl Clock for Host {
    fn now(&self) -> Timestamp {
        Timestamp(1_795_255_260_000)
    }

    async fn sleep(&self, _: Duration) {
        tokio::task::yield_now().await;
    }
}

impl Randomness for Host {
    fn bits(&self) -> u128 {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let digest = Digest::of_text(&count.to_string());
        u128::from_be_bytes(*digest.0.first_chunk().unwrap())
    }
}

/// The stores of the shop.
#[derive(Clone, Default)]
pub(crate) struct Ground {
    pub(crate) log: MemoryLog,
    views: MemoryViews,
    totals: MemoryTotalsStore,
    parked: MemoryParked,
    keys: MemoryKeys,
    pub(crate) host: Host,
    /// The number of commits that the views have.
    seen: usize,
}

impl Ground {
    /// The shop, as the story leaves it.
    pub(crate) fn new() -> Self {
        let Self { log, views, totals, parked, keys, host, seen } = &*TOLD;
        let generations = MemoryGenerations::default();
        Self {
            log: log.copied(),
            views: views.copied(generations.clone()),
            totals: totals.copied(generations),
            parked: parked.copied(),
            keys: keys.copied(),
            host: Host(Arc::new(host.0.load(Ordering::Relaxed).into())),
            seen: *seen,
        }
    }

    fn told() -> Self {
        let mut ground = Self::default();
        for (name, expected) in STORY {
            expected.check(&ground.invoke(function_of(name), payload(name)).unwrap());
            ground.project();
            if name == LAST {
                break;
            }
        }
        ground
    }

    /// Invokes a function, newly started.
    pub(crate) fn invoke(&self, function: &str, event: Value) -> Result<Value, Error> {
        let settings: Settings = TOPOLOGY.settings(function).unwrap().clone().into_iter().collect();
        let started = shop_composition::start(function, self, &settings, self).unwrap().unwrap();
        wait(started.invoke(event))
    }

    /// Brings the views up to the log.
    pub(crate) fn project(&mut self) {
        if self.seen == self.log.len() {
            return;
        }
        let records: Value = self.log.journal(self.seen).iter().map(record).collect();
        let answer = self.invoke("projector", json!({ "Records": records })).unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
        self.seen = self.log.len();
    }
}

/// The record of a commit in the log's stream.
pub(crate) fn record(commit: &Commit) -> Value {
    let item = foldlog_dynamo::item::item_of(commit).unwrap();
    let version = commit.version.to_string();
    json!({
        "eventID": version, "eventName": "INSERT", "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_255_200, "Keys": {}, "NewImage": item, "SequenceNumber": version,
            "SizeBytes": 1,
        },
    })
}

impl Ports for Ground {
    type Log = MemoryLog;
    type Views = MemoryViews;
    type TotalsStore = MemoryTotalsStore;
    type ParkingLot = MemoryParked;
    type Host = Host;

    fn log(&self) -> Result<MemoryLog, SettingError> {
        Ok(self.log.clone())
    }

    fn marked_log(&self) -> Result<MemoryLog, SettingError> {
        Ok(self.log.clone().with_markers())
    }

    fn views(&self, _: impl IntoIterator<Item = Indexed>) -> Result<MemoryViews, SettingError> {
        Ok(self.views.clone())
    }

    fn totals_store(&self, _: &str) -> Result<MemoryTotalsStore, SettingError> {
        Ok(self.totals.clone())
    }

    fn checkpoints(&self, _: &str) -> Result<MemoryViews, SettingError> {
        Ok(self.views.clone())
    }

    fn parked(&self) -> Result<MemoryParked, SettingError> {
        Ok(self.parked.clone())
    }

    fn host(&self) -> Host {
        self.host.clone()
    }
}

impl KeyPorts for Ground {
    type KeyStore = MemoryKeys;
    type KeyWrap = MemoryWrap<Host>;

    fn key_store(&self) -> Result<MemoryKeys, SettingError> {
        Ok(self.keys.clone())
    }

    fn keyring(&self) -> Result<KeyringOn<Self>, SettingError> {
        let wrap = MemoryWrap { under: Key::new([7; 32]), host: self.host.clone() };
        Ok(Keyring::new(self.key_store()?, wrap, self.host.clone()))
    }
}

/// A bus without targets.
pub(crate) struct Nowhere;

impl Bus for Nowhere {
    async fn publish(&self, _: &[BusEntry]) -> Result<(), BusError> {
        Ok(())
    }
}

impl BusPorts for Ground {
    type Bus = Nowhere;

    fn bus(&self) -> Result<Nowhere, SettingError> {
        Ok(Nowhere)
    }
}

/// No batch was lost.
impl LostBatches for Nowhere {
    async fn keys(&self, _: Option<&str>) -> Result<Keys, Error> {
        Ok(Keys::default())
    }

    async fn batch(&self, _: &str) -> Result<Object, Error> {
        Ok(Object::Gone)
    }

    async fn remove(&self, _: &str) -> Result<(), Error> {
        Ok(())
    }
}

impl reconcile::Ports for Ground {
    type Batches = Nowhere;

    fn lost_batches(&self, _: &Settings) -> Result<Nowhere, SettingError> {
        Ok(Nowhere)
    }
}

/// One secret for everything.
impl Secrets for Nowhere {
    async fn values(&self, _: &str) -> Result<Vec<String>, Error> {
        Ok(vec![SECRET.to_owned()])
    }
}

impl SecretPorts for Ground {
    type Secrets = Nowhere;

    fn secrets(&self) -> Nowhere {
        Nowhere
    }
}

impl payment_reactions::Ports for Ground {
    type Provider = Sandbox;

    fn provider(&self, _: &Settings) -> Result<Sandbox, SettingError> {
        Ok(Sandbox::default())
    }
}

impl Mount<Self> for Ground {
    type Mounted = Arc<dyn Invoke>;

    fn http<T: HttpHandler>(&self, function: HttpOn<T, Self>) -> Self::Mounted {
        Arc::new(function)
    }

    fn stream<F: Function<Event = Event, Answer = DynamoDbEventResponse>>(&self, function: F) -> Self::Mounted {
        Arc::new(function)
    }

    fn queue<F: Function<Event = SqsEvent, Answer = SqsBatchResponse>>(&self, function: F) -> Self::Mounted {
        Arc::new(function)
    }

    fn reactions<T: Reactor>(&self, function: ReactionsOn<T, Self>) -> Self::Mounted {
        Arc::new(function)
    }

    fn reactions_and_schedule<T: Reactor, S: Function>(
        &self,
        function: QueueAndSchedule<ReactionsOn<T, Self>, S>,
    ) -> Self::Mounted {
        Arc::new(function)
    }

    fn schedule<F: Function>(&self, function: F) -> Self::Mounted {
        Arc::new(function)
    }
}
