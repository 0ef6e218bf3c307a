//! A command that most likely creates its stream: one request if it does, and still correct if it does not.

use crate::counter::{Add, BeyondLimit, Counted, Counter, LIMIT, StillHost, keyed, on_version, stream};
use foldlog::{Commands, Decider, Effect, ExecuteError, Version};
use foldlog_testing::memory::MemoryLog;

/// A counter each of whose commands is taken for one that creates it.
struct Begun;

impl Decider for Begun {
    const CATEGORY: &'static str = Counter::CATEGORY;
    const STATE_SCHEMA: u32 = Counter::STATE_SCHEMA;
    type Id = u64;
    type State = u32;
    type Command = Add;
    type Event = Counted;
    type Refusal = BeyondLimit;

    fn creates(_: &Add) -> bool {
        true
    }

    fn decide(state: &u32, command: &Add) -> Result<Vec<Counted>, BeyondLimit> {
        Counter::decide(state, command)
    }

    fn evolve(state: u32, event: &Counted) -> u32 {
        Counter::evolve(state, event)
    }
}

fn cold<D: Decider>(log: &MemoryLog) -> Commands<D, MemoryLog, StillHost> {
    Commands::new(log.clone(), StillHost::default())
}

async fn grown(log: &MemoryLog) {
    for number in 0..100 {
        let metadata = keyed(&number.to_string(), Add(1));
        cold::<Counter>(log).execute(&stream(), &Add(1), &metadata).await.unwrap();
    }
}

#[tokio::test]
async fn a_stream_that_exists_is_seen_before_anything_is_answered() {
    let log = MemoryLog::default();
    grown(&log).await;
    let begun = || cold::<Begun>(&log);
    let done = begun().execute(&stream(), &Add(1), &keyed("new", Add(1))).await.unwrap();
    assert_eq!((done.state, done.version, done.effect), (101, Version(101), Effect::Appended));
    let nothing = begun().execute(&stream(), &Add(0), &keyed("nothing", Add(0))).await.unwrap();
    assert_eq!((nothing.state, nothing.effect), (101, Effect::Unchanged));
    let refused = begun().execute(&stream(), &Add(LIMIT), &keyed("much", Add(LIMIT))).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(BeyondLimit))));
    let mismatch = begun().execute(&stream(), &Add(1), &on_version(0, keyed("unlucky", Add(1)))).await;
    assert!(matches!(mismatch, Err(ExecuteError::VersionMismatch { actual: Version(101), .. })), "{mismatch:?}");
}

#[tokio::test]
async fn a_repetition_is_recognised_however_far_the_stream_went_since() {
    let log = MemoryLog::default();
    let begun = || cold::<Begun>(&log);
    let first = begun().execute(&stream(), &Add(5), &keyed("first", Add(5))).await.unwrap();
    assert_eq!((first.state, first.version, first.effect), (5, Version(1), Effect::Appended));
    grown(&log).await;
    let again = begun().execute(&stream(), &Add(5), &keyed("first", Add(5))).await.unwrap();
    assert_eq!((again.state, again.version), (5, Version(1)));
    let other = begun().execute(&stream(), &Add(6), &keyed("first", Add(6))).await;
    assert!(matches!(other, Err(ExecuteError::OtherContent)), "{other:?}");
    let later = begun().execute(&stream(), &Add(1), &keyed("99", Add(1))).await.unwrap();
    assert_eq!((later.version, later.effect), (Version(101), Effect::Repeated));
    assert_eq!(log.commits(&stream()).len(), 101);
}
