//! The promise of totals: with any hints in any order, and any failures on the way, the rows are the sum over all the
//! streams.

mod side_by_side;
mod verified;

use crate::counter::{Add, Counted, Counter, StillHost, keyed};
use foldlog::read::parked::Class;
use foldlog::read::views::{Generation, RowKey};
use foldlog::totals::{Amounts, Checkpoint, Entry, MOST_ITEMS, Posted, Sums, TotalKey, fold};
use foldlog::{
    Advanced, Commands, EventLog, Hint, ParkingLot, Recorded, StreamName, Totals, TotalsEngine, TotalsFold,
    TotalsStore, Version, ViewError, advance_totals,
};
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryTotalsStore};
use futures::FutureExt;
use futures::future::{join_all, pending, select};
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const FIRST: Generation = Generation::FIRST;

/// By the parity of the number of earlier additions: how often something was added, and how much. A large addition is
/// counted in a row for each unit as well.
struct ByTurn;

const LARGE: u32 = 100;

fn key(partition: &str, name: &impl ToString) -> TotalKey {
    TotalKey { partition: partition.to_owned(), name: name.to_string() }
}

fn added(sums: &mut Sums, turn: usize, by: u32) {
    let turn = key("turn", &if turn.is_multiple_of(2) { "even" } else { "odd" });
    sums.add(turn.clone(), "times", 1);
    sums.add(turn, "sum", by.into());
    for unit in 0..by {
        if by >= LARGE {
            sums.add(key("units", &unit), "times", 1);
        }
    }
}

impl Totals for ByTurn {
    const NAME: &'static str = "by-turn";
    type Decider = Counter;
    type Document = usize;

    fn partitions() -> Vec<String> {
        ["turn", "units"].map(str::to_owned).into()
    }

    fn apply(document: Option<usize>, recorded: &Recorded<'_, Counted>) -> (Option<usize>, Sums) {
        let (turn, mut sums) = (document.unwrap_or_default(), Sums::default());
        let Counted::Added { by } = recorded.event;
        added(&mut sums, turn, by);
        (Some(turn + 1), sums)
    }
}

fn stream(number: usize) -> StreamName {
    format!("counter-{number}").parse().unwrap()
}

/// A log of counters with a commit for each of their numbers.
async fn log_of(counters: &[Vec<u32>]) -> MemoryLog {
    let log = MemoryLog::default();
    let commands = Commands::<Counter, _, _>::new(&log, StillHost::default());
    for (number, numbers) in counters.iter().enumerate() {
        for (index, by) in numbers.iter().enumerate() {
            let metadata = keyed(&index.to_string(), Add(*by));
            commands.execute(&stream(number), &Add(*by), &metadata).await.unwrap();
        }
    }
    log
}

/// The expected totals, counted without the engine.
fn expected(counters: &[Vec<u32>]) -> Sums {
    let mut sums = Sums::default();
    for numbers in counters {
        numbers.iter().enumerate().for_each(|(turn, by)| added(&mut sums, turn, *by));
    }
    sums
}

/// The fate of a transaction.
#[derive(Clone, Copy, Debug)]
enum Fault {
    None,
    Busy,
    Refused,
    AnswerLost,
    CrashBefore,
    CrashAfter,
}

/// A totals store with faults, whose reads may be stale, and which lets other tasks go first at every request.
#[derive(Default)]
struct Troubled {
    totals_store: MemoryTotalsStore,
    faults: Mutex<VecDeque<Fault>>,
    /// How many of the next reads show the checkpoint before the stored one.
    stale: AtomicUsize,
    before: Mutex<BTreeMap<RowKey, Option<Checkpoint>>>,
    crashed: tokio::sync::Notify,
    posts: AtomicUsize,
    largest: AtomicUsize,
}

impl Troubled {
    async fn crash<T>(&self) -> T {
        self.crashed.notify_waiters();
        pending().await
    }
}

foldlog::delegate_generations!(&Troubled, totals_store);

impl TotalsStore for &Troubled {
    async fn checkpoint(&self, place: &RowKey) -> Result<Option<Checkpoint>, ViewError> {
        tokio::task::yield_now().await;
        let one_less = |left: usize| left.checked_sub(1);
        let stale = self.stale.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok();
        match self.before.lock().unwrap().get(place).filter(|_| stale) {
            Some(before) => Ok(before.clone()),
            None => self.totals_store.checkpoint(place).now_or_never().unwrap(),
        }
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        tokio::task::yield_now().await;
        self.posts.fetch_add(1, Ordering::Relaxed);
        self.largest.fetch_max(entries.len() + sums.0.len(), Ordering::Relaxed);
        let fault = self.faults.lock().unwrap().pop_front().unwrap_or(Fault::None);
        match fault {
            Fault::Busy => return Ok(Posted::Busy),
            Fault::Refused => return Err(ViewError::Unavailable("refused".to_owned())),
            Fault::CrashBefore => return self.crash().await,
            Fault::None | Fault::AnswerLost | Fault::CrashAfter => {}
        }
        let stood = join_all(entries.iter().map(|entry| self.totals_store.checkpoint(&entry.place))).await;
        let posted = self.totals_store.post(entries, sums).await?;
        if posted == Posted::Yes {
            let stood = entries.iter().zip(stood).map(|(entry, stood)| (entry.place.clone(), stood.unwrap()));
            self.before.lock().unwrap().extend(stood);
        }
        tokio::task::yield_now().await;
        match fault {
            Fault::AnswerLost => Err(ViewError::Unavailable("the answer was lost".to_owned())),
            Fault::CrashAfter => self.crash().await,
            Fault::None | Fault::Busy | Fault::Refused | Fault::CrashBefore => Ok(posted),
        }
    }

