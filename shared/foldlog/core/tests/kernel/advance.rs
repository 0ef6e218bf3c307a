//! The promise of `advance`: with any hints in any order, rows are the folds of their streams.

use crate::counter::{Add, Counter, StillHost, Sums, keyed, stream};
use foldlog::read::advance::{AdvanceError, RowAdvance};
use foldlog::read::projection::PerStream;
use foldlog::read::rows::Rows;
use foldlog::read::views::{Generation, RowKey};
use foldlog::{
    Advanced, Commands, Commit, Consistency, Direction, EventLog, Events, Hint, Lookup, Lookups, Row, Subscription,
    Version, ViewError, Views, Written, advance,
};
use foldlog_testing::memory::{MemoryLog, MemoryViews};
use proptest::prelude::*;
use std::sync::Mutex;

/// A log of one counter with a commit for each number.
async fn log_of(numbers: &[u32]) -> MemoryLog {
    let log = MemoryLog::default();
    let counters = Commands::<Counter, _, _>::new(&log, StillHost::default());
    for (index, by) in numbers.iter().enumerate() {
        let metadata = keyed(&index.to_string(), Add(*by));
        counters.execute(&stream(), &Add(*by), &metadata).await.unwrap();
    }
    log
}

/// Advances the row by a hint, in a process that remembers these rows.
async fn advance_by<V: Views>(
    log: &MemoryLog,
    views: &V,
    rows: &Rows,
    hinted: &[Commit],
    target: u64,
) -> Result<Advanced, AdvanceError> {
    let mut hint = Hint::of(stream(), Version(target));
    for commit in hinted {
        hint.add(commit.clone());
    }
    advance(log, views, rows, &PerStream::<Sums>::new(), Generation::FIRST, &hint).await
}

/// The same, in a new process.
async fn hint<V: Views>(log: &MemoryLog, views: &V, hinted: &[Commit], target: u64) -> Result<Advanced, AdvanceError> {
    advance_by(log, views, &Rows::default(), hinted, target).await
}

fn place() -> RowKey {
    RowKey { view: "sums", generation: Generation::FIRST, key: "1".to_owned() }
}

async fn row<V: Views>(views: &V) -> Row {
    views.row(&place(), Consistency::Strong).await.unwrap().unwrap()
}

/// Views whose eventually consistent reads may show the row before the current one.
#[derive(Default)]
struct Stale {
    views: MemoryViews,
    before: Mutex<Option<Row>>,
}

foldlog::delegate_generations!(Stale, views);

impl Views for Stale {
    async fn row(&self, place: &RowKey, consistency: Consistency) -> Result<Option<Row>, ViewError> {
        match consistency {
            Consistency::Eventual => Ok(self.before.lock().unwrap().clone()),
            Consistency::Strong => self.views.row(place, consistency).await,
        }
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        let before = self.views.row(place, Consistency::Strong).await?;
        let written = self.views.write(place, row, seen).await?;
        if written == Written::Yes {
            *self.before.lock().unwrap() = before;
        }
        Ok(written)
    }
}

#[tokio::test]
async fn the_next_commits_are_folded_without_reading_the_log() {
    let (log, views) = (log_of(&[1, 2, 3]).await, MemoryViews::default());
    let commits = log.commits(&stream());
    let advanced = hint(&MemoryLog::default(), &views, &commits, 3).await.unwrap();
    let progress =
        RowAdvance { version: Version(3), commits: 3, committed_at: commits[2].committed_at, repaired: false };
    assert_eq!((advanced, row(&views).await.document.as_str()), (Advanced::To(progress), "[6,3]"));
    let lookup = Lookup {
        view: "sums",
        generation: Generation::FIRST,
        index: "sum",
        partition: ("sum", "6"),
        sort: "sum",
        from: None,
        until: None,
        direction: Direction::Ascending,
        limit: 2,
    };
    assert_eq!(views.keys(&lookup).await.unwrap(), ["1"]);
    assert_eq!(hint(&log, &views, &commits[..1], 1).await.unwrap(), Advanced::Already);
}

