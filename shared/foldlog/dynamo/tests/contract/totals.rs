//! What holds for every totals_store of totals, and what the one on `DynamoDB` promises beyond it.

use crate::notebook::Notebook;
use crate::sample::{NOW, Sample, note_each, stream};
use crate::store::Store;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use foldlog::memory::MemoryLog;
use foldlog::read::views::{Generation, RowKey};
use foldlog::totals::{Checkpoint, Entry, MOST_ITEMS, MemoryTotalsStore, Posted, Sums, TotalKey, fold};
use foldlog::{
    Advanced, Clock, EventLog, Hash, Hint, Randomness, Recorded, Timestamp, Totals, TotalsStore, Version, ViewError,
    advance_totals,
};
use futures::future::{BoxFuture, join_all};
use std::collections::BTreeMap;
use std::time::Duration;

const FIRST: Generation = Generation::FIRST;

/// How often each text was noted, and how long they were; in a row for each letter too, which all streams share.
struct Notes;

impl Totals for Notes {
    const NAME: &'static str = "notes";
    type Decider = Notebook;
    type Document = u32;

    fn partitions() -> Vec<String> {
        ["texts", "letters"].map(str::to_owned).into()
    }

    fn apply(noted: Option<u32>, recorded: &Recorded<'_, Sample>) -> (Option<u32>, Sums) {
        let Sample::Noted { text } = &recorded.event;
        let mut sums = Sums::default();
        sums.add(key("texts", text), "times", 1);
        for letter in text.chars() {
            sums.add(key("letters", &letter.to_string()), "times", 1);
            sums.add(key("letters", &letter.to_string()), "behind others", noted.unwrap_or_default().into());
        }
        (Some(noted.unwrap_or_default() + 1), sums)
    }
}

struct Host;

impl Clock for Host {
    fn now(&self) -> Timestamp {
        NOW
    }

    async fn sleep(&self, _: Duration) {
        tokio::task::yield_now().await;
    }
}

impl Randomness for Host {
    fn bits(&self) -> u128 {
        0
    }
}

fn key(partition: &str, name: &str) -> TotalKey {
    TotalKey { partition: partition.to_owned(), name: name.to_owned() }
}

fn place(key: &str) -> RowKey {
    RowKey { view: "notes", generation: FIRST, key: key.to_owned() }
}

fn checkpoint(version: u64, part: u32) -> Checkpoint {
    Checkpoint { document: format!("[{version}]"), version: Version(version), part, hash: Hash([7; 32]) }
}

fn entry(key: &str, seen: Option<Checkpoint>, next: Checkpoint) -> Entry {
    Entry { place: place(key), seen, next }
}

fn sums(amounts: &[(&str, &str, &str, i64)]) -> Sums {
    let mut sums = Sums::default();
    for (partition, name, amount, by) in amounts {
        sums.add(key(partition, name), amount, *by);
    }
    sums
}

/// All rows of these partitions.
async fn standing<L: TotalsStore>(totals_store: &L, generation: Generation, partitions: &[&str]) -> Sums {
    let mut all = Sums::default();
    for partition in partitions {
        let rows = totals_store.rows("notes", generation, partition, "\u{1}"..="\u{10ffff}").await.unwrap();
        all.0.extend(rows.into_iter().map(|(name, amounts)| (key(partition, &name), amounts)));
    }
    all
}

pub(crate) async fn checkpoint_and_sums_are_written_together<L: TotalsStore>(totals_store: &L) {
    assert_eq!(totals_store.checkpoint(&place("1")).await.unwrap(), None);
    let first = sums(&[("p", "a", "times", 2), ("p", "a", "size in bytes", -7), ("q", "a", "times", 1)]);
    let posted = totals_store.post(&[entry("1", None, checkpoint(3, 0))], &first).await.unwrap();
    assert_eq!((posted, totals_store.checkpoint(&place("1")).await.unwrap()), (Posted::Yes, Some(checkpoint(3, 0))));
    assert_eq!(standing(totals_store, FIRST, &["p", "q"]).await, first);

    let entries = [entry("1", Some(checkpoint(3, 0)), checkpoint(4, 0)), entry("2", None, checkpoint(9, 1))];
    let second = sums(&[("p", "a", "times", 5), ("p", "b", "times", 1)]);
    assert_eq!(totals_store.post(&entries, &second).await.unwrap(), Posted::Yes);
    assert_eq!(totals_store.checkpoint(&place("2")).await.unwrap(), Some(checkpoint(9, 1)));
    let mut both = first;
    both.merge(second);
    assert_eq!(standing(totals_store, FIRST, &["p", "q"]).await, both);
}

