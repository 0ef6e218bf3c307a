//! What a document is read as: by its row, completed from the log, or as it was; and what cannot be answered.

use crate::sample::{Counted, Noon, Sum, append, subscriptions};
use foldlog::past::When;
use foldlog::{Hint, ProjectionEngine, StreamName, Version};
use foldlog_functions::reading::{Asked, Documents};
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryViews};

/// As many events as a view may be behind and still be completed from the log.
const INTERVAL: u64 = 200;

fn stream() -> StreamName {
    "counter-1".parse().unwrap()
}

/// A log, and views that follow its first events only.
async fn ground(followed: u64, behind: u64) -> (MemoryLog, MemoryViews) {
    let (log, views) = (MemoryLog::default(), MemoryViews::default());
    for version in 1..=followed + behind {
        append(&log, &stream(), &[Counted::Added { by: 1 }]).await;
        if version == followed {
            let projections =
                ProjectionEngine::new(log.clone(), views.clone(), MemoryParked::default(), Noon, subscriptions());
            assert!(projections.follow(&[Hint::of(stream(), Version(version))]).await.failed.is_empty());
        }
    }
    (log, views)
}

/// The version and the sum that are found, or the status of the problem.
async fn found((log, views): &(MemoryLog, MemoryViews), asked: Asked) -> Result<Option<(u64, u32)>, u16> {
    let found = Documents { log, views }.found::<Sum>(&asked, &1, |_| true).await;
    found.map(|found| found.map(|(version, sum)| (version.0, sum))).map_err(|problem| problem.status().as_u16())
}

fn now(version: u64) -> Asked {
    Asked::Now(Version(version))
}

fn then(version: u64) -> Asked {
    Asked::Then(When::Version(Version(version)))
}

#[tokio::test]
async fn a_row_is_shown_as_it_is_and_completed_up_to_the_log_s_end_where_more_is_asked_for() {
    let ground = ground(3, 2).await;
    assert_eq!(found(&ground, now(0)).await, Ok(Some((3, 3))));
    assert_eq!(found(&ground, now(3)).await, Ok(Some((3, 3))));
    assert_eq!(found(&ground, now(4)).await, Ok(Some((5, 5))));
    assert_eq!(found(&ground, now(6)).await, Err(409), "the log ends before");
}

#[tokio::test]
async fn what_the_row_lacks_is_not_folded_while_a_request_waits_where_it_is_much() {
    let ground = ground(1, INTERVAL + 1).await;
    assert_eq!(found(&ground, now(INTERVAL + 1)).await, Ok(Some((INTERVAL + 2, 202))));
    assert_eq!(found(&ground, now(INTERVAL + 2)).await, Err(503), "the log has it, the view is too far behind");
    assert_eq!(found(&ground, now(INTERVAL + 3)).await, Err(409), "the log ends before");
}

#[tokio::test]
async fn a_document_is_shown_as_its_first_events_made_it_to_those_who_may_see_it() {
    let ground = ground(3, 2).await;
    assert_eq!(found(&ground, then(0)).await, Ok(None));
    assert_eq!(found(&ground, then(4)).await, Ok(Some((4, 4))));
    assert_eq!(found(&ground, then(6)).await, Err(409));
    let (log, views) = &ground;
    let hidden = Documents { log, views }.found::<Sum>(&then(6), &1, |_| false).await;
    assert!(matches!(hidden, Ok(None)), "nor is its version told");
}
