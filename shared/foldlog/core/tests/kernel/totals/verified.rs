//! Totals that are not the sum over all the streams are found, and named.

use super::{ByTurn, FIRST, LARGE, key, log_of, stream, totals};
use crate::counter::StillHost;
use foldlog::Registry;
use foldlog::totals::{Checkpoint, Entry, MOST_ITEMS, Posted, Sums, fold};
use foldlog::verify::TotalsVerification;
use foldlog::{Hash, LogScan, TotalsFold, TotalsStore, Version};
use foldlog_testing::memory::{MemoryLog, MemoryTotalsStore};

/// The result of verifying everything.
async fn verified(log: &MemoryLog, totals_store: &MemoryTotalsStore) -> Result<usize, String> {
    let streams: Vec<_> = log.heads().await.unwrap().into_iter().map(|(stream, _)| stream).collect();
    let (folds, registry): ([Box<dyn TotalsFold>; 1], _) = ([Box::new(ByTurn)], Registry::default());
    let host = &StillHost::default();
    let verification = TotalsVerification { log, totals_store, host, folds: &folds, registry: &registry };
    verification.run(&streams).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn totals_that_are_not_the_sum_are_found_and_named() {
    let counters = [vec![1, 2, 3], vec![4], vec![LARGE + 50]];
    let log = log_of(&counters).await;
    let totals_store = totals(&counters, &[]).await.totals_store;
    assert_eq!(verified(&log, &totals_store).await, Ok(2 + LARGE as usize + 50));

    // An amount is added that no stream has.
    let mut more = Sums::default();
    more.add(key("turn", &"odd"), "sum", 7);
    let checkpoint = totals_store.checkpoint(&ByTurn.place(FIRST, &stream(0))).await.unwrap();
    let same = Entry { place: ByTurn.place(FIRST, &stream(0)), seen: checkpoint.clone(), next: checkpoint.unwrap() };
    assert_eq!(totals_store.post(&[same], &more).await.unwrap(), Posted::Yes);
    let said = "sum of turn/odd in view by-turn is 9, all streams together say 2";
    assert_eq!(verified(&log, &totals_store).await, Err(said.to_owned()));
}

#[tokio::test]
async fn a_stream_that_is_not_added_is_behind_and_one_that_is_added_in_part_is_too() {
    let counters = [vec![1, 2, 3], vec![LARGE + 50]];
    let log = log_of(&counters).await;
    let totals_store = MemoryTotalsStore::default();
    let said = |stream: usize, wanted: u64| {
        let what = "checkpoint/version of its row in view by-turn";
        Err(format!("counter-{stream}@{wanted}: {what} is 0, its stream says {wanted}"))
    };
    assert_eq!(verified(&log, &totals_store).await, said(0, 3));
    let (_, sums) = fold(&ByTurn, &log.commits(&stream(0)));
    let commits = log.commits(&stream(0));
    let next = fold(&ByTurn, &commits).0.unwrap();
    let entry = Entry { place: ByTurn.place(FIRST, &stream(0)), seen: None, next };
    assert_eq!(totals_store.post(&[entry], &sums).await.unwrap(), Posted::Yes);

    // Of the other one, the first part alone, as a crash leaves it.
    let all = fold(&ByTurn, &log.commits(&stream(1))).1;
    let first = Sums(all.0.into_iter().take(MOST_ITEMS - 1).collect());
    let next = Checkpoint { document: "null".to_owned(), version: Version::NONE, part: 1, hash: Hash::ORIGIN };
    let entry = Entry { place: ByTurn.place(FIRST, &stream(1)), seen: None, next };
    assert_eq!(totals_store.post(&[entry], &first).await.unwrap(), Posted::Yes);
    assert_eq!(verified(&log, &totals_store).await, said(1, 1), "and no row of it is wrong");
}

/// The finding if the checkpoint of the first stream is replaced.
async fn with_checkpoint(counters: &[Vec<u32>], other: impl FnOnce(Checkpoint) -> Checkpoint) -> Result<usize, String> {
    let totals_store = totals(counters, &[]).await.totals_store;
    let place = ByTurn.place(FIRST, &stream(0));
    let seen = totals_store.checkpoint(&place).await.unwrap();
    let entry = Entry { place, next: other(seen.clone().unwrap()), seen };
    assert_eq!(totals_store.post(&[entry], &Sums::default()).await.unwrap(), Posted::Yes);
    verified(&log_of(counters).await, &totals_store).await
}

#[tokio::test]
async fn a_checkpoint_that_was_changed_is_named_by_its_field() {
    let counters = [vec![1, 2, 3], vec![4]];
    let said =
        |version: u64, field: &str| format!("counter-0@{version}: checkpoint/{field} of its row in view by-turn is");
    let further = with_checkpoint(&counters, |seen| Checkpoint { version: Version(4), ..seen }).await.unwrap_err();
    assert_eq!(further, format!("{} 4, its stream says 3", said(4, "version")));
    let back = with_checkpoint(&counters, |seen| Checkpoint { version: Version(2), ..seen }).await.unwrap_err();
    assert_eq!(back, format!("{} 2, its stream says 3", said(2, "version")));
    let other = with_checkpoint(&counters, |seen| Checkpoint { hash: Hash([7; 32]), ..seen }).await.unwrap_err();
    assert!(other.starts_with(&said(3, "hash")), "{other}");
    let spoilt = |seen| Checkpoint { document: "\"spoilt\"".to_owned(), ..seen };
    let spoilt = with_checkpoint(&counters, spoilt).await.unwrap_err();
    assert!(spoilt.starts_with(&said(3, "document")), "{spoilt}");
    let part = with_checkpoint(&counters, |seen| Checkpoint { part: 2, ..seen }).await.unwrap_err();
    assert_eq!(part, format!("{} 2, its stream says 0", said(3, "part")));
    assert_eq!(with_checkpoint(&counters, |seen| seen).await, Ok(2));
}

#[tokio::test]
async fn a_checkpoint_remembers_an_end_that_is_gone_and_one_that_was_rewritten() {
    let counters = [vec![1, 2, 3]];
    let totals_store = totals(&counters, &[]).await.totals_store;
    let cut = verified(&log_of(&[vec![1, 2]]).await, &totals_store).await.unwrap_err();
    assert_eq!(cut, "counter-0@3: checkpoint/version of its row in view by-turn is 3, its stream says 2");
    let rewritten = verified(&log_of(&[vec![1, 2, 4]]).await, &totals_store).await.unwrap_err();
    assert!(rewritten.starts_with("counter-0@3: checkpoint/hash of its row in view by-turn is "), "{rewritten}");
}
