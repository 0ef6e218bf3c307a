//! Two versions of one total side by side: each adds to the rows of its own version, and to no others.

use super::{FIRST, key, log_of, stream};
use crate::counter::{Add, Counted, Counter, StillHost, keyed};
use foldlog::read::engine::Redriven;
use foldlog::read::generations::{Comparison, Set, Stage, change};
use foldlog::read::views::Generation;
use foldlog::rebuild::{self, Phase, Request, Work};
use foldlog::totals::Sums;
use foldlog::verify::TotalsVerification;
use foldlog::{
    Commands, EventId, Generations, Hint, LogScan, Parked, ParkingLot, Recorded, Timestamp, Totals, TotalsEngine,
    TotalsFold, Version, advance_totals,
};
use foldlog_testing::memory::{MemoryGenerations, MemoryLog, MemoryParked, MemoryTotalsStore, MemoryViews};
use std::time::Duration;

const SECOND: Generation = Generation(2);
const VIEW: &str = Times::NAME;

/// How often something was added.
struct Times;

impl Totals for Times {
    const NAME: &'static str = "times";
    type Decider = Counter;
    type Document = ();

    fn partitions() -> Vec<String> {
        vec!["all".to_owned()]
    }

    fn apply(_: Option<()>, _: &Recorded<'_, Counted>) -> (Option<()>, Sums) {
        let mut sums = Sums::default();
        sums.add(key("all", &"all"), "times", 1);
        (None, sums)
    }
}

/// How often, and how much: the same totals in a later release.
struct TimesAndUnits;

impl Totals for TimesAndUnits {
    const NAME: &'static str = Times::NAME;
    const VERSION: u32 = 2;
    type Decider = Counter;
    type Document = ();

    fn partitions() -> Vec<String> {
        Times::partitions()
    }

    fn apply(document: Option<()>, recorded: &Recorded<'_, Counted>) -> (Option<()>, Sums) {
        let (document, mut sums) = Times::apply(document, recorded);
        let Counted::Added { by } = recorded.event;
        sums.add(key("all", &"all"), "units", by.into());
        (document, sums)
    }
}

/// A release with both.
fn both() -> Vec<Box<dyn TotalsFold>> {
    vec![Box::new(TimesAndUnits), Box::new(Times)]
}

/// The release after the switch.
fn newer() -> Vec<Box<dyn TotalsFold>> {
    vec![Box::new(TimesAndUnits)]
}

fn times(times: i64) -> Sums {
    let mut sums = Sums::default();
    sums.add(key("all", &"all"), "times", times);
    sums
}

fn times_and_units(of: i64, units: i64) -> Sums {
    let mut sums = times(of);
    sums.add(key("all", &"all"), "units", units);
    sums
}

/// A log, its followers, and the notes.
struct Ground {
    log: MemoryLog,
    generations: MemoryGenerations,
    totals_store: MemoryTotalsStore,
    parked: MemoryParked,
}

type Adding = TotalsEngine<MemoryLog, MemoryTotalsStore, MemoryParked, StillHost>;

impl Ground {
    async fn of(counters: &[Vec<u32>]) -> Self {
        let generations = MemoryGenerations::default();
        let totals_store = MemoryTotalsStore::of(generations.clone());
        Self { log: log_of(counters).await, generations, totals_store, parked: MemoryParked::default() }
    }

    fn engine(&self, folds: Vec<Box<dyn TotalsFold>>) -> Adding {
        TotalsEngine::new(self.log.clone(), self.totals_store.clone(), self.parked.clone(), StillHost::default(), folds)
    }

    /// A commit, delivered to a release.
    async fn add(&self, number: usize, by: u32, folds: Vec<Box<dyn TotalsFold>>) {
        let commands = Commands::<Counter, _, _>::new(&self.log, StillHost::default());
        let metadata = keyed(&format!("more {number} {by}"), Add(by));
        let version = commands.execute(&stream(number), &Add(by), &metadata).await.unwrap().version;
        let followed = self.engine(folds).follow(&[Hint::of(stream(number), version)]).await;
        assert!(followed.troubles.is_empty() && followed.failed.is_empty(), "{followed:?}");
    }

