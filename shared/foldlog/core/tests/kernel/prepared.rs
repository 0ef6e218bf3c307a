//! The promise of prepared snapshots: a release that changes a state's shape serves long streams from its first request
//! on, and says so where it cannot.

use crate::counter::{Add, Counter, LIMIT, StillHost, keyed, stream};
use crate::snapshots::Later;
use foldlog::past::prepare::{Preparation, PrepareError, long_streams, prepare};
use foldlog::past::replay::{Replay, streams_of};
use foldlog::past::state_at;
use foldlog::write::prepared;
use foldlog::{
    Commands, Consistency, Decider, Draft, Effect, EventLog, ExecuteError, LogError, ReadOptions, SnapshotPolicy,
    StreamName, Version,
};
use foldlog_testing::faulty::{FaultyLog, Odds};
use foldlog_testing::memory::MemoryLog;
use futures::executor::block_on;

/// A load reads at most this many commits here.
const MOST: usize = 50;
/// Between two prepared snapshots.
const EVERY: usize = 20;

fn policy() -> SnapshotPolicy {
    SnapshotPolicy { longest_load: MOST, ..SnapshotPolicy::default() }
}

/// Commands as a new process of a release carries them out.
fn cold<D: Decider>(log: &MemoryLog) -> Commands<D, MemoryLog, StillHost> {
    Commands::new(log.clone(), StillHost::default()).with_snapshots(policy())
}

async fn grown(log: &MemoryLog, numbers: std::ops::Range<usize>) {
    let counters = cold::<Counter>(log);
    for number in numbers {
        counters.execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
    }
}

async fn prepared(log: &MemoryLog) -> Preparation {
    prepare(log, &StillHost::default(), &*streams_of::<Later>(), &stream(), EVERY, |_| {}).await.unwrap()
}

fn of_prepared() -> StreamName {
    "snapshot-2.counter-1".parse().unwrap()
}

#[tokio::test]
async fn without_one_a_long_stream_is_refused_with_the_reason_and_stays_as_it_was() {
    let log = MemoryLog::default();
    grown(&log, 0..MOST + 1).await;
    let refused = cold::<Later>(&log).execute(&stream(), &Add(1), &keyed("later", Add(1))).await;
    let Err(ExecuteError::Log(LogError::TooLong { stream: refused, schema, read })) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((refused, schema, read), (stream(), 2, MOST));
    assert_eq!(log.len(), MOST + 1);
    assert!(cold::<Counter>(&log).execute(&stream(), &Add(1), &keyed("now", Add(1))).await.is_ok(), "today's serves");
}

#[tokio::test]
async fn with_one_the_next_release_serves_while_this_one_does_and_soon_needs_it_no_longer() {
    let log = MemoryLog::default();
    grown(&log, 0..3 * MOST).await;
    let all = Preparation { commits: 3 * MOST, snapshots: 8, version: Version(3 * MOST as u64) };
    assert_eq!(prepared(&log).await, all);
    grown(&log, 3 * MOST..4 * MOST - 30).await;
    let done = cold::<Later>(&log).execute(&stream(), &Add(1), &keyed("later", Add(1))).await.unwrap();
    assert_eq!((done.state, done.effect), ((171,), Effect::Appended));
    assert!(log.commits(&stream()).pop().unwrap().has_snapshot(2), "its first commit brings a snapshot");
    let own = log.load(&stream(), ReadOptions { most: 1, ..ReadOptions::newest(2, Consistency::Strong) }).await;
    assert!(own.is_ok(), "the next load needs nothing that was prepared");
    // A command of the old release is recognised by the new one.
    let first = cold::<Later>(&log).execute(&stream(), &Add(1), &keyed("0", Add(1))).await.unwrap();
    assert_eq!((first.effect, first.version, first.state), (Effect::Repeated, Version(1), (1,)));
}

#[tokio::test]
async fn a_preparation_goes_on_where_the_last_one_ended() {
    let log = MemoryLog::default();
    grown(&log, 0..EVERY + 5).await;
    assert_eq!(prepared(&log).await.snapshots, 2);
    assert_eq!(prepared(&log).await, Preparation { commits: 0, snapshots: 0, version: Version(EVERY as u64 + 5) });
    grown(&log, EVERY + 5..2 * EVERY).await;
    let rest = Preparation { commits: EVERY - 5, snapshots: 1, version: Version(2 * EVERY as u64) };
    assert_eq!(prepared(&log).await, rest);
    assert_eq!(log.commits(&of_prepared()).len(), 3);
}

/// Stops at any request, as often as it takes.
#[test]
fn a_preparation_that_fails_at_any_request_ends_when_it_is_repeated() {
    let log = MemoryLog::default();
    block_on(grown(&log, 0..5 * EVERY));
    let odds = Odds { dropped: 200, lost_answer: 200, ..Odds::default() };
    let faulty = FaultyLog::new(log.clone(), 7, odds);
    let mut runs = 0;
    block_on(async {
        while prepare(&faulty, &StillHost::default(), &*streams_of::<Later>(), &stream(), EVERY, |_| {}).await.is_err()
        {
            runs += 1;
        }
    });
    assert!(runs > 0, "no fault struck");
    let versions: Vec<_> = log.commits(&of_prepared()).iter().map(|commit| commit.events.text().to_owned()).collect();
    assert_eq!(versions.len(), 5, "{versions:?}");
}

