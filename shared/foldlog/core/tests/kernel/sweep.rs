//! A sweep on a store without capacity: what it did not remove is sent again after pauses, and not for ever.

use foldlog::read::generations::{Set, Stage, change};
use foldlog::read::views::{Generation, RowKey, RowPage};
use foldlog::rebuild::{self, Phase, RebuildError, SumScan, SumsPage, Work};
use foldlog::totals::TotalKey;
use foldlog::{Clock, Hash, Randomness, Row, Timestamp, Version, ViewError, ViewScan, Views};
use foldlog_testing::memory::MemoryViews;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const VIEW: &str = "sums";
/// Fewer than a page.
const ROWS: usize = 45;

/// A host that notes how long it slept, and whose random bits are what a test says.
struct Sleeping {
    slept: Mutex<Vec<Duration>>,
    bits: u128,
}

impl Clock for Sleeping {
    fn now(&self) -> Timestamp {
        Timestamp(1)
    }

    async fn sleep(&self, duration: Duration) {
        self.slept.lock().unwrap().push(duration);
    }
}

impl Randomness for Sleeping {
    fn bits(&self) -> u128 {
        self.bits
    }
}

/// Views that remove only so many rows in one request.
struct Narrow {
    views: MemoryViews,
    most: usize,
    requests: AtomicUsize,
}

impl ViewScan for Narrow {
    async fn page(&self, view: &str, part: (u32, u32), after: Option<&str>) -> Result<RowPage, ViewError> {
        self.views.page(view, part, after).await
    }

    async fn remove(&self, view: &str, generation: Generation, keys: &[String]) -> Result<Vec<String>, ViewError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let (taken, left) = keys.split_at(self.most.min(keys.len()));
        let mut left = left.to_vec();
        left.extend(self.views.remove(view, generation, taken).await?);
        Ok(left)
    }
}

/// Sweeps a retired generation, and returns the result, the pauses, the requests and the rows that are left.
async fn swept(most: usize, bits: u128) -> (Result<bool, RebuildError>, Vec<Duration>, usize, usize) {
    let views = MemoryViews::default();
    for number in 0..ROWS {
        let place = RowKey { view: VIEW, generation: Generation(2), key: format!("{number:03}") };
        let row = Row { document: "1".to_owned(), version: Version(1), hash: Hash([0; 32]), index: [].into() };
        views.write(&place, &row, Version::NONE).await.unwrap();
    }
    let stage = Stage::Filling { parts: 1, commits: 0 };
    let id = |version| foldlog::EventId { stream: "audit-1".parse().unwrap(), version: Version(version) };
    change(&views, |registry| {
        registry.adopt(VIEW, 1);
        let sets = registry.sets_mut(VIEW).unwrap();
        sets.begin(&id(1), Set { schema: 1, stage: stage.clone(), since: Timestamp(1), asked: Some(id(1)) });
        sets.clean(&id(2));
        Ok::<_, ViewError>(())
    })
    .await
    .unwrap()
    .unwrap();
    let (host, narrow) = (
        Sleeping { slept: Mutex::default(), bits },
        Narrow { views: views.clone(), most, requests: AtomicUsize::new(0) },
    );
    let work = Work { view: VIEW.to_owned(), generation: Generation(2), phase: Phase::Sweep, part: 0, of: 1 };
    let done = rebuild::sweep(&narrow, &views, &host, &work, Duration::from_mins(1)).await;
    let slept = host.slept.lock().unwrap().clone();
    (done, slept, narrow.requests.into_inner(), views.row_keys().len())
}

#[tokio::test]
async fn what_the_store_did_not_remove_is_sent_again_after_growing_pauses() {
    let (done, slept, requests, left) = swept(4, 1_000).await;
    assert!(done.unwrap());
    assert_eq!((requests, left), (12, 0), "four rows in each");
    let millis = [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000].map(Duration::from_millis);
    assert_eq!(slept, millis, "between each two requests, up to twice as long each time");
}

#[tokio::test]
async fn the_pauses_are_anything_up_to_the_longest() {
    let (_, slept, ..) = swept(4, 500).await;
    assert_eq!(slept[..2], [25, 50].map(Duration::from_millis));
    let (_, slept, ..) = swept(4, 0).await;
    assert!(slept.iter().all(Duration::is_zero) && slept.len() == 11, "{slept:?}");
}

#[tokio::test]
async fn a_store_that_removes_nothing_ends_the_run() {
    let (done, slept, requests, left) = swept(0, 1_000).await;
    assert!(matches!(done, Err(RebuildError::View(ViewError::Unavailable(_)))));
    assert_eq!((slept.len(), requests, left), (19, 20, ROWS));
}

/// Rows of totals, of which one request removes only so many.
struct NarrowSums {
    keys: Mutex<Vec<TotalKey>>,
    most: usize,
}

impl SumScan for NarrowSums {
    async fn sums_page(&self, _: &'static str, _: Option<&(Generation, TotalKey)>) -> Result<SumsPage, ViewError> {
        let keys = self.keys.lock().unwrap().clone();
        Ok(SumsPage { rows: keys.into_iter().map(|key| (Generation(2), key, [].into())).collect(), next: None })
    }

    async fn remove_sums(&self, _: &'static str, _: Generation, keys: &[TotalKey]) -> Result<Vec<TotalKey>, ViewError> {
        let (taken, left) = keys.split_at(self.most.min(keys.len()));
        self.keys.lock().unwrap().retain(|key| !taken.contains(key));
        Ok(left.to_vec())
    }
}

#[tokio::test]
async fn the_rows_of_totals_are_removed_with_the_same_pauses() {
    let host = Sleeping { slept: Mutex::default(), bits: 1_000 };
    let key = |number: usize| TotalKey { partition: "all".to_owned(), name: number.to_string() };
    let narrow = NarrowSums { keys: Mutex::new((0..ROWS).map(key).collect()), most: 20 };
    rebuild::sweep_sums(&narrow, VIEW, &host, Generation(2)).await.unwrap();
    assert!(narrow.keys.lock().unwrap().is_empty());
    assert_eq!(*host.slept.lock().unwrap(), [50, 100].map(Duration::from_millis), "twenty rows in each request");
}
