//! A stream as it was: it equals the fold of its first events, and few small reads find it.

use crate::counter::{Counted, Counter, stream};
use foldlog::past::{When, backward, first_events, onward, state_at, version_at};
use foldlog::write::decider::fold;
use foldlog::{
    Actor, CommandId, Commit, Consistency, Correlation, Digest, Draft, EventLog, Events, LogError, LogSpans,
    ReadOptions, Snapshot, Span, StreamName, Timestamp, Version,
};
use foldlog_testing::memory::MemoryLog;
use futures::executor::block_on;
use proptest::collection::vec;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// A commit: the amount of each of its events, the milliseconds since the one before, and whether it carries a
/// snapshot.
type Step = (Vec<u32>, i64, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec((vec(1_u32..9, 1..5), 0_i64..3, prop::bool::weighted(0.3)), 1..30)
}

/// The log of these commits, and the amount of each event.
fn written(steps: &[Step]) -> (MemoryLog, Vec<Counted>) {
    let (log, mut all, mut now) = (MemoryLog::default(), Vec::new(), 0);
    for (nth, (adds, later, carries)) in steps.iter().enumerate() {
        now += later;
        let events: Vec<_> = adds.iter().map(|by| Counted::Added { by: *by }).collect();
        all.extend(events.clone());
        let window = r#"{"entries":[],"floor":0}"#;
        let sum = fold::<Counter>(0, &all);
        let snapshot = format!(
            r#"{{"schema":1,"state":{sum},"recent":{{"first":null,"clients":{window},"reactions":{window}}}}}"#
        );
        let draft = Draft {
            events: Events::encode(&events).unwrap(),
            id: CommandId::stored(nth.to_string()),
            digest: Digest::of(adds).unwrap(),
            now: Timestamp(now),
            correlation: Correlation { id: "c".to_owned(), client: None },
            cause: None,
            actor: Actor("alice".to_owned()),
            snapshot: carries.then_some(Snapshot::stored(snapshot)),
        };
        let whole = ReadOptions::newest(0, Consistency::Strong);
        let history = block_on(log.load(&stream(), whole)).unwrap();
        block_on(log.append(history.head(), draft)).unwrap();
    }
    (log, all)
}

/// The amounts of the events of commits.
fn added(commits: &[Commit]) -> Vec<Counted> {
    commits.iter().flat_map(|commit| commit.events.decode::<Counted>().unwrap()).collect()
}

/// A log that counts its reads.
struct Counting(MemoryLog, AtomicU32);

impl LogSpans for Counting {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.span(stream, span).await
    }
}

proptest! {
    #[test]
    fn a_state_at_a_version_is_the_fold_of_so_many_events(steps in steps()) {
        let (log, all) = written(&steps);
        for count in 0..=all.len() + 2 {
            let version = Version(count as u64);
            let history = block_on(log.load(&stream(), ReadOptions::until(1, version))).unwrap();
            let folded = all.get(..count).map(|first| fold::<Counter>(0, first));
            prop_assert_eq!(state_at::<Counter>(&history, version).unwrap(), folded, "at {}", version);
            prop_assert!(history.base().is_none_or(|base| base.last_version() <= version));
        }
    }

    #[test]
    fn the_first_events_are_read_to_the_very_one(steps in steps()) {
        let (log, all) = written(&steps);
        for count in 0..=all.len() + 2 {
            let version = Version(count as u64);
            let commits = block_on(first_events(&log, &stream(), version)).unwrap();
            prop_assert_eq!(added(&commits), all.get(..count).unwrap_or(&all));
            let last = commits.last().map_or(Version::NONE, Commit::last_version);
            prop_assert_eq!(last, version.min(Version(all.len() as u64)));
        }
    }

    #[test]
    fn a_moment_is_located_by_few_looks(steps in steps()) {
        let (log, all) = written(&steps);
        let commits = log.commits(&stream());
        let log = Counting(log, AtomicU32::new(0));
        let looks = 2 + all.len().ilog2();
        for at in -1..=commits.last().unwrap().committed_at.0 + 1 {
            let by_then = commits.iter().rfind(|commit| commit.committed_at.0 <= at);
            let found = block_on(version_at(&log, &stream(), Timestamp(at))).unwrap();
            prop_assert_eq!(found, by_then.map_or(Version::NONE, Commit::last_version), "at {}", at);
            let taken = log.1.swap(0, Ordering::Relaxed);
            prop_assert!(taken <= looks, "{} looks at {} events", taken, all.len());
        }
    }

    #[test]
    fn from_anywhere_events_are_read_either_way(steps in steps(), limit in 1_usize..6) {
        let (log, all) = written(&steps);
        for place in 0..=all.len() as u64 + 2 {
            let place = Version(place);
            let next = block_on(onward(&log, &stream(), place, limit)).unwrap();
            prop_assert!(next.len() <= limit);
            let events = next.iter().flat_map(|commit| commit.version.0..=commit.last_version().0);
            let events: Vec<_> = events.filter(|version| *version > place.0).collect();
            let expected: Vec<_> = (place.0 + 1..=all.len() as u64).collect();
            prop_assert!(events.len() >= limit.min(expected.len()), "{:?} behind {}", events, place);
            prop_assert_eq!(&events, &expected[..events.len()]);

            let last = block_on(backward(&log, &stream(), Some(place), limit)).unwrap();
            prop_assert!(last.len() <= limit);
            let events = last.iter().flat_map(|commit| (commit.version.0..=commit.last_version().0).rev());
            let events: Vec<_> = events.filter(|version| *version < place.0).collect();
            let expected: Vec<_> = (1..place.0.min(all.len() as u64 + 1)).rev().collect();
            prop_assert!(events.len() >= limit.min(expected.len()), "{:?} before {}", events, place);
            prop_assert_eq!(&events, &expected[..events.len()]);
        }
    }
}

#[test]
fn a_stream_without_events_has_no_past() {
    let log = MemoryLog::default();
    assert_eq!(block_on(version_at(&log, &stream(), Timestamp(i64::MAX))).unwrap(), Version::NONE);
    assert_eq!(block_on(onward(&log, &stream(), Version(u64::MAX), 3)).unwrap(), []);
    assert_eq!(block_on(backward(&log, &stream(), None, 3)).unwrap(), []);
}

#[test]
fn a_place_in_a_stream_is_a_version_or_a_moment() {
    assert_eq!("17".parse(), Ok(When::Version(Version(17))));
    assert_eq!("2025-11-21T10:52:03.045+01:00".parse(), Ok(When::At(Timestamp(1_763_718_723_045))));
    let wrong = "yesterday".parse::<When>().unwrap_err().to_string();
    assert!(wrong.contains("yesterday") && wrong.contains("RFC 3339"), "{wrong}");
}
