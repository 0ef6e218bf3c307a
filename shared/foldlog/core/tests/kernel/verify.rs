//! Everything that does not agree with the log is found, and named by stream, version, view and field.

mod whole;

use crate::counter::{Add, Counter, StillHost, Sums, keyed};
use foldlog::Registry;
use foldlog::past::prepare::prepare;
use foldlog::past::replay::{StreamType, streams_of};
use foldlog::read::projection::PerStream;
use foldlog::read::views::{Generation, RowKey};
use foldlog::verify::{Difference, Verification, Verified, VerifyError};
use foldlog::write::chain::{Broken, Tampering};
use foldlog::write::scan::{Cursor, Page, Part};
use foldlog::write::snapshot::INTERVAL;
use foldlog::{
    Actor, Clock, Commands, Commit, Consistency, Draft, Events, Hash, Hint, LogError, LogScan, ProjectionEngine, Row,
    Snapshot, StreamName, Subscription, Timestamp, Version, Views,
};
use foldlog_testing::faulty::{FaultyLog, Odds};
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryViews};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

/// The log after a manipulation.
struct Tampered(BTreeMap<StreamName, Vec<Commit>>);

impl LogScan for Tampered {
    async fn page(&self, part: &Part, _: Option<&Cursor>) -> Result<Page, LogError> {
        let commits: Vec<_> = match part {
            Part::Stream(stream) => self.0.get(stream).cloned().unwrap_or_default(),
            Part::Segment { .. } => self.0.values().flatten().cloned().collect(),
        };
        Ok(Page { commits: commits.into_iter().map(Ok).collect(), next: None })
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        panic!("streams are named, or met")
    }
}

/// Three counters of five commits each, and their rows.
struct World {
    log: MemoryLog,
    views: MemoryViews,
}

fn streams() -> Vec<StreamName> {
    ["counter-1", "counter-2", "counter-3"].map(|name| name.parse().unwrap()).into()
}

fn folds() -> Vec<Box<dyn Subscription>> {
    vec![Box::new(PerStream::<Sums>::new())]
}

fn types() -> Vec<Box<dyn StreamType>> {
    vec![streams_of::<Counter>()]
}

fn place(stream: &StreamName) -> RowKey {
    RowKey { view: "sums", generation: Generation::FIRST, key: stream.id().to_owned() }
}

impl World {
    async fn new() -> Self {
        let world = Self { log: MemoryLog::default(), views: MemoryViews::default() };
        for stream in streams() {
            world.append(&stream, 0..5).await;
            world.project(&stream).await;
        }
        world
    }

    async fn append(&self, stream: &StreamName, numbers: std::ops::Range<u32>) {
        let counters = Commands::<Counter, _, _>::new(&self.log, StillHost::default());
        for number in numbers {
            counters.execute(stream, &Add(2), &keyed(&number.to_string(), Add(2))).await.unwrap();
        }
    }

    async fn project(&self, stream: &StreamName) {
        let head = self.log.commits(stream).last().unwrap().last_version();
        let (log, views) = (self.log.clone(), self.views.clone());
        let followed = ProjectionEngine::new(log, views, MemoryParked::default(), StillHost::default(), folds());
        let followed = followed.follow(&[Hint::of(stream.clone(), head)]).await;
        assert!(followed.failed.is_empty());
    }

    async fn row(&self, stream: &StreamName) -> Row {
        self.views.row(&place(stream), Consistency::Strong).await.unwrap().unwrap()
    }

    async fn put(&self, stream: &StreamName, row: &Row) {
        let seen = self.row(stream).await.version;
        assert_eq!(self.views.write(&place(stream), row, seen).await.unwrap(), foldlog::Written::Yes);
    }

    async fn verify(&self) -> Result<Verified, Difference> {
        verified(&self.log, &self.views, &StillHost::default()).await
    }

    /// The finding if the second stream was manipulated.
    async fn tampered(&self, tamper: impl FnOnce(&mut Vec<Commit>)) -> Result<Verified, Difference> {
        let mut streams: BTreeMap<_, _> =
            streams().into_iter().map(|stream| (stream.clone(), self.log.commits(&stream))).collect();
        tamper(streams.get_mut(&second()).unwrap());
        verified(&Tampered(streams), &self.views, &StillHost::default()).await
    }
}

async fn verified<L: LogScan, H: Clock>(log: &L, views: &MemoryViews, host: &H) -> Result<Verified, Difference> {
    let subscriptions = folds();
    let registry = Registry::default();
    let verification =
        Verification { log, views, host, subscriptions: &subscriptions, registry: &registry, types: &types() };
    match verification.run(&streams(), || {}).await {
        Ok(verified) => Ok(verified),
        Err(VerifyError::Different(difference)) => Err(difference),
        Err(error) => panic!("{error}"),
    }
}

