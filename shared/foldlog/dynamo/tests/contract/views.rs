//! Rows: written conditionally, found by key and by index, apart by generation; the same in memory and on `DynamoDB`.

use crate::store::Store;
use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};
use foldlog::read::views::{Generation, RowKey};
use foldlog::{Consistency, Direction, Hash, Lookup, Lookups, Row, Version, ViewError, Views, Written};
use foldlog_testing::faulty::{FaultModel, FaultyViews, Odds};
use foldlog_testing::memory::MemoryViews;
use std::collections::BTreeMap;

const FIRST: Generation = Generation::FIRST;

/// A view `order` with an index by account and time.
async fn orders(store: &Store) -> (foldlog_dynamo::Views, String) {
    let table = store.table(&[("key", ScalarAttributeType::S)], &[["account", "account", "placed"]]).await;
    let views = foldlog_dynamo::Views::new(store.client.clone(), store.generations().await);
    (views.with("order", &table, &["account"]), table)
}

fn place(generation: Generation, key: &str) -> RowKey {
    RowKey { view: "order", generation, key: key.to_owned() }
}

/// A row without index attributes, as it is read back.
fn row(version: u64, document: &str) -> Row {
    Row { document: document.to_owned(), version: Version(version), hash: Hash([7; 32]), index: BTreeMap::new() }
}

fn indexed(version: u64, document: &str, account: &str, placed: &str) -> Row {
    Row {
        index: BTreeMap::from([("account", account.to_owned()), ("placed", placed.to_owned())]),
        ..row(version, document)
    }
}

fn of_account<'a>(account: &'a str, from: Option<&'a str>, direction: Direction, limit: usize) -> Lookup<'a> {
    Lookup {
        view: "order",
        generation: FIRST,
        index: "account",
        partition: ("account", account),
        sort: "placed",
        from,
        until: None,
        direction,
        limit,
    }
}

async fn keys<V: Lookups>(views: &V, lookup: Lookup<'_>) -> Vec<String> {
    let keys = views.keys(&lookup).await.unwrap();
    let rows = views.query(&lookup).await.unwrap().into_iter();
    assert_eq!(rows.map(|(key, _)| key).collect::<Vec<_>>(), keys);
    keys
}

/// Runs each rule over each implementation.
macro_rules! everywhere {
    ($($rule:ident),*) => {
        mod memory {
            $(
                #[tokio::test]
                async fn $rule() {
                    super::$rule(&super::MemoryViews::default()).await;
                }
            )*
        }

        mod faulty {
            use super::{FaultyViews, MemoryViews, Odds, FaultModel};
            $(
                #[tokio::test]
                async fn $rule() {
                    let views = FaultyViews::under(MemoryViews::default(), FaultModel::new(1, Odds::NONE));
                    super::$rule(&views).await;
                }
            )*
        }

        mod dynamodb {
            $(
                #[tokio::test]
                async fn $rule() {
                    super::$rule(&super::orders(&crate::store::Store::new()).await.0).await;
                }
            )*
        }
    };
}

everywhere!(
    a_row_is_written_only_over_the_version_that_was_seen,
    generations_do_not_see_each_other,
    a_partition_is_paged_through_in_either_direction,
    a_partition_is_read_up_to_a_bound_in_either_direction,
    a_row_is_found_where_it_is_indexed_now
);

async fn a_row_is_written_only_over_the_version_that_was_seen<V: Views + Lookups>(views: &V) {
    let one = place(FIRST, "1");
    let lost = async |row: Row, seen| views.write(&one, &row, seen).await.unwrap();
    assert_eq!(lost(row(5, "over nothing"), Version(4)).await, Written::No(None));
    assert_eq!(views.row(&one, Consistency::Strong).await.unwrap(), None);
    assert_eq!(views.write(&one, &row(2, "first"), Version::NONE).await.unwrap(), Written::Yes);
    assert_eq!(lost(row(3, "as if absent"), Version::NONE).await, Written::No(Some(row(2, "first"))));
    assert_eq!(views.write(&one, &row(12, "second"), Version(2)).await.unwrap(), Written::Yes);
    assert_eq!(lost(row(13, "stale"), Version(2)).await, Written::No(Some(row(12, "second"))));
    assert_eq!(views.row(&one, Consistency::Strong).await.unwrap(), Some(row(12, "second")));
}

async fn generations_do_not_see_each_other<V: Views + Lookups>(views: &V) {
    for number in [1, 2, 12] {
        let row = indexed(number, &number.to_string(), "alice", "t1");
        assert_eq!(
            views.write(&place(Generation(u32::try_from(number).unwrap()), "a/b"), &row, Version::NONE).await.unwrap(),
            Written::Yes
        );
    }
    assert_eq!(views.row(&place(Generation(2), "a/b"), Consistency::Strong).await.unwrap(), Some(row(2, "2")));
    let found = views.query(&of_account("alice", None, Direction::Ascending, 10)).await.unwrap();
    assert_eq!(found, [("a/b".to_owned(), row(1, "1"))]);
}