    async fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> Result<BTreeMap<String, Amounts>, ViewError> {
        self.totals_store.rows(view, generation, partition, names).await
    }
}

async fn advance(
    log: &MemoryLog,
    totals_store: &Troubled,
    hints: &[Hint],
) -> Vec<Result<Advanced, foldlog::read::advance::AdvanceError>> {
    advance_totals(&ByTurn, log, &totals_store, &StillHost::default(), FIRST, hints).await
}

/// Brings every counter to its end, and tries again after every failure.
async fn settle(log: &MemoryLog, totals_store: &Troubled, counters: &[Vec<u32>]) {
    let head = |number: usize| Hint::of(stream(number), Version(counters[number].len() as u64));
    let mut left: Vec<_> = (0..counters.len()).filter(|number| !counters[*number].is_empty()).collect();
    while !left.is_empty() {
        let hints: Vec<_> = left.iter().map(|number| head(*number)).collect();
        let ends = Box::pin(advance(log, totals_store, &hints));
        if let futures::future::Either::Left((ends, _)) = select(ends, Box::pin(totals_store.crashed.notified())).await
        {
            left = left.into_iter().zip(ends).filter(|(_, end)| end.is_err()).map(|(number, _)| number).collect();
        }
    }
}

async fn totals(counters: &[Vec<u32>], faults: &[Fault]) -> Troubled {
    let (log, totals_store) = (log_of(counters).await, Troubled::default());
    totals_store.faults.lock().unwrap().extend(faults);
    settle(&log, &totals_store, counters).await;
    totals_store
}

#[tokio::test]
async fn streams_that_fit_are_added_together() {
    let counters = vec![vec![1, 2, 3]; 10];
    let totals_store = totals(&counters, &[]).await;
    assert_eq!(totals_store.totals_store.sums("by-turn", FIRST), expected(&counters));
    assert_eq!(
        (totals_store.posts.into_inner(), totals_store.largest.into_inner()),
        (1, 12),
        "ten checkpoints, two rows"
    );
}

#[tokio::test]
async fn a_transaction_never_takes_more_than_it_may() {
    let counters = vec![vec![1]; 250];
    let totals_store = totals(&counters, &[]).await;
    assert_eq!(totals_store.totals_store.sums("by-turn", FIRST), expected(&counters));
    assert_eq!((totals_store.posts.into_inner(), totals_store.largest.into_inner()), (3, MOST_ITEMS));
}

#[tokio::test]
async fn a_commit_of_many_rows_is_added_in_parts_and_a_crash_between_them_adds_nothing_twice() {
    let counters = vec![vec![1, 250, 2]];
    let quiet = totals(&counters, &[]).await;
    assert_eq!(
        quiet.posts.load(Ordering::Relaxed),
        4,
        "before, then 251 rows in three parts, the last with what is behind"
    );
    assert_eq!(quiet.largest.load(Ordering::Relaxed), MOST_ITEMS);
    for post in 0..4 {
        for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::AnswerLost, Fault::Refused, Fault::Busy] {
            let mut faults = vec![Fault::None; post];
            faults.push(fault);
            let totals_store = totals(&counters, &faults).await;
            assert_eq!(totals_store.totals_store.sums("by-turn", FIRST), expected(&counters), "{fault:?} at {post}");
        }
    }
}

#[tokio::test]
async fn the_next_commits_are_added_without_reading_the_log() {
    let log = log_of(&[vec![1, 2]]).await;
    let mut hint = Hint::of(stream(0), Version(2));
    log.commits(&stream(0)).into_iter().for_each(|commit| hint.add(commit));
    let totals_store = Troubled::default();
    let ends = advance(&MemoryLog::default(), &totals_store, &[hint]).await;
    assert!(matches!(&ends[..], [Ok(Advanced::To(progress))] if progress.commits == 2 && !progress.repaired));
    assert_eq!(totals_store.totals_store.sums("by-turn", FIRST), expected(&[vec![1, 2]]));
}

