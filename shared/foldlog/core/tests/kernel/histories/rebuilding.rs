//! A view and totals are rebuilt while their log is written. The followers are late, repeated and killed, and so is the
//! rebuild. A read never shows less than was acknowledged, and in the end both generations equal the folds.

use crate::histories::executor::{Task, given_up_after, run};
use fastrand::Rng;
use foldlog::read::generations::{Current, Set, Stage, change};
use foldlog::read::projection::PerStream;
use foldlog::read::views::{Generation, RowKey};
use foldlog::rebuild::{self, Phase, RebuildProgress, Request, Work};
use foldlog::totals::{Sums, TotalKey};
use foldlog::{
    Actor, Clock, CommandId, Commit, Consistency, Correlation, Decider, Digest, Draft, Event, EventId, EventLog,
    Events, Generations, Hint, LogScan, NoRefusal, Projection, ProjectionEngine, Randomness, ReadOptions, Recorded,
    StreamName, Timestamp, Totals, TotalsEngine, TotalsFold, TotalsStore, Version, Views,
};
use foldlog_testing::faulty::{FaultModel, FaultyLog, FaultyTotalsStore, FaultyViews, Odds, yield_now};
use foldlog_testing::memory::{MemoryGenerations, MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const SEEDS: u64 = 100;
/// The number of streams that are written before the rebuild, the number of their commits,
const STREAMS: u32 = 40;
const COMMITS_BEFORE: u32 = 160;
/// and the number of streams that go on meanwhile: most of them for a commit or two, so that no later one makes up for
/// what was missed.
const STREAMS_MOVING: u32 = 20;
const COMMITS_MEANWHILE: u32 = 30;
const PARTS: u32 = 2;
/// How often a rebuild is killed.
const KILLS: u32 = 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Moved {
    Moved { by: u32 },
}

impl Event for Moved {}

/// A walk, step by step.
struct Walk;

impl Decider for Walk {
    const CATEGORY: &'static str = "walk";
    const STATE_SCHEMA: u32 = 1;
    type Id = u64;
    type State = u32;
    type Command = Moved;
    type Event = Moved;
    type Refusal = NoRefusal;

    fn decide(_: &u32, moved: &Moved) -> Result<Vec<Moved>, NoRefusal> {
        Ok(vec![moved.clone()])
    }

    fn evolve(far: u32, Moved::Moved { by }: &Moved) -> u32 {
        far + by
    }
}

/// The version of each stream, and how often it moved.
struct Far;

impl Projection for Far {
    const NAME: &'static str = "far";
    type Decider = Walk;
    type Document = (u32, u64);

    fn apply(document: Option<(u32, u64)>, recorded: &Recorded<'_, Moved>) -> Option<(u32, u64)> {
        let (far, times) = document.unwrap_or_default();
        let Moved::Moved { by } = recorded.event;
        Some((far + by, times + 1))
    }

    fn index(_: &(u32, u64)) -> Vec<(&'static str, String)> {
        vec![]
    }
}

/// How often all of them moved by how much.
struct Steps;

impl Totals for Steps {
    const NAME: &'static str = "steps";
    type Decider = Walk;
    type Document = ();

    fn partitions() -> Vec<String> {
        vec!["all".to_owned()]
    }

    fn apply(_: Option<()>, recorded: &Recorded<'_, Moved>) -> (Option<()>, Sums) {
        let Moved::Moved { by } = recorded.event;
        let mut sums = Sums::default();
        sums.add(TotalKey { partition: "all".to_owned(), name: by.to_string() }, "times", 1);
        (None, sums)
    }
}

/// A clock that advances whenever it is asked.
#[derive(Clone, Default)]
struct Host(Arc<AtomicI64>);

impl Clock for Host {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_add(1, Ordering::Relaxed))
    }

    async fn sleep(&self, _: Duration) {
        yield_now().await;
    }
}

impl Randomness for Host {
    fn bits(&self) -> u128 {
        0
    }
}

struct World {
    log: MemoryLog,
    faulty: FaultyLog<MemoryLog>,
    views: FaultyViews<MemoryViews>,
    totals_store: FaultyTotalsStore<MemoryTotalsStore>,
    parked: MemoryParked,
    host: Host,
    rng: RefCell<Rng>,
    /// The hints to deliver.
    pending: RefCell<Vec<Commit>>,
    acknowledged: RefCell<BTreeMap<StreamName, Version>>,
    /// The number of batches in progress.
    following: Cell<u32>,
    /// Whether most streams have moved for the last time, and all commits were followed.
    rest_is_quiet: Cell<bool>,
    writing: Cell<bool>,
    rebuilding: Cell<u32>,
    /// The events of the run, to check that they happened.
    kills: Cell<u32>,
    crashes: Cell<u32>,
    left: Cell<usize>,
}

