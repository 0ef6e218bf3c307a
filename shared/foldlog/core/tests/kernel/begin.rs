//! A command that most likely creates its stream: one request where it does, and right where it does not.

use crate::counter::{Add, BeyondLimit, Counter, LIMIT, StillHost, keyed, on_version, stream};
use foldlog::{Commands, Effect, ExecuteError, Version};
use foldlog_testing::memory::MemoryLog;

fn cold(log: &MemoryLog) -> Commands<Counter, MemoryLog, StillHost> {
    Commands::new(log.clone(), StillHost::default())
}

#[tokio::test]
async fn a_stream_that_exists_is_seen_before_anything_is_answered() {
    let log = MemoryLog::default();
    for number in 0..100 {
        cold(&log).execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
    }
    let done = cold(&log).begin(&stream(), &Add(1), &keyed("new", Add(1))).await.unwrap();
    assert_eq!((done.state, done.version, done.effect), (101, Version(101), Effect::Appended));
    let nothing = cold(&log).begin(&stream(), &Add(0), &keyed("nothing", Add(0))).await.unwrap();
    assert_eq!((nothing.state, nothing.effect), (101, Effect::Unchanged));
    let refused = cold(&log).begin(&stream(), &Add(LIMIT), &keyed("much", Add(LIMIT))).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(BeyondLimit))));
    let mismatch = cold(&log).begin(&stream(), &Add(1), &on_version(0, keyed("unlucky", Add(1)))).await;
    assert!(matches!(mismatch, Err(ExecuteError::VersionMismatch { actual: Version(101), .. })), "{mismatch:?}");
}

#[tokio::test]
async fn a_repetition_is_recognised_however_far_the_stream_went_since() {
    let log = MemoryLog::default();
    let first = cold(&log).begin(&stream(), &Add(5), &keyed("first", Add(5))).await.unwrap();
    assert_eq!((first.state, first.version, first.effect), (5, Version(1), Effect::Appended));
    for number in 0..100 {
        cold(&log).execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
    }
    let again = cold(&log).begin(&stream(), &Add(5), &keyed("first", Add(5))).await.unwrap();
    assert_eq!((again.state, again.version), (5, Version(1)));
    let other = cold(&log).begin(&stream(), &Add(6), &keyed("first", Add(6))).await;
    assert!(matches!(other, Err(ExecuteError::OtherContent)), "{other:?}");
    let later = cold(&log).begin(&stream(), &Add(1), &keyed("99", Add(1))).await.unwrap();
    assert_eq!((later.version, later.effect), (Version(101), Effect::Repeated));
    assert_eq!(log.commits(&stream()).len(), 101);
}