#[tokio::test]
async fn who_cannot_be_understood_is_parked_and_who_may_pass_is_answered_for_and_nobody_else_waits() {
    let log = log_of(&[vec![1], vec![2], vec![3]]).await;
    let (totals_store, parked) = (Troubled::default(), MemoryParked::default());
    let engine = TotalsEngine::new(log, &totals_store, parked.clone(), StillHost::default(), vec![Box::new(ByTurn)]);
    // Together, then one by one: the second stream is refused alone too.
    totals_store.faults.lock().unwrap().extend([Fault::Refused, Fault::None, Fault::Refused]);
    let foreign = Hint::of("other-1".parse().unwrap(), Version(1));
    let ahead = Hint::of(stream(2), Version(2));
    let hints = [foreign, Hint::of(stream(0), Version(1)), Hint::of(stream(1), Version(1)), ahead];
    let followed = engine.follow(&hints).await;
    assert_eq!(followed.failed, [2]);
    assert_eq!(totals_store.totals_store.sums("by-turn", FIRST), expected(&[vec![1]]));
    let report = followed.folds["by-turn"];
    assert_eq!((report.advanced, report.parked, report.failed), (1, 1, 1));
    let notes = parked.notes(None, 10).await.unwrap().notes;
    assert_eq!(notes.len(), 1);
    let trouble = &notes[0].trouble;
    assert_eq!((trouble.subject.to_string().as_str(), trouble.version), ("by-turn~g1~counter-2", Version(2)));
    assert_eq!(trouble.class, Class::Permanent);
}

#[tokio::test]
async fn a_note_is_taken_away_once_the_stream_is_followed_and_not_before() {
    let (totals_store, parked) = (Troubled::default(), MemoryParked::default());
    let log = log_of(&[vec![1]]).await;
    let engine =
        TotalsEngine::new(log.clone(), &totals_store, parked.clone(), StillHost::default(), vec![Box::new(ByTurn)]);
    engine.follow(&[Hint::of(stream(0), Version(2))]).await;
    let note = async || parked.notes(None, 1).await.unwrap().notes.pop();
    engine.redrive(&note().await.unwrap()).await.unwrap();
    assert_eq!(note().await.unwrap().attempts, 2, "it is still ahead of the log");
    let more = Commands::<Counter, _, _>::new(&log, StillHost::default());
    more.execute(&stream(0), &Add(5), &keyed("more", Add(5))).await.unwrap();
    engine.redrive(&note().await.unwrap()).await.unwrap();
    assert_eq!(note().await, None);
    assert_eq!(totals_store.totals_store.sums("by-turn", FIRST), expected(&[vec![1, 5]]));
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![
        3 => Just(Fault::None),
        1 => Just(Fault::Busy),
        1 => Just(Fault::Refused),
        2 => Just(Fault::AnswerLost),
        1 => Just(Fault::CrashBefore),
        2 => Just(Fault::CrashAfter),
    ];
    prop::collection::vec(fault, 0..12)
}

/// For each writer the batches that it gets; of each hint the counter, the version, and whether commits come along.
fn deliveries() -> impl Strategy<Value = Vec<Vec<Vec<(usize, u64, bool)>>>> {
    let hint = (0..4_usize, 1..8_u64, any::<bool>());
    let batch = prop::collection::vec(hint, 1..6);
    prop::collection::vec(prop::collection::vec(batch, 0..5), 1..4)
}

proptest! {
    /// Concurrent writers get hints in any order and any number, lose answers, crash and read stale checkpoints. Once a
    /// writer that did not crash has followed every stream, the rows are the sums.
    #[test]
    fn any_hints_lead_to_the_sum_of_all_folds(
        counters in prop::collection::vec(prop::collection::vec(prop_oneof![6 => 1_u32..9, 1 => 100_u32..230], 0..6), 4),
        deliveries in deliveries(),
        faults in faults(),
        stale in 0_usize..12,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (log, totals_store) = (log_of(&counters).await, Troubled::default());
            totals_store.faults.lock().unwrap().extend(faults);
            totals_store.stale.store(stale, Ordering::Relaxed);
            join_all(deliveries.iter().map(async |batches| {
                for batch in batches {
                    let hints: Vec<_> = { batch.iter() }.map(|(number, upto, along)| {
                        let mut hint = Hint::of(stream(*number), Version(*upto));
                        let commits = log.commits(&stream(*number)).into_iter();
                        commits.filter(|commit| *along && commit.version.0 <= *upto).for_each(|commit| hint.add(commit));
                        hint
                    }).collect();
                    // A crash stops the writer at work. The queue would deliver its batches again.
                    select(Box::pin(advance(&log, &totals_store, &hints)), Box::pin(totals_store.crashed.notified())).await;
                }
            })).await;
            settle(&log, &totals_store, &counters).await;
            assert_eq!(totals_store.totals_store.sums("by-turn", FIRST), expected(&counters));
            assert!(totals_store.largest.into_inner() <= MOST_ITEMS);
            let mut fresh = Sums::default();
            for number in 0..counters.len() {
                let (checkpoint, sums) = fold(&ByTurn, &log.since(&stream(number), Version::NONE).await.unwrap());
                assert_eq!(totals_store.totals_store.checkpoint(&ByTurn.place(FIRST, &stream(number))).await.unwrap(), checkpoint);
                fresh.merge(sums);
            }
            assert_eq!(fresh, expected(&counters));
        });
    }
}