type Engine = ProjectionEngine<FaultyLog<MemoryLog>, FaultyViews<MemoryViews>, MemoryParked, Host>;
type Adding = TotalsEngine<FaultyLog<MemoryLog>, FaultyTotalsStore<MemoryTotalsStore>, MemoryParked, Host>;

impl World {
    fn new(seed: u64) -> Self {
        // The comparison reads row by row, and all rows at once: a rougher fault model would not be harder, only
        // slower.
        let odds =
            Odds { lost_answer: 30, late: 30, dropped: 10, throttled: 20, hang: 5, stale_read: 200, ..Odds::ROUGH };
        let fault_model = FaultModel::new(seed, odds);
        let (log, generations) = (MemoryLog::default(), MemoryGenerations::default());
        Self {
            faulty: FaultyLog::under(log.clone(), fault_model.clone()),
            views: FaultyViews::under(MemoryViews::of(generations.clone()), fault_model.clone()),
            totals_store: FaultyTotalsStore::under(MemoryTotalsStore::of(generations), fault_model),
            log,
            parked: MemoryParked::default(),
            host: Host::default(),
            rng: RefCell::new(Rng::with_seed(seed)),
            pending: RefCell::default(),
            acknowledged: RefCell::default(),
            following: Cell::new(0),
            rest_is_quiet: Cell::new(false),
            writing: Cell::new(true),
            rebuilding: Cell::new(2),
            kills: Cell::new(0),
            crashes: Cell::new(0),
            left: Cell::new(0),
        }
    }

    fn chance(&self, below: u32) -> u32 {
        self.rng.borrow_mut().u32(..below)
    }

    async fn a_while(&self, at_most: u32) {
        for _ in 0..self.chance(at_most + 1) {
            yield_now().await;
        }
    }

    fn folds(&self) -> Engine {
        let folds: Vec<Box<dyn foldlog::Subscription>> = vec![Box::new(PerStream::<Far>::new())];
        ProjectionEngine::new(self.faulty.clone(), self.views.clone(), self.parked.clone(), self.host.clone(), folds)
    }

    fn adding(&self) -> Adding {
        let folds: Vec<Box<dyn TotalsFold>> = vec![Box::new(Steps)];
        TotalsEngine::new(self.faulty.clone(), self.totals_store.clone(), self.parked.clone(), self.host.clone(), folds)
    }

    /// Appends, and delivers each commit.
    async fn write(&self) {
        for number in 0..COMMITS_BEFORE + COMMITS_MEANWHILE {
            if number == COMMITS_BEFORE {
                while !self.pending.borrow().is_empty() || self.following.get() > 0 {
                    yield_now().await;
                }
                self.rest_is_quiet.set(true);
            }
            let streams = if self.rest_is_quiet.get() { STREAMS_MOVING } else { STREAMS };
            self.a_while(12).await;
            let stream: StreamName = format!("walk-{}", self.chance(streams)).parse().unwrap();
            let reading = ReadOptions::newest(1, Consistency::Strong);
            let history = self.log.load(&stream, reading).await.unwrap();
            let events: Vec<_> = (0..=self.chance(2)).map(|_| Moved::Moved { by: self.chance(3) }).collect();
            let draft = Draft {
                events: Events::encode(&events).unwrap(),
                id: CommandId::of_key([stream.as_str(), "POST", "/", &number.to_string()]),
                digest: Digest::of("x").unwrap(),
                now: self.host.now(),
                correlation: Correlation { id: "c".to_owned(), client: None },
                cause: None,
                actor: Actor("test".to_owned()),
                snapshot: None,
            };
            let commit = self.log.append(history.head(), draft).await.unwrap();
            self.pending.borrow_mut().push(commit);
        }
        self.writing.set(false);
    }