#[tokio::test]
async fn a_state_in_the_past_is_the_fold_of_that_many_events() {
    let log = MemoryLog::default();
    let length = 4 * MOST + 7;
    assert!(length < LIMIT as usize);
    grown(&log, 0..length).await;
    prepared(&log).await;
    for sum in 0..=u32::try_from(length).unwrap() {
        let version = u64::from(sum);
        let reading = ReadOptions { most: MOST, ..ReadOptions::until(2, Version(version)) };
        let history = prepared::load(&log, &stream(), reading).await.unwrap();
        assert!(history.commits().len() <= MOST);
        assert_eq!(state_at::<Later>(&history, Version(version)).unwrap(), Some((sum,)));
    }
}

#[tokio::test]
async fn one_of_another_commit_is_never_believed() {
    let log = MemoryLog::default();
    grown(&log, 0..2 * MOST).await;
    let elsewhere = MemoryLog::default();
    let counters = cold::<Counter>(&elsewhere);
    for number in 0..2 * MOST {
        counters.execute(&stream(), &Add(2), &keyed(&number.to_string(), Add(2))).await.unwrap();
    }
    prepare(&elsewhere, &StillHost::default(), &*streams_of::<Later>(), &stream(), EVERY, |_| {}).await.unwrap();
    for commit in elsewhere.commits(&of_prepared()) {
        let behind = log.load(&of_prepared(), ReadOptions::newest(0, Consistency::Strong)).await.unwrap();
        let draft = Draft {
            events: commit.events,
            id: commit.id,
            digest: commit.digest,
            now: commit.committed_at,
            correlation: commit.correlation,
            cause: None,
            actor: commit.actor,
            snapshot: commit.snapshot,
        };
        log.append(behind.head(), draft).await.unwrap();
    }
    let refused = cold::<Later>(&log).execute(&stream(), &Add(1), &keyed("later", Add(1))).await;
    let Err(ExecuteError::Log(LogError::Corrupt { reason, .. })) = refused else { panic!("{refused:?}") };
    assert!(reason.contains("another commit"), "{reason}");
}

#[tokio::test]
async fn two_that_prepare_one_stream_do_not_mix() {
    let log = MemoryLog::default();
    grown(&log, 0..EVERY).await;
    // The other one writes between this one's load and its append.
    let racing = FaultyLog::new(log.clone(), 1, Odds::default()).changing({
        let log = log.clone();
        move |draft| {
            let of_later = streams_of::<Later>();
            let other = block_on(prepare(&log, &StillHost::default(), &*of_later, &stream(), EVERY / 2, |_| {}));
            assert!(other.is_ok());
            draft
        }
    });
    let lost = prepare(&racing, &StillHost::default(), &*streams_of::<Later>(), &stream(), EVERY, |_| {}).await;
    assert!(matches!(&lost, Err(PrepareError::Contended(of)) if *of == stream()), "{lost:?}");
    assert_eq!(log.commits(&of_prepared()).len(), 2);
}

/// Only to name what a replay can do: its end and its snapshot are those of a load.
#[tokio::test]
async fn a_replay_ends_where_a_load_does() {
    let log = MemoryLog::default();
    grown(&log, 0..7).await;
    let whole = log.load(&stream(), ReadOptions::newest(1, Consistency::Strong)).await.unwrap();
    let replay: Box<dyn Replay> = streams_of::<Counter>().replay(&whole).unwrap();
    assert_eq!((replay.head(), replay.unlike(&replay.snapshot().unwrap())), (whole.head(), None));
}

#[tokio::test]
async fn a_walk_through_the_log_finds_the_streams_that_a_load_could_not_read_and_no_others() {
    let log = MemoryLog::default();
    grown(&log, 0..MOST + 1).await;
    for (name, length) in [("counter-0", 3), ("counter-2", MOST), ("counter-3", MOST + 1)] {
        let counters = cold::<Counter>(&log);
        for number in 0..length {
            let command = keyed(&number.to_string(), Add(1));
            counters.execute(&name.parse().unwrap(), &Add(1), &command).await.unwrap();
        }
    }
    let found = async |of| {
        let mut read = 0;
        let found = long_streams(&log, &[of], MOST, |commits| read += commits).await.unwrap();
        assert_eq!(read, 2 * (MOST + 1) + MOST + 3);
        found.iter().map(|long| (long.stream.to_string(), long.commits)).collect::<Vec<_>>()
    };
    assert_eq!(found(streams_of::<Later>()).await, ["counter-1", "counter-3"].map(|name| (name.to_owned(), MOST + 1)));
    assert_eq!(found(streams_of::<Counter>()).await, [], "today's have snapshots");
    let later = Commands::<Later, _, _>::new(log.clone(), StillHost::default());
    later.execute(&stream(), &Add(1), &keyed("later", Add(1))).await.unwrap();
    let found = long_streams(&log, &[streams_of::<Later>()], MOST, |_| {}).await.unwrap();
    assert!(matches!(&*found, [only] if only.stream.as_str() == "counter-3"), "the other one has a snapshot now");
}
