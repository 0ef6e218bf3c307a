//! What is read, removed or imported as a whole: more than an answer of the store holds, in parts and in one.

use crate::store::Store;
use crate::totals::{totals_store, with_checkpoints};
use crate::views::orders;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use foldlog::read::views::Generation;
use foldlog::rebuild::SumScan;
use foldlog::totals::{Posted, TotalKey};
use foldlog::write::scan::Part;
use foldlog::{
    AppendError, Commit, Direction, EventLog, LogScan, Lookup, Timestamp, TotalsStore, Version, ViewScan, Views,
    Written,
};
use foldlog_dynamo::{Import, ImportError, Imports, Log};
use foldlog_testing::sample::commits::{NOW, current, draft, effect, stream};
use foldlog_testing::sample::rows::{FIRST, indexed, keys, of_account, place, row};
use foldlog_testing::sample::totals::{FIRST as OF_TOTALS, checkpoint, entry, place as of_checkpoint, sums};
use std::collections::BTreeSet;

/// The commits of a part of a log, page by page, and how many pages there were.
async fn commits(log: &Log, part: Part) -> (Vec<Commit>, usize) {
    let (mut commits, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = log.page(&part, after.as_ref()).await.unwrap();
        commits.extend(page.commits.into_iter().map(Result::unwrap));
        pages += 1;
        after = page.next;
        if after.is_none() {
            return (commits, pages);
        }
    }
}

pub(crate) async fn a_log_of_more_than_one_answer_is_read_whole_in_one_part_or_in_two(store: &Store) {
    let log = store.log().await;
    assert!(log.is_empty().await.unwrap());
    let large = "x".repeat(100_000);
    for name in ["note-1", "note-2"] {
        for nth in 0..8 {
            let head = current(&log, &stream(name)).await;
            log.append(head.head(), draft(&nth.to_string(), &[&large])).await.unwrap();
        }
    }
    assert!(!log.is_empty().await.unwrap());
    let (whole, pages) = commits(&log, Part::Segment { number: 0, of: 1 }).await;
    assert!(whole.len() == 16 && pages > 1, "{} commits in {pages} pages", whole.len());
    let (first, _) = commits(&log, Part::Segment { number: 0, of: 2 }).await;
    let (second, _) = commits(&log, Part::Segment { number: 1, of: 2 }).await;
    let keys =
        |commits: &[Commit]| commits.iter().map(|one| (one.stream.clone(), one.version)).collect::<BTreeSet<_>>();
    let parts: BTreeSet<_> = keys(&first).union(&keys(&second)).cloned().collect();
    assert_eq!((first.len() + second.len(), parts), (16, keys(&whole)), "each in one part");
    let (of_stream, _) = commits(&log, Part::Stream(stream("note-2"))).await;
    let versions: Vec<_> = of_stream.iter().map(|commit| commit.version.0).collect();
    assert_eq!(versions, (1..=8).collect::<Vec<_>>());
    let heads: BTreeSet<_> = log.heads().await.unwrap().into_iter().collect();
    assert_eq!(heads, [(stream("note-1"), Version(8)), (stream("note-2"), Version(8))].into());
    assert!(log.size().await.is_ok());
}

pub(crate) async fn rows_are_paged_in_one_part_or_in_two_and_removed(store: &Store) {
    let (views, _) = orders(store).await;
    let large = "x".repeat(120_000);
    for (generation, number) in [(1, 20), (2, 10)].into_iter().flat_map(|(g, count)| (0..count).map(move |n| (g, n))) {
        let place = place(Generation(generation), &number.to_string());
        assert_eq!(views.write(&place, &row(1, &large), Version::NONE).await.unwrap(), Written::Yes);
    }
    let found = async |part: (u32, u32)| {
        let (mut keys, mut after, mut pages) = (BTreeSet::new(), None::<String>, 0);
        loop {
            let page = views.page("order", part, after.as_deref()).await.unwrap();
            keys.extend(page.rows.into_iter().map(|(generation, key, row)| (generation, key, row.unwrap().version)));
            pages += 1;
            after = page.next;
            if after.is_none() {
                return (keys, pages);
            }
        }
    };
    let (whole, pages) = found((0, 1)).await;
    assert!(whole.len() == 30 && pages > 1, "{} rows in {pages} pages", whole.len());
    let ((first, pages), (second, more)) = (found((0, 2)).await, found((1, 2)).await);
    assert!(pages + more > 2, "a part of two has more than one page");
    assert_eq!((first.len() + second.len(), first.union(&second).count()), (30, 30));
    let all: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    assert!(views.remove("order", FIRST, &all).await.unwrap().is_empty());
    let left = found((0, 1)).await.0;
    assert!(left.len() == 10 && left.iter().all(|(generation, ..)| *generation == Generation(2)));
}

pub(crate) async fn sums_are_paged_and_removed(store: &Store) {
    let totals_store = totals_store(store).await;
    let long = "x".repeat(900);
    let name = |number: u64, nth: usize| format!("{long}{number:02}{nth:02}");
    for number in 0..15_u64 {
        let names: Vec<String> = (0..90).map(|nth| name(number, nth)).collect();
        let added: Vec<_> = names.iter().map(|name| ("p", name.as_str(), "times", 1)).collect();
        let begun = [entry(&number.to_string(), None, checkpoint(1, 0))];
        let _ = totals_store.post(&begun, &sums(&added)).await.unwrap();
    }
    let page = totals_store.sums_page("notes", None).await.unwrap();
    let after = page.next.expect("more than one answer holds");
    let second = totals_store.sums_page("notes", Some(&after)).await.unwrap();
    assert_eq!((page.rows.len() + second.rows.len(), second.next), (15 * 90, None));
    let keys: Vec<_> = (0..30).map(|nth| TotalKey { partition: "p".to_owned(), name: name(0, nth) }).collect();
    assert!(totals_store.remove_sums("notes", OF_TOTALS, &keys).await.unwrap().is_empty());
    assert!(totals_store.rows("notes", OF_TOTALS, "p", &name(0, 0)..=&name(0, 29)).await.unwrap().is_empty());
}