    /// The rows of both generations.
    fn sums(&self) -> (Sums, Sums) {
        (self.totals_store.sums(VIEW, FIRST), self.totals_store.sums(VIEW, SECOND))
    }

    /// A rebuild by the newer version: its next work.
    async fn plan(&self) -> Vec<Work> {
        let id: EventId = "audit-1@1".parse().unwrap();
        let stage = Stage::Filling { parts: 1, commits: 0 };
        let set = Set { schema: 2, stage, since: Timestamp(0), asked: Some(id.clone()) };
        rebuild::plan(&self.generations, VIEW, &Request::Rebuild { id, set, oldest: 1 }).await.unwrap().work
    }

    /// Does all of it without waiting.
    async fn rebuild(&self) {
        let (engine, host, budget) = (self.engine(both()), StillHost::default(), Duration::from_mins(1));
        let (log, views, generations) = (&self.log, MemoryViews::of(self.generations.clone()), &self.generations);
        loop {
            let left = self.plan().await;
            let Some(work) = left.first() else { break };
            if work.phase == Phase::Fill {
                let filling = engine.filling(VIEW, 2).unwrap();
                assert!(rebuild::fill(log, &filling, generations, &host, work, budget).await.unwrap());
            } else {
                rebuild::compare_sums(&self.totals_store, VIEW, generations, &host, work).await.unwrap();
                let filling = engine.filling(VIEW, 2).unwrap();
                assert!(rebuild::compare(&views, VIEW, &filling, generations, &host, work, budget).await.unwrap());
            }
        }
        assert_eq!(*host.slept.lock().unwrap(), [], "rows of different folds never become alike");
    }

    async fn flip(&self) {
        let flip = |registry: &mut foldlog::Registry| {
            let sets = registry.sets_mut(VIEW).unwrap();
            let to = sets.newer(false)?.to;
            sets.switch(&"audit-1@2".parse().unwrap(), to)
        };
        change(&self.generations, flip).await.unwrap().unwrap();
    }

    async fn verified(&self, folds: &[Box<dyn TotalsFold>]) -> Result<usize, String> {
        let streams: Vec<_> = self.log.heads().await.unwrap().into_iter().map(|(stream, _)| stream).collect();
        let registry = &self.generations.registered().await.unwrap().registry;
        let (log, totals_store, host) = (&self.log, &self.totals_store, &StillHost::default());
        let verification = TotalsVerification { log, totals_store, host, folds, registry };
        verification.run(&streams).await.map_err(|error| error.to_string())
    }

    async fn notes(&self) -> Vec<Parked> {
        self.parked.notes(None, 10).await.unwrap().notes
    }
}

#[tokio::test]
async fn before_a_rebuild_the_older_fold_alone_adds() {
    let ground = Ground::of(&[vec![1]]).await;
    let hints = [Hint::of(stream(0), Version(1))];
    advance_totals(&Times, &ground.log, &ground.totals_store, &StillHost::default(), FIRST, &hints).await;
    assert_eq!(ground.verified(&both()).await, Ok(1), "nothing is registered, and the older one is read");
    ground.add(0, 3, both()).await;
    assert_eq!(ground.sums(), (times(2), Sums::default()));
    let registry = ground.generations.registered().await.unwrap().registry;
    assert_eq!(registry.sets(VIEW).unwrap().schema(), 1);
    assert_eq!(ground.verified(&both()).await, Ok(1));
}

