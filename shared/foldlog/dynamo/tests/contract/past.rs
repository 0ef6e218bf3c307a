//! The cost of reading the past, in requests and items, in a stream of any length.

use crate::notebook::{Notebook, filled, text};
use crate::store::Store;
use foldlog::past::{backward, onward, state_at, version_at};
use foldlog::write::decider::fold;
use foldlog::write::snapshot::INTERVAL;
use foldlog::{Consistency, Draft, EventLog, ReadOptions, Timestamp, Version};
use foldlog_testing::memory::MemoryLog;
use foldlog_testing::sample::commits::{NOW, Sample, draft, stream};

const LENGTH: usize = 1_000;

pub(crate) async fn a_state_at_any_version_is_one_request_for_an_interval(store: &Store) {
    let name = stream("note-1");
    let log = filled(store, &name, (1..=LENGTH).map(text)).await;
    let events: Vec<_> = (1..=LENGTH).map(|nth| Sample::Noted { text: text(nth) }).collect();
    for version in [1, 39, 40, 41, 79, 80, 81, 519, 520, 521, 999, 1_000] {
        let before = store.line.sent();
        let history = log.load(&name, ReadOptions::until(1, Version(version as u64))).await.unwrap();
        assert_eq!(store.line.limits(before), [Some(INTERVAL as u64 + 1)], "at {version}");
        assert!(history.commits().len() < INTERVAL, "{} commits at {version}", history.commits().len());
        let state = state_at::<Notebook>(&history, Version(version as u64)).unwrap();
        assert_eq!(state, Some(fold::<Notebook>(<_>::default(), &events[..version])), "at {version}");
    }
    let history = log.load(&name, ReadOptions::until(1, Version(1_001))).await.unwrap();
    assert_eq!(state_at::<Notebook>(&history, Version(1_001)).unwrap(), None);
}

pub(crate) async fn a_moment_is_located_by_single_items(store: &Store) {
    let (name, log) = (stream("note-1"), store.log().await);
    let memory = MemoryLog::default();
    let whole = ReadOptions::newest(1, Consistency::Strong);
    let (mut head, mut events) = (memory.load(&name, whole).await.unwrap().head().clone(), 0);
    for nth in 0..100_u32 {
        let texts = vec!["x"; 1 + nth as usize % 3];
        let draft = Draft { now: Timestamp(NOW.0 + i64::from(nth / 2) * 10), ..draft(&nth.to_string(), &texts) };
        let commit = log.append(&head, draft).await.unwrap();
        (head, events) = (head.followed_by(&commit).unwrap(), events + texts.len());
    }
    let commits = log.since(&name, Version::NONE).await.unwrap();
    let most = 2 + events.ilog2() as usize;
    for (then, at) in [(None, NOW.0 - 1), (Some(1), NOW.0), (Some(51), NOW.0 + 259), (Some(99), NOW.0 + 10_000)] {
        let before = store.line.sent();
        let found = version_at(&log, &name, Timestamp(at)).await.unwrap();
        assert_eq!(found, then.map_or(Version::NONE, |nth: usize| commits[nth].last_version()));
        let limits = store.line.limits(before);
        assert!(limits.len() <= most && limits.iter().all(|limit| *limit == Some(1)), "{limits:?}");
    }
}

pub(crate) async fn a_page_of_events_is_one_request_for_as_many_commits(store: &Store) {
    let name = stream("note-1");
    let log = filled(store, &name, (1..=LENGTH).map(text)).await;
    let before = store.line.sent();
    let next = onward(&log, &name, Version(500), 20).await.unwrap();
    let last = backward(&log, &name, Some(Version(500)), 20).await.unwrap();
    let newest = backward(&log, &name, None, 20).await.unwrap();
    assert_eq!(store.line.limits(before), [Some(20); 3]);
    assert_eq!([next[0].version, last[0].version, newest[0].version].map(|version| version.0), [501, 499, 1_000]);
}