    /// Takes some of the hints, in any order, and acknowledges those that both followed. It is killed now and then.
    async fn follow(&self) {
        let (mut folds, mut adding) = (self.folds(), self.adding());
        while self.writing.get() || !self.pending.borrow().is_empty() || self.rebuilding.get() > 0 {
            self.a_while(10).await;
            self.following.set(self.following.get() + 1);
            let mut batch = Vec::new();
            for _ in 0..=self.chance(4) {
                let left = u32::try_from(self.pending.borrow().len()).unwrap();
                if left > 0 {
                    let any = self.chance(left) as usize;
                    batch.push(self.pending.borrow_mut().swap_remove(any));
                }
            }
            let hints: Vec<Hint> = batch
                .iter()
                .map(|commit| {
                    let mut hint = Hint::of(commit.stream.clone(), commit.last_version());
                    hint.add(commit.clone());
                    hint
                })
                .collect();
            let both = async { (folds.follow(&hints).await, adding.follow(&hints).await) };
            let life = if self.chance(8) == 0 { self.chance(60) + 1 } else { u32::MAX };
            if let Some((followed, added)) = given_up_after(life, both).await {
                self.left.set(self.left.get() + followed.folds.values().map(|report| report.left).sum::<usize>());
                // A stream that was parked after its budget is redriven; here it is delivered again.
                let troubled: BTreeSet<String> = { followed.troubles.iter() }
                    .chain(&added.troubles)
                    .map(|trouble| trouble.subject.object())
                    .collect();
                for commit in batch {
                    if troubled.contains(commit.stream.as_str()) {
                        self.pending.borrow_mut().push(commit);
                    } else {
                        let mut acknowledged = self.acknowledged.borrow_mut();
                        let version = acknowledged.entry(commit.stream.clone()).or_default();
                        *version = commit.last_version().max(*version);
                    }
                }
            } else {
                self.crashes.set(self.crashes.get() + 1);
                self.pending.borrow_mut().extend(batch);
                (folds, adding) = (self.folds(), self.adding());
            }
            self.following.set(self.following.get() - 1);
        }
    }

    /// Rebuilds one of the two, killed again and again, and sends readers to it.
    async fn rebuild(&self, view: &'static str) {
        while !self.rest_is_quiet.get() {
            yield_now().await;
        }
        self.a_while(100).await;
        let stage = Stage::Filling { parts: PARTS, commits: 0 };
        let id: EventId = format!("audit-1@{}", self.chance(9) + 1).parse().unwrap();
        let set = Set { schema: 1, stage, since: Timestamp(0), asked: Some(id.clone()) };
        let request = Request::Rebuild { id, set, oldest: 1 };
        for kills in 0.. {
            let life = if kills < KILLS { self.chance(300) + 5 } else { u32::MAX };
            if given_up_after(life, self.rebuild_once(view, &request)).await.is_some() {
                break;
            }
            self.kills.set(self.kills.get() + 1);
        }
        let registry = self.views.store().registered().await.unwrap().registry;
        let newer = registry.sets(view).unwrap().newer(false).map(|switched| switched.to);
        assert_eq!(newer, Ok(Generation(2)), "{view}");
        self.switch(view, 1, Generation(2)).await;
        if self.chance(2) == 0 {
            self.switch(view, 2, Generation(1)).await;
            self.switch(view, 1, Generation(2)).await;
            let read = self.views.store().registered().await.unwrap().registry.read(view);
            assert_eq!(read, Generation(1), "a repeated flip undoes the rollback after it");
            self.switch(view, 3, Generation(2)).await;
        }
        self.rebuilding.set(self.rebuilding.get() - 1);
    }

    /// Sends readers to a generation, as the record of that version says, until the answer arrives.
    async fn switch(&self, view: &'static str, record: u64, to: Generation) {
        let id = EventId { stream: "audit-2".parse().unwrap(), version: Version(record) };
        loop {
            match change(&self.views, |registry| registry.sets_mut(view).unwrap().switch(&id, to)).await {
                Ok(switched) => break assert_eq!(switched, Ok(()), "{view}: {record}"),
                Err(_) => yield_now().await,
            }
        }
    }

    async fn rebuild_once(&self, view: &'static str, request: &Request) {
        let (folds, adding) = (self.folds(), self.adding());
        loop {
            let Ok(plan) = rebuild::plan(&self.views, view, request).await else { continue };
            if plan.work.is_empty() {
                return;
            }
            let mut parts = Vec::new();
            for work in &plan.work {
                parts.push(self.part(view, &folds, &adding, work));
            }
            futures::future::join_all(parts).await;
        }
    }

    async fn part(&self, view: &'static str, folds: &Engine, adding: &Adding, work: &Work) {
        let budget = Duration::from_millis(u64::from(self.chance(20)));
        let (log, views, host) = (&self.faulty, &self.views, &self.host);
        // Failed work is tried again, like unfinished work.
        match (work.phase, view) {
            (Phase::Fill, "far") => {
                let filling = folds.filling(view, 1).unwrap();
                drop(rebuild::fill(log, &filling, views, host, work, budget).await);
            }
            (Phase::Fill, _) => {
                let filling = adding.filling(view, 1).unwrap();
                drop(rebuild::fill(log, &filling, views, host, work, budget).await);
            }
            (Phase::Compare, "far") => {
                let filling = folds.filling(view, 1).unwrap();
                drop(rebuild::compare(views, "far", &filling, views, host, work, budget).await);
            }
            // Here the checkpoints are not in the store of the views' rows.
            (Phase::Compare, _) => {
                if work.part == 0 && matches!(views.progress(work).await, Ok(None)) {
                    drop(rebuild::compare_sums(&self.totals_store, "steps", views, host, work).await);
                }
                let filling = adding.filling(view, 1).unwrap();
                drop(rebuild::compare(views, "steps", &filling, views, host, work, budget).await);
            }
            (Phase::Sweep, _) => unreachable!("nothing was retired"),
        }
    }