#[tokio::test]
async fn a_gap_is_filled_from_the_log() {
    let (log, views) = (log_of(&[1, 2, 3]).await, MemoryViews::default());
    let commits = log.commits(&stream());
    hint(&log, &views, &commits[2..], 3).await.unwrap();
    assert_eq!(row(&views).await.document, "[6,3]");
    let torn = [commits[0].clone(), commits[2].clone()];
    let views = MemoryViews::default();
    hint(&log, &views, &torn, 3).await.unwrap();
    assert_eq!(row(&views).await.document, "[6,3]");
}

#[tokio::test]
async fn a_hint_of_what_the_log_does_not_hold_is_an_error() {
    let (log, views) = (log_of(&[1]).await, MemoryViews::default());
    let ahead = hint(&log, &views, &[], 2).await;
    let Err(AdvanceError::Ahead { head, target }) = ahead else { panic!("{ahead:?}") };
    assert_eq!((head, target), (Version(1), Version(2)));
}

#[tokio::test]
async fn a_commit_that_cannot_be_folded_holds_back_what_follows_and_nothing_before() {
    let (log, views) = (log_of(&[1, 2, 3]).await, MemoryViews::default());
    let mut commits = log.commits(&stream());
    let unknown = r#"[{"type":"Doubled","schema":1,"data":{}}]"#;
    commits[1].events = Events::parse(unknown.to_owned()).unwrap();
    let stuck = hint(&log, &views, &commits, 3).await.unwrap();
    assert!(matches!(stuck, Advanced::Stuck { version: Version(2), .. }), "{stuck:?}");
    assert_eq!((row(&views).await.version, row(&views).await.document.as_str()), (Version(1), "[1,1]"));
    hint(&log, &views, &log.commits(&stream()), 3).await.unwrap();
    assert_eq!(row(&views).await.document, "[6,3]", "taken up once it can be folded");
}

#[tokio::test]
async fn a_stale_row_is_read_again_and_nothing_is_counted_twice() {
    let (log, views) = (log_of(&[1, 2, 3]).await, Stale::default());
    for target in 1..=3 {
        hint(&log, &views, &log.commits(&stream())[..target], target as u64).await.unwrap();
    }
    assert_eq!(row(&views).await.document, "[6,3]");
}

proptest! {
    /// Hints are subsets of the commits in ascending order, repeated and reordered at random. The last one names the
    /// head.
    #[test]
    fn any_hints_lead_to_the_fold(
        numbers in prop::collection::vec(1_u32..9, 1..12),
        hints in prop::collection::vec(prop::collection::vec(any::<bool>(), 12), 0..20),
        forgetful in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (log, views, rows) = (log_of(&numbers).await, Stale::default(), Rows::default());
            let commits = log.commits(&stream());
            let head = commits.len() as u64;
            let all = std::iter::once(vec![false; 12]);
            for chosen in hints.into_iter().chain(all) {
                let some: Vec<_> =
                    commits.iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(commit, _)| commit.clone()).collect();
                let target = some.last().map_or(head, |commit| commit.last_version().0);
                if forgetful {
                    hint(&log, &views, &some, target).await.unwrap();
                } else {
                    advance_by(&log, &views, &rows, &some, target).await.unwrap();
                }
                let row = row(&views).await;
                let upto = usize::try_from(row.version.0).unwrap();
                let expected = (numbers[..upto].iter().sum::<u32>(), row.version.0);
                assert!(row.version.0 >= target);
                assert_eq!(row.document, format!("[{},{}]", expected.0, expected.1));
            }
            let folded = PerStream::<Sums>::new().fold(None, &log.since(&stream(), Version::NONE).await.unwrap());
            // The attributes of indexes are not returned.
            assert_eq!(row(&views).await, Row { index: [].into(), ..folded.row.unwrap() });
        });
    }
}