pub(crate) async fn on_a_checkpoint_that_moved_nothing_is_written<L: TotalsStore>(totals_store: &L) {
    let added = sums(&[("p", "a", "times", 1)]);
    let begun = [entry("1", None, checkpoint(3, 1)), entry("2", None, checkpoint(1, 0))];
    assert_eq!(totals_store.post(&begun, &added).await.unwrap(), Posted::Yes);
    for seen in [None, Some(checkpoint(3, 0)), Some(checkpoint(3, 2)), Some(checkpoint(2, 1))] {
        let entries =
            [entry("2", Some(checkpoint(1, 0)), checkpoint(2, 0)), entry("1", seen.clone(), checkpoint(4, 0))];
        let posted = totals_store.post(&entries, &added).await.unwrap();
        assert_eq!(posted, Posted::No(vec![Some(checkpoint(1, 0)), Some(checkpoint(3, 1))]), "{seen:?}");
    }
    let gone = totals_store.post(&[entry("3", Some(checkpoint(1, 0)), checkpoint(2, 0))], &added).await.unwrap();
    assert_eq!(gone, Posted::No(vec![None]));
    for (name, stands) in [("1", Some(checkpoint(3, 1))), ("2", Some(checkpoint(1, 0))), ("3", None)] {
        assert_eq!(totals_store.checkpoint(&place(name)).await.unwrap(), stands);
    }
    assert_eq!(standing(totals_store, FIRST, &["p"]).await, added);
}

pub(crate) async fn a_transaction_may_hold_as_many_items_as_promised<L: TotalsStore>(totals_store: &L) {
    let names: Vec<String> = (1..MOST_ITEMS).map(|number| format!("row {number:03}")).collect();
    let added: Vec<_> = names.iter().map(|name| ("p", name.as_str(), "times", 1)).collect();
    assert_eq!(totals_store.post(&[entry("1", None, checkpoint(1, 0))], &sums(&added)).await.unwrap(), Posted::Yes);
    assert_eq!(standing(totals_store, FIRST, &["p"]).await, sums(&added));
    let some = totals_store.rows("notes", FIRST, "p", "row 010"..="row 012").await.unwrap();
    assert_eq!(some.into_keys().collect::<Vec<_>>(), ["row 010", "row 011", "row 012"], "both ends are included");
}

pub(crate) async fn generations_do_not_mix<L: TotalsStore>(totals_store: &L) {
    for generation in [1, 2, 12] {
        let place = RowKey { generation: Generation(generation), ..place("1") };
        let added = sums(&[("p", "a", "times", generation.into())]);
        let entry = Entry { place: place.clone(), seen: None, next: checkpoint(generation.into(), 0) };
        assert_eq!(totals_store.post(&[entry], &added).await.unwrap(), Posted::Yes);
        assert_eq!(standing(totals_store, place.generation, &["p"]).await, added);
        assert_eq!(totals_store.checkpoint(&place).await.unwrap(), Some(checkpoint(generation.into(), 0)));
    }
}

/// Notes in 12 streams, and what they add.
async fn noted(log: &MemoryLog) -> (Vec<Hint>, Sums) {
    let (mut hints, mut all) = (Vec::new(), Sums::default());
    for number in 0..12 {
        let name = stream(&format!("note-{number}"));
        let texts = ["ab", "bc", "ca", "abc", &format!("a{number}")].map(str::to_owned);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        note_each(log, &name, &texts).await;
        all.merge(fold(&Notes, &log.since(&name, Version::NONE).await.unwrap()).1);
        hints.push(Hint::of(name, Version(5)));
    }
    (hints, all)
}

pub(crate) async fn writers_side_by_side_add_everything_once<L: TotalsStore>(totals_store: &L) {
    let log = MemoryLog::default();
    let (mut hints, all) = noted(&log).await;
    let writers = (0..4).map(|writer| {
        hints.rotate_left(writer * 3);
        let hints = hints.clone();
        let log = &log;
        async move {
            let mut left = hints;
            while !left.is_empty() {
                let ends = advance_totals(&Notes, log, totals_store, &Host, FIRST, &left).await;
                left = left.into_iter().zip(ends).filter(|(_, end)| end.is_err()).map(|(hint, _)| hint).collect();
            }
        }
    });
    let writers: Vec<_> = writers.collect();
    join_all(writers).await;
    assert_eq!(standing(totals_store, FIRST, &["texts", "letters"]).await, all);
}