pub(crate) async fn checkpoints_alone_are_posted_and_read_as_rows_of_a_view(store: &Store) {
    let (totals_store, checkpoints) = with_checkpoints(store).await;
    let names: Vec<String> = (10..22).map(|number: u32| number.to_string()).collect();
    let nothing = sums(&[]);
    let begun: Vec<_> = names.iter().map(|name| entry(name, None, checkpoint(1, 0))).collect();
    assert_eq!(totals_store.post(&begun, &nothing).await.unwrap(), Posted::Yes);
    let both = [entry("10", Some(checkpoint(1, 0)), checkpoint(2, 0)), entry("22", None, checkpoint(1, 0))];
    assert_eq!(totals_store.post(&both, &nothing).await.unwrap(), Posted::Yes);
    let next = [entry("10", Some(checkpoint(2, 0)), checkpoint(3, 0))];
    assert_eq!(totals_store.post(&next, &nothing).await.unwrap(), Posted::Yes);

    let places: Vec<_> = names.iter().map(|name| of_checkpoint(name)).collect();
    let rows = checkpoints.rows(&places).await.unwrap();
    let versions: Vec<_> = rows.into_iter().map(|row| row.unwrap().version.0).collect();
    assert_eq!(versions, [&[3][..], &[1; 11]].concat());
    for parts in [1, 2] {
        let mut keys = BTreeSet::new();
        for part in 0..parts {
            let page = checkpoints.page("notes", (part, parts), None).await.unwrap();
            assert_eq!(page.next, None);
            keys.extend(page.rows.iter().map(|(_, key, _)| key.clone()));
            if let Some((_, key, _)) = page.rows.first() {
                let rest = checkpoints.page("notes", (part, parts), Some(&format!("g1/{key}"))).await.unwrap();
                assert_eq!(rest.rows.len() + 1, page.rows.len(), "behind the first");
            }
        }
        assert_eq!(keys.len(), 13);
    }
    assert!(checkpoints.remove("notes", OF_TOTALS, &names).await.unwrap().is_empty());
    assert_eq!(totals_store.checkpoint(&of_checkpoint("10")).await.unwrap(), None);
    assert_eq!(totals_store.checkpoint(&of_checkpoint("22")).await.unwrap(), Some(checkpoint(1, 0)));
}

/// More than one answer holds, under every condition on the sort key.
pub(crate) async fn a_large_partition_is_read_whole_between_any_bounds(store: &Store) {
    let (views, _) = orders(store).await;
    let large = "x".repeat(300_000);
    for number in 1..=8 {
        let row = indexed(1, &large, "alice", &format!("t{number}"));
        assert_eq!(views.write(&place(FIRST, &number.to_string()), &row, Version::NONE).await.unwrap(), Written::Yes);
    }
    let upwards: Vec<String> = (1..=8).map(|number| number.to_string()).collect();
    let downwards: Vec<String> = upwards.iter().rev().cloned().collect();
    let ends = [(Direction::Ascending, "t0", "t9", &upwards), (Direction::Descending, "t9", "t0", &downwards)];
    for (direction, first, last, expected) in ends {
        for (from, until) in [(None, None), (Some(first), None), (None, Some(last)), (Some(first), Some(last))] {
            let before = store.line.sent();
            let lookup = Lookup { until, ..of_account("alice", from, direction, 100) };
            assert_eq!(keys(&views, lookup).await, *expected, "{direction:?} {from:?} {until:?}");
            assert!(store.line.sent() - before > 1);
        }
    }
}

pub(crate) async fn a_commit_is_imported_with_its_marker_once_or_again_and_over_no_other(store: &Store) {
    let (source, target) = (store.marked_log().await, store.marked_log().await);
    let head = current(&source, &stream("note-1")).await;
    let commit = source.append(head.head(), effect("one", NOW)).await.unwrap();
    for _ in 0..2 {
        target.import(&commit, "import").await.unwrap();
    }
    assert_eq!(current(&target, &stream("note-1")).await.commits(), std::slice::from_ref(&commit));
    // The marker is there: the reaction is recognised.
    let head = current(&target, &stream("note-1")).await;
    let repeated = target.append(head.head(), effect("one", NOW)).await;
    assert!(matches!(&repeated, Err(AppendError::Repeated(found)) if **found == commit), "{repeated:?}");
    let other = store.log().await;
    let head = current(&other, &stream("note-1")).await;
    let another = other.append(head.head(), draft("two", &["else"])).await.unwrap();
    let refused = target.import(&another, "import").await;
    assert!(matches!(refused, Err(ImportError::Occupied(_))), "{refused:?}");
}

pub(crate) async fn imports_are_read_as_they_were_noted_last(store: &Store) {
    let table = store.table("imports", &[("id", ScalarAttributeType::S)], &[]).await;
    let imports = Imports::new(store.client.clone(), table);
    let begun = |id: &str| Import { id: id.to_owned(), commits: 3, begun_at: NOW, verified_at: None };
    for import in [begun("b"), begun("a")] {
        imports.note(&import).await.unwrap();
    }
    let verified = Import { verified_at: Some(Timestamp(NOW.0 + 1)), ..begun("b") };
    imports.note(&verified).await.unwrap();
    assert_eq!(imports.all().await.unwrap(), [begun("a"), verified]);
}
