//! The rows on `DynamoDB`: the contract of all views, and what these promise beyond it.

use crate::contract::views as rules;
use crate::store::Store;
use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};
use foldlog::read::views::RowKey;
use foldlog::{Consistency, Direction, Version, ViewError, Views, Written};
use foldlog_testing::sample::rows::{FIRST, indexed, keys, of_account, place, row};

/// A view `order` with an index by account and time.
async fn orders(store: &Store) -> (foldlog_dynamo::Views, String) {
    let table = store.table(&[("key", ScalarAttributeType::S)], &[["account", "account", "placed"]]).await;
    let views = foldlog_dynamo::Views::new(store.client.clone(), store.generations().await);
    (views.with("order", &table, &["account"]), table)
}

macro_rules! on_dynamodb {
    ($($rule:ident),*) => {
        mod dynamodb {
            $(
                #[tokio::test]
                async fn $rule() {
                    super::rules::$rule(&super::orders(&crate::store::Store::new()).await.0).await;
                }
            )*
        }
    };
}

foldlog_testing::views_rules!(on_dynamodb);

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