#[tokio::test]
async fn a_generation_is_filled_and_kept_up_to_date_by_the_fold_of_its_number() {
    let ground = Ground::of(&[vec![1, 2], vec![4]]).await;
    let behind = [Hint::of(stream(0), Version(2)), Hint::of(stream(1), Version(1))];
    ground.engine(both()).follow(&behind).await;
    let [fill] = ground.plan().await.try_into().unwrap();
    assert_eq!((fill.generation, fill.phase), (SECOND, Phase::Fill));
    ground.add(1, 8, both()).await;
    assert_eq!(ground.sums(), (times(4), times_and_units(2, 12)), "a stream that moves is added to both");

    ground.rebuild().await;
    assert_eq!(ground.sums(), (times(4), times_and_units(4, 15)), "and once");
    let registry = ground.generations.registered().await.unwrap().registry;
    let rows = Comparison { rows: 1, ..Comparison::default() };
    assert_eq!(registry.sets(VIEW).unwrap().all()[&SECOND].stage, Stage::Complete { comparison: Some(rows) });
    ground.add(0, 16, both()).await;
    assert_eq!(ground.sums(), (times(5), times_and_units(5, 31)));
    assert_eq!(ground.verified(&both()).await, Ok(1), "by the fold whose rows are read");

    ground.flip().await;
    assert_eq!(ground.verified(&both()).await, Ok(1), "which is the other one now");
    ground.add(0, 32, newer()).await;
    assert_eq!(ground.sums(), (times(5), times_and_units(6, 63)), "what has no fold stands still");
    assert_eq!(ground.verified(&newer()).await, Ok(1));
    assert_eq!(ground.verified(&[Box::new(Times)]).await, Ok(0), "what is read has no fold here");
}

#[tokio::test]
async fn a_release_that_has_only_the_older_fold_leaves_the_newer_ones_rows_alone() {
    let ground = Ground::of(&[vec![1]]).await;
    ground.engine(both()).follow(&[Hint::of(stream(0), Version(1))]).await;
    ground.rebuild().await;
    ground.flip().await;
    let older: Vec<Box<dyn TotalsFold>> = vec![Box::new(Times)];
    assert!(ground.engine(vec![Box::new(Times)]).filling(VIEW, 2).is_none());
    ground.add(0, 2, older).await;
    assert_eq!(ground.sums(), (times(2), times_and_units(1, 1)));
}

#[tokio::test]
async fn a_note_is_redriven_by_the_fold_that_keeps_its_generation_and_by_no_other() {
    let ground = Ground::of(&[vec![1]]).await;
    ground.engine(both()).follow(&[Hint::of(stream(0), Version(1))]).await;
    ground.rebuild().await;
    ground.engine(both()).follow(&[Hint::of(stream(0), Version(2))]).await;
    let notes = ground.notes().await;
    let subjects: Vec<_> = notes.iter().map(|note| note.trouble.subject.to_string()).collect();
    assert_eq!(subjects, ["times~g1~counter-0", "times~g2~counter-0"], "both are ahead of the log");
    let [of_older, of_newer] = notes.try_into().unwrap();

    let commands = Commands::<Counter, _, _>::new(&ground.log, StillHost::default());
    commands.execute(&stream(0), &Add(2), &keyed("more", Add(2))).await.unwrap();
    let (both, newer) = (ground.engine(both()), ground.engine(newer()));
    let unkept = newer.redrive(&of_older).await.unwrap();
    assert_eq!(unkept, Redriven::Stuck("no fold keeps times/g1".to_owned()));
    assert_eq!(ground.sums(), (times(1), times_and_units(1, 1)));
    assert_eq!(newer.redrive(&of_newer).await.unwrap(), Redriven::Follows(Version(2)));
    assert_eq!(ground.sums(), (times(1), times_and_units(2, 3)));
    assert_eq!(both.redrive(&of_older).await.unwrap(), Redriven::Follows(Version(2)));
    assert_eq!(ground.sums(), (times(2), times_and_units(2, 3)));
    assert_eq!(ground.notes().await, []);
}
