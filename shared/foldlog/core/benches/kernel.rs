//! The cost of the kernel without a store: fold, events to text and back, a commit's hash, a whole command.

#![expect(clippy::unwrap_used, reason = "a bench panics where it fails")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use foldlog::read::projection::PerStream;
use foldlog::{
    Actor, Clock, CommandId, Commands, Correlation, Decider, Digest, Draft, Event, Events, History, Metadata,
    Projection, Randomness, Recorded, Refusal, RefusalKind, StreamName, Subscription, Timestamp,
};
use foldlog_testing::memory::MemoryLog;
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::time::Duration;

/// A stock of goods that come and go.
struct Stock;

#[derive(Clone, Debug, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Moved {
    Received { quantity: u64, note: String },
    Taken { quantity: u64 },
}

impl Event for Moved {}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct OnHand {
    quantity: u64,
    moves: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("not that many")]
struct TooMany;

impl Refusal for TooMany {
    fn kind(&self) -> RefusalKind {
        RefusalKind::RuleViolated
    }
}

impl From<&TooMany> for &'static str {
    fn from(_: &TooMany) -> Self {
        "too-many"
    }
}

impl Decider for Stock {
    const CATEGORY: &'static str = "stock";
    const STATE_SCHEMA: u32 = 1;
    type Id = u64;
    type State = OnHand;
    type Command = Moved;
    type Event = Moved;
    type Refusal = TooMany;

    fn decide(state: &OnHand, command: &Moved) -> Result<Vec<Moved>, TooMany> {
        match command {
            Moved::Taken { quantity } if *quantity > state.quantity => Err(TooMany),
            Moved::Taken { .. } | Moved::Received { .. } => Ok(vec![command.clone()]),
        }
    }

    fn evolve(state: OnHand, event: &Moved) -> OnHand {
        let quantity = match event {
            Moved::Received { quantity, .. } => state.quantity + quantity,
            Moved::Taken { quantity } => state.quantity - quantity,
        };
        OnHand { quantity, moves: state.moves + 1 }
    }
}

/// The row of a stock.
struct Stocks;

impl Projection for Stocks {
    const NAME: &'static str = "stock";
    type Decider = Stock;
    type Document = OnHand;

    fn apply(document: Option<OnHand>, recorded: &Recorded<'_, Moved>) -> Option<OnHand> {
        Some(Stock::evolve(document.unwrap_or_default(), &recorded.event))
    }

    fn index(document: &OnHand) -> Vec<(&'static str, String)> {
        vec![("quantity", document.quantity.to_string())]
    }
}

/// The clock stands still, and the random bits count up.
struct Host(std::sync::atomic::AtomicU64);

impl Clock for Host {
    fn now(&self) -> Timestamp {
        Timestamp(1_763_718_723_045)
    }

    async fn sleep(&self, _: Duration) {}
}

impl Randomness for Host {
    fn bits(&self) -> u128 {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).into()
    }
}

fn received() -> Moved {
    Moved::Received { quantity: 3, note: "x".repeat(140) }
}

fn stream() -> StreamName {
    "stock-hamburg.mug".parse().unwrap()
}

fn metadata(host: &Host) -> Metadata {
    Metadata {
        id: CommandId::fresh(host),
        digest: Digest([7; 32]),
        correlation: Correlation { id: "0195f1c2a7b37000800000000000000a".to_owned(), client: None },
        cause: None,
        actor: Actor("4f1d3a5b7c9e0f1a2b3c4d5e6f708192".to_owned()),
        expected: None,
    }
}

fn draft(events: Events) -> Draft {
    let host = Host(0.into());
    let Metadata { id, digest, correlation, cause, actor, .. } = metadata(&host);
    Draft { events, id, digest, now: host.now(), correlation, cause, actor, snapshot: None }
}

fn folding(criterion: &mut Criterion) {
    let events: Vec<_> =
        (0..1_000).map(|number| if number % 2 == 0 { received() } else { Moved::Taken { quantity: 2 } }).collect();
    let mut group = criterion.benchmark_group("fold");
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("1,000 decoded events", |bench| {
        bench.iter(|| foldlog::write::decider::fold::<Stock>(OnHand::default(), black_box(&events)));
    });
    let small: Vec<_> = (0..1_000).map(|_| Moved::Received { quantity: 2, note: String::new() }).collect();
    let text = Events::encode(&small).unwrap();
    group.bench_function("1,000 small stored events, decoded first", |bench| {
        bench.iter(|| {
            let events = black_box(&text).decode::<Moved>().unwrap();
            foldlog::write::decider::fold::<Stock>(OnHand::default(), &events)
        });
    });
    group.finish();
}

/// A stream's document, beside the replay of the same commits.
fn documents(criterion: &mut Criterion) {
    let log = MemoryLog::default();
    let commands = Commands::<Stock, _, _>::new(log.clone(), Host(0.into()));
    let host = Host(1_000_000.into());
    for _ in 0..1_000 {
        commands.execute(&stream(), &received(), &metadata(&host)).now_or_never().unwrap().unwrap();
    }
    let commits = log.commits(&stream());
    let history = History::prove(&stream(), commits.clone()).unwrap();
    let mut group = criterion.benchmark_group("1,000 commits of an event of 200 bytes");
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("replayed", |bench| {
        bench.iter(|| foldlog::write::loaded::replay::<Stock>(black_box(&history)).unwrap());
    });
    group.bench_function("folded into a document", |bench| {
        bench.iter(|| PerStream::<Stocks>::new().fold(None, black_box(&commits)));
    });
    group.finish();
}

fn events(criterion: &mut Criterion) {
    let event = [received()];
    let stored = Events::encode(&event).unwrap();
    let mut group = criterion.benchmark_group("an event of 200 bytes");
    group.bench_function("encode", |bench| bench.iter(|| Events::encode(black_box(&event)).unwrap()));
    group.bench_function("decode", |bench| bench.iter(|| black_box(&stored).decode::<Moved>().unwrap()));
    group.finish();
}

fn commits(criterion: &mut Criterion) {
    let history = History::prove(&stream(), Vec::new()).unwrap();
    let draft = draft(Events::encode(&[received()]).unwrap());
    let commit = history.head().seal(draft.clone());
    let mut group = criterion.benchmark_group("a commit of one event");
    group.bench_function("seal", |bench| bench.iter(|| history.head().seal(black_box(draft.clone()))));
    group.bench_function("hash", |bench| bench.iter(|| black_box(&commit).chained(&commit.hash)));
    group.finish();
}

fn commands(criterion: &mut Criterion) {
    let (stream, command) = (stream(), received());
    let mut group = criterion.benchmark_group("64 commands, the last with a snapshot");
    group.throughput(Throughput::Elements(64));
    group.bench_function("on a log in memory", |bench| {
        let fresh = || Commands::<Stock, _, _>::new(MemoryLog::default(), Host(0.into()));
        let carry_out = |commands: Commands<Stock, MemoryLog, Host>| {
            for _ in 0..64 {
                let metadata = metadata(commands.host());
                commands.execute(&stream, &command, &metadata).now_or_never().unwrap().unwrap();
            }
            commands
        };
        bench.iter_batched(fresh, carry_out, BatchSize::SmallInput);
    });
    group.finish();
}

criterion_group!(kernel, folding, documents, events, commits, commands);
criterion_main!(kernel);