fn second() -> StreamName {
    "counter-2".parse().unwrap()
}

fn of_row(version: u64, field: &str, found: &str, folded: &str) -> Result<Verified, Difference> {
    let [field, found, folded] = [field, found, folded].map(ToOwned::to_owned);
    Err(Difference::Row { stream: second(), version: Version(version), view: "sums", field, found, folded })
}

fn of_log(version: u64, tampering: Tampering) -> Result<Verified, Difference> {
    Err(Difference::Log(Broken { stream: second(), version: Version(version), tampering }))
}

#[tokio::test]
async fn what_agrees_is_counted() {
    let world = World::new().await;
    assert_eq!(world.verify().await, Ok(Verified { streams: 3, commits: 15, rows: 3 }));
}

#[tokio::test]
async fn a_changed_document_is_named_down_to_the_value() {
    let world = World::new().await;
    for (document, difference) in [
        ("[10,4]", of_row(5, "document/1", "4", "5")),
        ("[10]", of_row(5, "document/1", "absent", "5")),
        ("[10,5,null]", of_row(5, "document/2", "null", "absent")),
        ("null", of_row(5, "document", "null", "[10,5]")),
        ("spoilt", of_row(5, "document", "spoilt", "[10,5]")),
    ] {
        let row = Row { document: document.to_owned(), ..world.row(&second()).await };
        world.put(&second(), &row).await;
        assert_eq!(world.verify().await, difference);
    }
}

#[tokio::test]
async fn a_changed_document_of_a_row_that_is_behind_is_found_at_its_own_version() {
    let world = World::new().await;
    let row = Row { document: "[9,5]".to_owned(), ..world.row(&second()).await };
    world.put(&second(), &row).await;
    world.append(&second(), 5..6).await;
    assert_eq!(world.verify().await, of_row(5, "document/0", "9", "10"));
}

/// A host whose pauses let the rows advance.
struct Catching<'a> {
    world: &'a World,
    stream: StreamName,
    pauses: Mutex<u32>,
    until: u32,
}

impl Clock for Catching<'_> {
    fn now(&self) -> Timestamp {
        Timestamp(0)
    }

    async fn sleep(&self, _: Duration) {
        let pauses = {
            let mut pauses = self.pauses.lock().unwrap();
            *pauses += 1;
            *pauses
        };
        if pauses == self.until {
            self.world.project(&self.stream).await;
        }
    }
}

#[tokio::test]
async fn a_row_may_be_behind_for_a_while_but_not_for_ever() {
    let world = World::new().await;
    world.append(&second(), 5..7).await;
    let host = |until| Catching { world: &world, stream: second(), pauses: Mutex::new(0), until };
    assert_eq!(world.verify().await, of_row(7, "version", "5", "7"));
    let catching = host(3);
    let agreed = verified(&world.log, &world.views, &catching).await;
    assert_eq!(agreed, Ok(Verified { streams: 3, commits: 17, rows: 3 }));
    assert_eq!(*catching.pauses.lock().unwrap(), 3);
}

#[tokio::test]
async fn a_row_that_was_never_made_is_behind_from_the_beginning() {
    let world = World { views: MemoryViews::default(), ..World::new().await };
    for stream in ["counter-1", "counter-3"] {
        world.project(&stream.parse().unwrap()).await;
    }
    assert_eq!(world.verify().await, of_row(5, "version", "0", "5"));
}

#[tokio::test]
async fn a_stream_that_was_tampered_with_is_named_with_the_commit() {
    let world = World::new().await;
    let changed = world.tampered(|commits| commits[2].actor = Actor("mallory".to_owned())).await;
    assert_eq!(changed, of_log(3, Tampering::Changed));
    let removed = world.tampered(|commits| drop(commits.remove(1))).await;
    assert_eq!(removed, of_log(2, Tampering::Removed));
}

#[tokio::test]
async fn what_the_chain_by_itself_cannot_tell_the_rows_remember() {
    let world = World::new().await;
    let cut = world.tampered(|commits| commits.truncate(4)).await;
    assert_eq!(cut, of_log(5, Tampering::Removed));
    let all = world.tampered(Vec::clear).await;
    assert_eq!(all, of_log(1, Tampering::Removed));
    let rewritten = |commits: &mut Vec<Commit>| {
        commits[1].actor = Actor("mallory".to_owned());
        let mut previous = Hash::ORIGIN;
        for commit in commits {
            commit.hash = commit.chained(&previous);
            previous = commit.hash;
        }
    };
    assert_eq!(world.tampered(rewritten).await, of_log(5, Tampering::Rewritten));
}

