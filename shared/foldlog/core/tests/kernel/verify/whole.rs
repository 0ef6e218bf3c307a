//! A whole log: streams that only rows remember, which side was changed if two do not agree, and where to stop.

use super::{Tampered, World, folds, of_log, second, streams, types};
use crate::counter::{StillHost, Sums};
use foldlog::read::projection::{Folded, PerStream};
use foldlog::read::views::{Generation, RowKey};
use foldlog::verify::{Difference, Limits, Surveyed, Verification, Verified, sample};
use foldlog::write::chain::{Broken, Tampering};
use foldlog::{Commit, Hash, LogScan, Randomness, Registry, Row, StreamName, Subscription, Timestamp, Version, Views};
use foldlog_testing::memory::MemoryViews;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

const EVERYTHING: Limits = Limits { differences: 10, until: None };

async fn whole<L: LogScan>(log: &L, views: &MemoryViews, limits: Limits) -> Surveyed {
    let (subscriptions, registry, host) = (folds(), Registry::default(), StillHost::default());
    let verification =
        Verification { log, views, host: &host, subscriptions: &subscriptions, registry: &registry, types: &types() };
    verification.whole(limits, |_, _| {}).await.unwrap()
}

fn removed(stream: &str) -> Difference {
    let (version, tampering) = (Version(1), Tampering::Removed);
    Difference::Log(Broken { stream: stream.parse().unwrap(), version, tampering })
}

fn log_without(world: &World, gone: &[&str]) -> Tampered {
    let kept = streams().into_iter().filter(|stream| !gone.contains(&stream.as_str()));
    Tampered(kept.map(|stream| (stream.clone(), world.log.commits(&stream))).collect())
}

#[tokio::test]
async fn all_that_agrees_is_counted_however_many_pages_it_is() {
    let world = World::new().await;
    for number in 4..80 {
        let stream = format!("counter-{number}").parse().unwrap();
        world.append(&stream, 0..2).await;
        world.project(&stream).await;
    }
    let surveyed = whole(&world.log, &world.views, EVERYTHING).await;
    let verified = Verified { streams: 79, commits: 15 + 152, rows: 79 };
    assert_eq!((surveyed.findings.verified, surveyed.complete), (verified, true));
    assert_eq!(surveyed.findings.differences, []);
}

#[tokio::test]
async fn a_stream_that_is_gone_as_a_whole_is_found_by_its_row() {
    let world = World::new().await;
    let log = log_without(&world, &["counter-2"]);
    let surveyed = whole(&log, &world.views, EVERYTHING).await;
    assert_eq!((surveyed.findings.differences, surveyed.complete), (vec![removed("counter-2")], true));
    assert_eq!(surveyed.findings.verified, Verified { streams: 2, commits: 10, rows: 2 });
}

#[tokio::test]
async fn it_ends_with_enough_differences_or_at_its_time() {
    let world = World::new().await;
    let log = log_without(&world, &["counter-1", "counter-2", "counter-3"]);
    let enough = whole(&log, &world.views, Limits { differences: 2, until: None }).await;
    assert_eq!((enough.findings.differences.len(), enough.complete), (2, false));
    let at_once = Limits { until: Some(Timestamp(0)), ..EVERYTHING };
    let none = whole(&world.log, &world.views, at_once).await;
    assert_eq!((none.findings.verified, none.complete), (Verified::default(), false));
}

/// A second view, which keeps the last version of each stream.
struct Last;

impl Subscription for Last {
    fn name(&self) -> &'static str {
        "last"
    }

    fn follows(&self, _: &str) -> bool {
        true
    }

    fn key(&self, stream: &StreamName) -> String {
        stream.to_string()
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        key.parse().ok()
    }

    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded {
        let row = commits.last().map_or(row.cloned(), |last| Some(Self::of(last)));
        Folded { row, failed: None }
    }
}

impl Last {
    fn of(last: &Commit) -> Row {
        let version = last.last_version();
        Row { document: version.to_string(), version, hash: last.hash, index: [].into() }
    }
}

/// The finding for the second stream if two views follow it, and the log and a row were changed.
async fn by_two(doctor: impl FnOnce(&mut Vec<Commit>), other: impl FnOnce(Row) -> Row) -> Vec<Difference> {
    let world = World::new().await;
    let mut commits = world.log.commits(&second());
    let place = RowKey { view: "last", generation: Generation::FIRST, key: second().to_string() };
    world.views.write(&place, &Last::of(commits.last().unwrap()), Version::NONE).await.unwrap();
    let row = world.row(&second()).await;
    world.put(&second(), &other(row)).await;
    doctor(&mut commits);
    let log = Tampered([(second(), commits)].into());
    let subscriptions: [Box<dyn Subscription>; 2] = [Box::new(PerStream::<Sums>::new()), Box::new(Last)];
    let (views, host, registry) = (&world.views, StillHost::default(), Registry::default());
    let verification = Verification {
        log: &log,
        views,
        host: &host,
        subscriptions: &subscriptions,
        registry: &registry,
        types: &types(),
    };
    verification.survey(&[second()]).await.unwrap().differences
}

#[tokio::test]
async fn where_another_row_knows_the_end_it_is_the_odd_row_that_was_changed() {
    let untouched = |_: &mut Vec<Commit>| {};
    let row = |version: u64, field: &str, found: &str, folded: &str| {
        let [field, found, folded] = [field, found, folded].map(ToOwned::to_owned);
        vec![Difference::Row { stream: second(), version: Version(version), view: "sums", field, found, folded }]
    };
    assert_eq!(by_two(untouched, |row| row).await, []);
    for (version, found) in [(6, "6"), (4, "4")] {
        let moved = by_two(untouched, |row| Row { version: Version(version), ..row }).await;
        assert_eq!(moved, row(version, "version", found, "5"));
    }
    let [Difference::Row { version, field, found, .. }] =
        &*by_two(untouched, |row| Row { hash: Hash([7; 32]), ..row }).await
    else {
        panic!("nothing was found")
    };
    assert_eq!((version, field.as_str(), found), (&Version(5), "hash", &"07".repeat(32)));
}

#[tokio::test]
async fn where_no_row_knows_the_end_it_is_the_stream_that_was_changed() {
    let cut = by_two(|commits| commits.truncate(3), |row| row).await;
    assert_eq!(cut.into_iter().next().map_or(Ok(Verified::default()), Err), of_log(4, Tampering::Removed));
}

/// A new number each time.
#[derive(Default)]
struct Chance(AtomicU64);

impl Randomness for Chance {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed)) << 57 | 0x5bd1_e995
    }
}

#[tokio::test]
async fn a_sample_has_streams_that_there_are_each_once_and_not_always_the_same() {
    let world = World::new().await;
    for number in 4..80 {
        world.append(&format!("counter-{number}").parse().unwrap(), 0..2).await;
    }
    let chance = Chance::default();
    let mut samples = BTreeSet::new();
    for _ in 0..4 {
        let picked = sample(&world.log, &chance, 5).await.unwrap();
        let distinct: BTreeSet<_> = picked.iter().cloned().collect();
        assert_eq!((picked.len(), distinct.len()), (5, 5));
        assert!(distinct.iter().all(|stream| !world.log.commits(stream).is_empty()));
        samples.insert(distinct);
    }
    assert!(samples.len() > 1);
    assert_eq!(sample(&World::new().await.log, &chance, 5).await.unwrap().len(), 3, "there are no more");
}
