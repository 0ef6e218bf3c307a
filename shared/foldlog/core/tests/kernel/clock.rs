//! A host's clock that is wrong: it is corrected by the store's time, and not trusted where it may have jumped.

use crate::counter::{Add, Counter, keyed};
use foldlog::clock::{BOUND, CheckedClock, FRESH, TOLERANCE};
use foldlog::{Clock, Commands, EventLog, Randomness, StreamName, Timestamp, Version};
use foldlog_testing::faulty::{FaultModel, FaultyLog, Odds};
use foldlog_testing::memory::MemoryLog;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The store's time.
const STORE: Timestamp = Timestamp(1_763_722_800_000);
const HOUR_MS: i64 = 3_600_000;

/// A host whose clock is off by some milliseconds.
#[derive(Clone, Default)]
struct Off {
    off_ms: Arc<AtomicI64>,
    checked: Arc<CheckedClock>,
}

impl Off {
    fn own(&self) -> Timestamp {
        Timestamp(STORE.0 + self.off_ms.load(Ordering::SeqCst))
    }
}

impl Clock for Off {
    fn now(&self) -> Timestamp {
        self.checked.now(self.own())
    }

    fn is_sure(&self) -> bool {
        self.checked.is_sure(self.own())
    }

    async fn sleep(&self, _: Duration) {}
}

impl Randomness for Off {
    fn bits(&self) -> u128 {
        0
    }
}

fn stream() -> StreamName {
    "counter-1".parse().unwrap()
}

/// A log whose answers name the store's time.
fn log_of(log: &MemoryLog, host: &Off) -> FaultyLog<MemoryLog> {
    let model = FaultModel::new(0, Odds::default());
    model.calm_down();
    let host = host.clone();
    FaultyLog::under(log.clone(), model).answering(move || {
        host.checked.compare(host.own(), STORE);
    })
}

#[test]
fn a_clock_that_is_off_by_more_than_an_answer_takes_is_corrected() {
    let clock = CheckedClock::new();
    let at = |seconds: i64| Timestamp(STORE.0 + seconds * 1_000);
    for within in [-5, -1, 0, 1, 5] {
        assert_eq!(clock.compare(at(within), STORE), None);
        assert_eq!(clock.now(at(within)), at(within), "{within} s");
    }
    for off in [-3_600, -6, 6, 3_600] {
        assert_eq!(clock.compare(at(off), STORE), Some(off * 1_000), "said when it is found");
        assert_eq!(clock.compare(at(off), STORE), None, "and not again");
        assert_eq!(clock.now(at(off + 2)), at(2), "{off} s");
        assert_eq!(clock.compare(at(0), STORE), None, "right again");
    }
}

#[test]
fn a_clock_is_not_sure_before_its_first_comparison_and_after_it_may_have_jumped() {
    let clock = CheckedClock::new();
    assert!(!clock.is_sure(STORE));
    clock.compare(STORE, STORE);
    let fresh = i64::try_from(FRESH.as_millis()).unwrap();
    assert!([-fresh, 0, fresh].iter().all(|ms| clock.is_sure(Timestamp(STORE.0 + ms))));
    assert!([-fresh - 1, fresh + 1].iter().all(|ms| !clock.is_sure(Timestamp(STORE.0 + ms))));
    assert!(BOUND >= FRESH + TOLERANCE);
}

#[tokio::test]
async fn no_command_is_stamped_by_a_clock_that_jumped_even_if_its_stream_is_remembered() {
    for jump in [HOUR_MS, -HOUR_MS, 61_000, 59_000] {
        let (log, host) = (MemoryLog::default(), Off::default());
        let commands = Commands::<Counter, _, _>::new(log_of(&log, &host), host.clone());
        for number in 0..4 {
            if number == 2 {
                host.off_ms.store(jump, Ordering::SeqCst);
            }
            commands.execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
        }
        let bound_ms = i64::try_from(BOUND.as_millis()).unwrap();
        let commits = log.since(&stream(), Version::NONE).await.unwrap();
        let ahead: Vec<_> = commits.iter().map(|commit| commit.committed_at.0 - STORE.0).collect();
        assert!(ahead.iter().all(|ms| (0..=bound_ms).contains(ms)), "a jump of {jump} ms: {ahead:?}");
    }
}
