//! The effect of each fault on an append and on a read, one at a time.

use crate::histories::executor::{self, given_up_after};
use crate::histories::shelf::{Happened, Shelf};
use fastrand::Rng;
use foldlog::{
    Actor, AppendError, CommandId, Commit, Consistency, Correlation, Digest, Draft, EventLog, Events, LogError,
    ReadOptions, StreamName, Timestamp, Version,
};
use foldlog_testing::faulty::{Fault, FaultyLog, Odds};
use foldlog_testing::memory::MemoryLog;

const SURE: u16 = 1_000;

fn stream() -> StreamName {
    "shelf-1".parse().unwrap()
}

fn draft(key: &str) -> Draft {
    Draft {
        events: Events::encode(&[Happened::Put {}]).unwrap(),
        id: CommandId::of_key(["client", "POST", "/shelves", key]),
        digest: Digest::of(key).unwrap(),
        now: Timestamp(0),
        correlation: Correlation { id: key.to_owned(), client: None },
        cause: None,
        actor: Actor("client".to_owned()),
        snapshot: None,
    }
}

/// Appends after the loaded head.
async fn append<L: EventLog>(log: &L, key: &str) -> Result<Commit, AppendError> {
    let history = log.load(&stream(), ReadOptions::of::<Shelf>(Consistency::Strong)).await?;
    log.append(history.head(), draft(key)).await
}

fn unavailable(appended: &Result<Commit, AppendError>) -> bool {
    matches!(appended, Err(AppendError::Log(LogError::Unavailable(_))))
}

fn tried(test: impl Future<Output = ()>) {
    executor::run(&mut Rng::with_seed(0), vec![Box::pin(test)]);
}

#[test]
fn an_append_whose_answer_is_lost_has_landed_and_is_found_again() {
    tried(async {
        let log = MemoryLog::default();
        let origin = log.load(&stream(), ReadOptions::of::<Shelf>(Consistency::Strong)).await.unwrap();
        let faulty = FaultyLog::new(log.clone(), 1, Odds { lost_answer: SURE, ..Odds::default() });
        assert!(unavailable(&faulty.append(origin.head(), draft("a")).await));
        assert_eq!((log.commits(&stream()).len(), faulty.struck()[&Fault::LostAnswer]), (1, 1));
        faulty.settle().await;
        let again = faulty.append(origin.head(), draft("a")).await.unwrap();
        assert_eq!(vec![again], log.commits(&stream()));
    });
}

#[test]
fn a_late_append_lands_once_and_only_where_there_is_room() {
    tried(async {
        let log = MemoryLog::default();
        let faulty = FaultyLog::new(log.clone(), 1, Odds { late: SURE, ..Odds::default() });
        assert!(unavailable(&append(&faulty, "a").await));
        assert!(unavailable(&append(&faulty, "b").await));
        append(&log, "c").await.unwrap();
        let head = log.load(&stream(), ReadOptions::of::<Shelf>(Consistency::Strong)).await.unwrap();
        assert!(unavailable(&faulty.append(head.head(), draft("d")).await));
        faulty.settle().await;
        let keys: Vec<_> = log.commits(&stream()).into_iter().map(|commit| commit.correlation.id).collect();
        assert_eq!(keys, ["c", "d"], "the place of the first two was taken");
    });
}

#[test]
fn an_append_that_is_dropped_or_refused_does_nothing() {
    let dropped = Odds { dropped: SURE, ..Odds::default() };
    let throttled = Odds { throttled: SURE, ..Odds::default() };
    let conflicting = Odds { transaction_conflict: SURE, ..Odds::default() };
    for odds in [dropped, throttled, conflicting] {
        tried(async move {
            let log = MemoryLog::default();
            let origin = log.load(&stream(), ReadOptions::of::<Shelf>(Consistency::Strong)).await.unwrap();
            let faulty = FaultyLog::new(log.clone(), 1, odds);
            assert!(unavailable(&faulty.append(origin.head(), draft("a")).await));
            faulty.settle().await;
            assert_eq!(log.commits(&stream()), []);
            assert_eq!(faulty.struck().values().sum::<u64>(), 1);
            faulty.append(origin.head(), draft("a")).await.unwrap();
        });
    }
}

#[test]
fn a_request_that_hangs_is_given_up_late_and_may_have_arrived() {
    let odds = Odds { hang: SURE, ..Odds::default() };
    let mut landed = [0, 0];
    for seed in 0..20 {
        let log = MemoryLog::default();
        tried(async {
            let origin = log.load(&stream(), ReadOptions::of::<Shelf>(Consistency::Strong)).await.unwrap();
            let faulty = FaultyLog::new(log.clone(), seed, odds);
            let appending = faulty.append(origin.head(), draft("a"));
            assert!(given_up_after(50, appending).await.is_none(), "an answer while it hangs");
            assert_eq!(log.commits(&stream()), []);
            assert!(unavailable(&faulty.append(origin.head(), draft("a")).await));
            assert!(faulty.since(&stream(), Version::NONE).await.is_err());
            assert_eq!(faulty.struck()[&Fault::Hang], 3);
        });
        landed[log.commits(&stream()).len()] += 1;
    }
    assert!(landed.iter().all(|times| *times > 4), "{landed:?}");
}

#[test]
fn an_append_that_is_sent_again_lands_once() {
    tried(async {
        let log = MemoryLog::default();
        let odds = Odds { lost_answer: 500, late: 300, resent: SURE, ..Odds::default() };
        let faulty = FaultyLog::new(log.clone(), 1, odds);
        for number in 1..=50 {
            let history = log.load(&stream(), ReadOptions::of::<Shelf>(Consistency::Strong)).await.unwrap();
            let appended = faulty.append(history.head(), draft(&number.to_string())).await.unwrap();
            assert_eq!(appended.version, Version(number));
        }
        faulty.settle().await;
        assert_eq!(log.commits(&stream()).len(), 50);
        assert!(faulty.struck().values().all(|times| *times > 10), "{:?}", faulty.struck());
    });
}

#[test]
fn only_an_eventually_consistent_read_is_stale() {
    tried(async {
        let faulty = FaultyLog::new(MemoryLog::default(), 1, Odds { stale_read: SURE, ..Odds::default() });
        faulty.load(&stream(), ReadOptions::of::<Shelf>(Consistency::Eventual)).await.unwrap();
        append(faulty.store(), "a").await.unwrap();
        let version = async |consistency| {
            faulty.load(&stream(), ReadOptions::of::<Shelf>(consistency)).await.unwrap().head().version()
        };
        assert_eq!(version(Consistency::Eventual).await, Version::NONE);
        assert_eq!(version(Consistency::Strong).await, Version(1));
        assert_eq!(faulty.since(&stream(), Version::NONE).await.unwrap().len(), 1);
    });
}