async fn a_partition_is_paged_through_in_either_direction<V: Views + Lookups>(views: &V) {
    for number in 1..=7 {
        let row = indexed(1, "{}", "alice", &format!("t{number}"));
        assert_eq!(views.write(&place(FIRST, &number.to_string()), &row, Version::NONE).await.unwrap(), Written::Yes);
    }
    assert_eq!(
        views.write(&place(FIRST, "8"), &indexed(1, "{}", "bob", "t3"), Version::NONE).await.unwrap(),
        Written::Yes
    );
    assert_eq!(views.write(&place(FIRST, "9"), &row(1, "null"), Version::NONE).await.unwrap(), Written::Yes);

    let (up, down) = (Direction::Ascending, Direction::Descending);
    assert_eq!(keys(views, of_account("alice", None, up, 3)).await, ["1", "2", "3"]);
    assert_eq!(keys(views, of_account("alice", Some("t3"), up, 3)).await, ["4", "5", "6"]);
    assert_eq!(keys(views, of_account("alice", Some("t6"), up, 3)).await, ["7"]);
    assert_eq!(keys(views, of_account("alice", None, down, 3)).await, ["7", "6", "5"]);
    assert_eq!(keys(views, of_account("alice", Some("t5"), down, 100)).await, ["4", "3", "2", "1"]);
    assert_eq!(keys(views, of_account("bob", None, up, 100)).await, ["8"]);
    assert!(keys(views, of_account("carol", None, up, 100)).await.is_empty());
    assert!(keys(views, of_account("alice", None, up, 0)).await.is_empty());
}

async fn a_partition_is_read_up_to_a_bound_in_either_direction<V: Views + Lookups>(views: &V) {
    for number in 1..=7 {
        let row = indexed(1, "{}", "alice", &format!("t{number}"));
        assert_eq!(views.write(&place(FIRST, &number.to_string()), &row, Version::NONE).await.unwrap(), Written::Yes);
    }
    let upto = |from, until, direction, limit| Lookup { until, ..of_account("alice", from, direction, limit) };
    let (up, down) = (Direction::Ascending, Direction::Descending);
    assert_eq!(keys(views, upto(None, Some("t2"), up, 9)).await, ["1", "2"]);
    assert_eq!(keys(views, upto(None, Some("t6"), down, 9)).await, ["7", "6"]);
    assert_eq!(keys(views, upto(Some("t2"), Some("t5"), up, 9)).await, ["3", "4", "5"]);
    assert_eq!(keys(views, upto(Some("t2"), Some("t5"), up, 2)).await, ["3", "4"]);
    assert_eq!(keys(views, upto(Some("t5"), Some("t2"), down, 9)).await, ["4", "3", "2"]);
    assert_eq!(keys(views, upto(Some("t25"), Some("t45"), up, 9)).await, ["3", "4"], "bounds that no row has");
}

async fn a_row_is_found_where_it_is_indexed_now<V: Views + Lookups>(views: &V) {
    let one = place(FIRST, "1");
    assert_eq!(views.write(&one, &indexed(1, "{}", "alice", "t1"), Version::NONE).await.unwrap(), Written::Yes);
    assert_eq!(views.write(&one, &row(2, "{}"), Version(1)).await.unwrap(), Written::Yes);
    assert!(keys(views, of_account("alice", None, Direction::Ascending, 10)).await.is_empty());
}

#[tokio::test]
async fn a_row_is_read_as_it_was_written() {
    let store = Store::new();
    let (views, _) = orders(&store).await;
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        assert_eq!(views.row(&place(FIRST, "1"), consistency).await.unwrap(), None);
        assert_eq!(store.line.was_consistent(), consistency == Consistency::Strong);
    }
    assert_eq!(
        views.write(&place(FIRST, "1"), &indexed(1, r#"{"a":1}"#, "alice", "t1"), Version::NONE).await.unwrap(),
        Written::Yes
    );
    for consistency in [Consistency::Eventual, Consistency::Strong] {
        assert_eq!(views.row(&place(FIRST, "1"), consistency).await.unwrap(), Some(row(1, r#"{"a":1}"#)));
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_says_that_the_row_moved_and_the_row_did() {
    let store = Store::new();
    let (views, _) = orders(&store).await;
    store.line.lose(1);
    let lost = views.write(&place(FIRST, "1"), &row(2, "mine"), Version::NONE).await.unwrap();
    assert_eq!(lost, Written::No(Some(row(2, "mine"))));
}

#[tokio::test]
async fn a_page_larger_than_one_answer_of_the_store_is_filled() {
    let store = Store::new();
    let (views, _) = orders(&store).await;
    let large = "x".repeat(300_000);
    for number in 1..=8 {
        let row = indexed(1, &large, "alice", &format!("t{number}"));
        assert_eq!(views.write(&place(FIRST, &number.to_string()), &row, Version::NONE).await.unwrap(), Written::Yes);
    }
    let before = store.line.sent();
    assert_eq!(
        keys(&views, of_account("alice", None, Direction::Descending, 7)).await,
        ["8", "7", "6", "5", "4", "3", "2"]
    );
    assert!(store.line.sent() - before > 1);
}

#[tokio::test]
async fn what_is_no_row_or_no_view_cannot_be_used() {
    let store = Store::new();
    let (views, table) = orders(&store).await;
    store.client.put_item().table_name(&table).item("key", AttributeValue::S("g1/1".to_owned())).send().await.unwrap();
    let foreign = views.row(&place(FIRST, "1"), Consistency::Strong).await;
    assert!(matches!(foreign, Err(ViewError::Unusable(_))), "{foreign:?}");
    let unknown = RowKey { view: "sales", ..place(FIRST, "1") };
    let unknown = views.row(&unknown, Consistency::Strong).await;
    assert!(matches!(unknown, Err(ViewError::Unusable(_))), "{unknown:?}");
}