#[tokio::test]
async fn a_commit_that_a_view_cannot_read_is_named_with_the_view() {
    let world = World::new().await;
    let poisoned = |commits: &mut Vec<Commit>| {
        let last = commits.last().unwrap().clone();
        let events = Events::parse(r#"[{"schema":1,"type":"Doubled","data":{}}]"#.to_owned()).unwrap();
        let mut poison = Commit { version: last.last_version().next(), events, ..last.clone() };
        poison.hash = poison.chained(&last.hash);
        commits.push(poison);
    };
    let Err(Difference::Stuck { stream, view, version, error }) = world.tampered(poisoned).await else {
        panic!("nothing was found")
    };
    assert_eq!((stream, view, version), (second(), "sums", Version(6)));
    assert!(error.contains("Doubled"), "{error}");
}

#[tokio::test]
async fn the_first_difference_is_that_of_the_first_stream() {
    let world = World::new().await;
    for stream in [second(), "counter-3".parse().unwrap()] {
        let row = Row { document: "[0,0]".to_owned(), ..world.row(&stream).await };
        world.put(&stream, &row).await;
    }
    let found = world.verify().await.unwrap_err();
    assert!(found.to_string().contains("counter-2@5: document/0 of its row in view sums is 0, its stream says 10"));
}

/// A log on which the n-th snapshot is written wrong: the chain holds, and the state is not the fold.
async fn misfolded(log: &MemoryLog, stream: &StreamName, nth: usize) {
    let miscounted = FaultyLog::new(log.clone(), 1, Odds::default()).changing({
        let written = Mutex::new(0);
        move |draft| {
            let mut written = written.lock().unwrap();
            *written += usize::from(draft.snapshot.is_some());
            let wrong = draft.snapshot.as_ref().filter(|_| *written == nth);
            let wrong = wrong.map(|right| Snapshot::stored(right.text().replace("\"state\":", "\"state\":1")));
            Draft { snapshot: wrong.or(draft.snapshot), ..draft }
        }
    });
    let counters = Commands::<Counter, _, _>::new(&miscounted, StillHost::default());
    for number in 5..3 * INTERVAL {
        let add = Add(1);
        counters.execute(stream, &add, &keyed(&number.to_string(), add)).await.unwrap();
    }
}

#[tokio::test]
async fn a_snapshot_that_is_not_the_fold_is_named_down_to_the_value() {
    let world = World::new().await;
    misfolded(&world.log, &second(), 1).await;
    world.project(&second()).await;
    let Err(Difference::Snapshot { stream, version, field, found, folded }) = world.verify().await else {
        panic!("nothing was found")
    };
    assert_eq!((stream, version, field.as_str()), (second(), Version(INTERVAL as u64), "state"));
    assert_eq!((found, folded), ("145".to_owned(), "45".to_owned()));
}

#[tokio::test]
async fn a_prepared_snapshot_that_is_not_the_fold_is_named_by_the_stream_that_it_is_for() {
    let world = World::new().await;
    let verify = async || {
        let streams = [second(), "snapshot-1.counter-2".parse().unwrap()];
        let (subscriptions, registry, types) = (folds(), Registry::default(), types());
        let (log, views, host) = (&world.log, &world.views, &StillHost::default());
        let subscriptions = &subscriptions;
        Verification { log, views, host, subscriptions, registry: &registry, types: &types }.run(&streams, || {}).await
    };
    let prepared = async |log: &FaultyLog<MemoryLog>| {
        prepare(log, &StillHost::default(), &*streams_of::<Counter>(), &second(), 2, |_| {}).await.unwrap();
    };
    let right = FaultyLog::new(world.log.clone(), 1, Odds::default());
    prepared(&right).await;
    assert_eq!(verify().await.unwrap(), Verified { streams: 2, commits: 5 + 3, rows: 1 });
    world.append(&second(), 5..6).await;
    world.project(&second()).await;
    let wrong = right.changing(|draft| {
        let snapshot = draft.snapshot.map(|right| Snapshot::stored(right.text().replace("12", "13")));
        Draft { snapshot, ..draft }
    });
    prepared(&wrong).await;
    let Err(VerifyError::Different(Difference::Snapshot { stream, version, field, found, folded })) = verify().await
    else {
        panic!("nothing was found")
    };
    assert_eq!((stream, version, field.as_str()), (second(), Version(6), "state"));
    assert_eq!((found, folded), ("13".to_owned(), "12".to_owned()));
}
