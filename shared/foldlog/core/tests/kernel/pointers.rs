//! Rows that lead to commits: they exist before the row that has folded the commits, and none is missed.

use crate::counter::{Add, Counter, StillHost, Sums, keyed, stream};
use foldlog::read::projection::{Folded, PerStream};
use foldlog::read::rows::Rows;
use foldlog::read::views::{Generation, RowKey};
use foldlog::verify::{Verification, VerifyError};
use foldlog::{
    Advanced, Commands, Commit, Consistency, Hint, Registry, Row, StreamName, Subscription, Version, ViewError, Views,
    Written, advance,
};
use foldlog_testing::memory::{MemoryLog, MemoryViews};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Sums, and a row for each second commit.
struct Linked(PerStream<Sums>);

impl Subscription for Linked {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn follows(&self, category: &str) -> bool {
        self.0.follows(category)
    }

    fn key(&self, stream: &StreamName) -> String {
        self.0.key(stream)
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        self.0.stream(key)
    }

    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded {
        self.0.fold(row, commits)
    }

    fn pointers(&self, _: Option<&Row>, commits: &[Commit]) -> Vec<(String, Row)> {
        let second = commits.iter().filter(|commit| commit.version.0.is_multiple_of(2));
        second.map(|commit| (format!("at-{}", commit.version), link(commit))).collect()
    }
}

fn link(commit: &Commit) -> Row {
    Row { document: "[]".to_owned(), version: commit.version, hash: commit.hash, index: BTreeMap::new() }
}

fn place(key: &str) -> RowKey {
    RowKey { view: "sums", generation: Generation::FIRST, key: key.to_owned() }
}

/// Views that fail from their n-th write on.
struct Dying {
    views: MemoryViews,
    writes: AtomicUsize,
    last: usize,
}

foldlog::delegate_generations!(Dying, views);

impl Views for Dying {
    async fn row(&self, place: &RowKey, consistency: Consistency) -> Result<Option<Row>, ViewError> {
        self.views.row(place, consistency).await
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        if self.writes.fetch_add(1, Ordering::Relaxed) >= self.last {
            return Err(ViewError::Unavailable("gone".to_owned()));
        }
        self.views.write(place, row, seen).await
    }
}

async fn log_of(commits: u32) -> MemoryLog {
    let log = MemoryLog::default();
    let counters = Commands::<Counter, _, _>::new(&log, StillHost::default());
    for number in 0..commits {
        counters.execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
    }
    log
}

async fn advanced<V: Views>(log: &MemoryLog, views: &V, target: u64) -> Option<Advanced> {
    let hint = Hint::of(stream(), Version(target));
    let linked = Linked(PerStream::new());
    advance(log, views, &Rows::default(), &linked, Generation::FIRST, &hint).await.ok()
}

async fn there(views: &MemoryViews) -> Vec<u64> {
    let mut there = vec![];
    for version in 1..=10 {
        let row = views.row(&place(&format!("at-{version}")), Consistency::Strong).await.unwrap();
        there.extend(row.map(|row| row.version.0));
    }
    there
}

async fn verified(log: &MemoryLog, views: &MemoryViews) -> Result<usize, VerifyError> {
    let verification = Verification {
        log,
        views,
        host: &StillHost::default(),
        subscriptions: &[Box::new(Linked(PerStream::new()))],
        registry: &Registry::default(),
        types: &[],
    };
    Ok(verification.run(&[stream()], || {}).await?.rows)
}

#[tokio::test]
async fn whoever_dies_on_the_way_leaves_no_row_ahead_of_what_leads_to_its_commits() {
    let log = log_of(10).await;
    for last in 0..=7 {
        let views = MemoryViews::default();
        let dying = Dying { views: views.clone(), writes: 0.into(), last };
        advanced(&log, &dying, 4).await;
        advanced(&log, &dying, 10).await;
        let row = views.row(&place("1"), Consistency::Strong).await.unwrap();
        let reached = row.map_or(0, |row| row.version.0);
        let due: Vec<_> = (1..=reached).filter(|version| version.is_multiple_of(2)).collect();
        assert!(there(&views).await.starts_with(&due), "{reached} after {last} writes");
        advanced(&log, &views, 10).await.unwrap();
        assert_eq!(there(&views).await, [2, 4, 6, 8, 10], "made up for, and what stands there already is left");
        assert_eq!(verified(&log, &views).await.unwrap(), 1 + 5);
    }
}

#[tokio::test]
async fn a_row_that_should_lead_to_a_commit_and_does_not_is_named() {
    let log = log_of(5).await;
    let views = MemoryViews::default();
    let mut fourth = link(&log.commits(&stream())[3]);
    fourth.document = "[4]".to_owned();
    views.write(&place("at-4"), &fourth, Version::NONE).await.unwrap();
    advanced(&log, &views, 5).await.unwrap();
    let found = verified(&log, &views).await.unwrap_err().to_string();
    assert_eq!(found, "counter-1@4: links/at-4/document/0 of its row in view sums is 4, its stream says absent");

    let without = MemoryViews::default();
    let row = views.row(&place("1"), Consistency::Strong).await.unwrap().unwrap();
    without.write(&place("1"), &Row { index: BTreeMap::new(), ..row }, Version::NONE).await.unwrap();
    let found = verified(&log, &without).await.unwrap_err().to_string();
    assert_eq!(found, "counter-1@2: links/at-2 of its row in view sums is absent, its stream says []");
}
