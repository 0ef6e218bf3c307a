//! The totals store on `DynamoDB`: the contract of every totals store, and what this one promises beyond it.

use crate::contract::totals::rules;
use crate::store::Store;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use foldlog::totals::Posted;
use foldlog::{Advanced, TotalsStore, ViewError, advance_totals};
use foldlog_testing::host::Noon;
use foldlog_testing::memory::MemoryLog;
use foldlog_testing::sample::totals::{FIRST, Notes, checkpoint, entry, noted, standing, sums};
use futures::future::join_all;
use std::collections::BTreeMap;

/// The totals store on tables of its own.
pub(crate) async fn totals_store(store: &Store) -> foldlog_dynamo::TotalsStore {
    with_checkpoints(store).await.0
}

/// The totals store on tables of its own, and its checkpoints as the rows of a view: so a rebuild compares them.
pub(crate) async fn with_checkpoints(store: &Store) -> (foldlog_dynamo::TotalsStore, foldlog_dynamo::Views) {
    let text = |name: &'static str| (name, ScalarAttributeType::S);
    let rows = store.table("totals", &[text("partition"), text("name")], &[]).await;
    let checkpoints = store.table("checkpoints", &[text("key")], &[]).await;
    let generations = store.generations().await;
    let views = foldlog_dynamo::Views::new(store.client.clone(), &generations).with("notes", &checkpoints, &[]);
    (foldlog_dynamo::TotalsStore::new(store.client.clone(), rows, checkpoints, generations), views)
}

/// One for each rule.
pub(crate) async fn totals_stores(store: &Store) -> [foldlog_dynamo::TotalsStore; 5] {
    let totals_stores: Vec<_> = join_all([(); 5].map(|()| totals_store(store))).await;
    totals_stores.try_into().ok().unwrap()
}

#[tokio::test]
async fn on_dynamodb() {
    let store = Store::new();
    for (name, rule) in rules(&totals_stores(&store).await) {
        println!("{name}");
        rule.await;
    }
}

pub(crate) async fn many_streams_are_added_by_one_request(store: &Store) {
    let totals_store = totals_store(store).await;
    let log = MemoryLog::default();
    let (hints, all) = noted(&log).await;
    let advance = async || advance_totals(&Notes, &log, &totals_store, &Noon, FIRST, &hints).await;

    let before = store.line.sent();
    let ends = advance().await;
    assert!(ends.iter().all(|end| matches!(end, Ok(Advanced::To(progress)) if progress.commits == 5)), "{ends:?}");
    assert_eq!(store.line.sent() - before, 12 + 1, "each checkpoint, and one transaction");
    assert_eq!(standing(&totals_store, FIRST, &["texts", "letters"]).await, all);
    let ends = advance().await;
    assert!(ends.iter().all(|end| matches!(end, Ok(Advanced::Already))), "{ends:?}");
    assert_eq!(standing(&totals_store, FIRST, &["texts", "letters"]).await, all);
}

pub(crate) async fn a_lost_answer_is_asked_for_again_and_one_that_never_comes_is_found_out(store: &Store) {
    let totals_store = totals_store(store).await;
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

pub(crate) async fn rows_of_more_than_one_answer_are_read_whole(store: &Store) {
    let totals_store = totals_store(store).await;
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