/// The totals store on tables of its own.
pub(crate) async fn totals_store(store: &Store) -> foldlog_dynamo::TotalsStore {
    let text = |name: &'static str| (name, ScalarAttributeType::S);
    let rows = store.table(&[text("partition"), text("name")], &[]).await;
    let checkpoints = store.table(&[text("key")], &[]).await;
    foldlog_dynamo::TotalsStore::new(store.client.clone(), rows, checkpoints, store.generations().await)
}

/// Every rule, on totals stores of their own.
pub(crate) fn rules<L: TotalsStore>(totals_stores: &[L; 5]) -> [(&'static str, BoxFuture<'_, ()>); 5] {
    let [first, second, third, fourth, fifth] = totals_stores;
    [
        ("together", Box::pin(checkpoint_and_sums_are_written_together(first))),
        ("moved", Box::pin(on_a_checkpoint_that_moved_nothing_is_written(second))),
        ("many", Box::pin(a_transaction_may_hold_as_many_items_as_promised(third))),
        ("generations", Box::pin(generations_do_not_mix(fourth))),
        ("writers", Box::pin(writers_side_by_side_add_everything_once(fifth))),
    ]
}

#[tokio::test]
async fn in_memory() {
    for (name, rule) in rules(&std::array::from_fn(|_| MemoryTotalsStore::default())) {
        println!("{name}");
        rule.await;
    }
}

#[tokio::test]
async fn on_dynamodb() {
    let store = Store::new();
    let totals_stores = [(); 5].map(|()| totals_store(&store));
    let totals_stores: Vec<foldlog_dynamo::TotalsStore> = join_all(totals_stores).await;
    for (name, rule) in rules(&totals_stores.try_into().unwrap()) {
        println!("{name}");
        rule.await;
    }
}

#[tokio::test]
async fn many_streams_are_added_by_one_request() {
    let store = Store::new();
    let totals_store = totals_store(&store).await;
    let log = MemoryLog::default();
    let (hints, all) = noted(&log).await;
    let advance = async || advance_totals(&Notes, &log, &totals_store, &Host, FIRST, &hints).await;

    let before = store.line.sent();
    let ends = advance().await;
    assert!(ends.iter().all(|end| matches!(end, Ok(Advanced::To(progress)) if progress.commits == 5)), "{ends:?}");
    assert_eq!(store.line.sent() - before, 12 + 1, "each checkpoint, and one transaction");
    assert_eq!(standing(&totals_store, FIRST, &["texts", "letters"]).await, all);
    let ends = advance().await;
    assert!(ends.iter().all(|end| matches!(end, Ok(Advanced::Already))), "{ends:?}");
    assert_eq!(standing(&totals_store, FIRST, &["texts", "letters"]).await, all);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_one_that_never_comes_is_found_out() {
    let store = Store::new();
    let totals_store = totals_store(&store).await;
    let added = sums(&[("p", "a", "times", 1)]);
    store.line.lose(1);
    let begun = totals_store.post(&[entry("1", None, checkpoint(1, 0))], &added).await.unwrap();
    assert_eq!(begun, Posted::Yes, "the client sends it again under the same token");
    let next = [entry("1", Some(checkpoint(1, 0)), checkpoint(2, 0))];
    store.line.lose(3);
    let lost = totals_store.post(&next, &added).await;
    assert!(matches!(lost, Err(ViewError::Unavailable(_))), "{lost:?}");
    assert_eq!(totals_store.post(&next, &added).await.unwrap(), Posted::No(vec![Some(checkpoint(2, 0))]));
    let rows = totals_store.rows("notes", FIRST, "p", "a"..="a").await.unwrap();
    assert_eq!(rows, BTreeMap::from([("a".to_owned(), [("times".to_owned(), 2)].into())]));
}

#[tokio::test]
async fn rows_of_more_than_one_answer_are_read_whole() {
    let store = Store::new();
    let totals_store = totals_store(&store).await;
    let long = "x".repeat(900);
    for number in 0..15_u64 {
        let names: Vec<String> = (0..99).map(|row| format!("{long}{number:02}{row:02}")).collect();
        let added: Vec<_> = names.iter().map(|name| ("p", name.as_str(), "times", 1)).collect();
        let begun = [entry(&number.to_string(), None, checkpoint(1, 0))];
        assert_eq!(totals_store.post(&begun, &sums(&added)).await.unwrap(), Posted::Yes);
    }
    let before = store.line.sent();
    let rows = totals_store.rows("notes", FIRST, "p", "a"..="z").await.unwrap();
    assert_eq!(rows.len(), 15 * 99);
    assert!(store.line.sent() - before > 1);
}