    /// Reads until everything is finished: every acknowledged commit is there, and each row is the fold up to its
    /// version.
    async fn read(&self) {
        while self.writing.get() || self.rebuilding.get() > 0 {
            self.a_while(5).await;
            let acknowledged = self.acknowledged.borrow().clone();
            for (stream, version) in acknowledged {
                let Ok(Current { generation, .. }) = self.views.current(Far::NAME).await else { continue };
                let place = RowKey { view: Far::NAME, generation, key: stream.id().to_owned() };
                let Ok(row) = self.views.row(&place, Consistency::Strong).await else { continue };
                let row = row.unwrap_or_else(|| panic!("{stream} has no row in {generation}"));
                assert!(row.version >= version, "{stream}: {} in {generation}, {version} acknowledged", row.version);
                assert_eq!(row.document, self.folded(&stream, row.version));
            }
        }
    }

    fn folded(&self, stream: &StreamName, upto: Version) -> String {
        let commits = self.log.commits(stream);
        let events: Vec<Moved> = { commits.iter() }.flat_map(|commit| commit.events.decode().unwrap()).collect();
        let events = &events[..usize::try_from(upto.0).unwrap()];
        let far: u32 = events.iter().map(|Moved::Moved { by }| by).sum();
        serde_json::to_string(&(far, events.len())).unwrap()
    }

    /// Checks that both generations equal the folds.
    async fn judge(&self) {
        let registry = self.views.store().registered().await.unwrap().registry;
        for view in [Far::NAME, Steps::NAME] {
            assert_eq!(registry.read(view), Generation(2), "{view} is not read");
        }
        for (stream, head) in self.log.heads().await.unwrap() {
            for generation in [Generation(1), Generation(2)] {
                let place = RowKey { view: Far::NAME, generation, key: stream.id().to_owned() };
                let row = self.views.store().row(&place, Consistency::Strong).await.unwrap();
                let row = row.unwrap_or_else(|| panic!("{stream} has no row in {generation}"));
                assert_eq!((row.version, row.document), (head, self.folded(&stream, head)), "{stream} in {generation}");
            }
        }
        let mut times: BTreeMap<String, i64> = BTreeMap::new();
        for commit in self.log.journal(0) {
            for Moved::Moved { by } in commit.events.decode().unwrap() {
                *times.entry(by.to_string()).or_default() += 1;
            }
        }
        for generation in [Generation(1), Generation(2)] {
            let rows = self.totals_store.store().rows(Steps::NAME, generation, "all", "0"..="9").await.unwrap();
            let rows: BTreeMap<_, _> = rows.into_iter().map(|(by, amounts)| (by, amounts["times"])).collect();
            assert_eq!(rows, times, "{generation}");
        }
    }
}

fn try_seed(seed: u64) -> (u32, u32, usize) {
    let world = World::new(seed);
    let tasks: Vec<Task<'_>> = vec![
        Box::pin(world.write()),
        Box::pin(world.follow()),
        Box::pin(world.follow()),
        Box::pin(world.rebuild(Far::NAME)),
        Box::pin(world.rebuild(Steps::NAME)),
        Box::pin(world.read()),
    ];
    run(&mut Rng::with_seed(seed), tasks);
    let settle = async {
        world.views.settle().await;
        world.totals_store.settle().await;
        world.judge().await;
    };
    run(&mut Rng::with_seed(seed), vec![Box::pin(settle)]);
    (world.kills.get(), world.crashes.get(), world.left.get())
}

#[test]
fn a_rebuild_that_is_killed_ten_times_is_read_when_it_is_whole_and_misses_nothing() {
    let (mut kills, mut crashes, mut left) = (0, 0, 0);
    for seed in 0..SEEDS {
        let tried = std::panic::catch_unwind(|| try_seed(seed));
        let (killed, died, was_left) = tried.unwrap_or_else(|_| panic!("seed {seed} fails, each time it is tried"));
        kills += killed;
        crashes += died;
        left += was_left;
    }
    assert!(u64::from(kills) > SEEDS * 5 && u64::from(crashes) > SEEDS, "{kills} kills, {crashes} crashes");
    assert!(left as u64 > SEEDS / 2, "{left} hints were left to the fill");
}
