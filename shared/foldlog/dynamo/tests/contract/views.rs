//! The rows on `DynamoDB`: the contract of all views, and what these promise beyond it.

use crate::contract::views as rules;
use crate::store::Store;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextMut, FinalizerInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType, WriteRequest};
use foldlog::read::views::RowKey;
use foldlog::{Consistency, Direction, Version, ViewError, ViewScan, Views, Written};
use foldlog_testing::sample::rows::{FIRST, indexed, keys, of_account, place, row};
use std::collections::HashMap;
use std::sync::Mutex;

/// A view `order` with an index by account and time.
pub(crate) async fn orders(store: &Store) -> (foldlog_dynamo::Views, String) {
    let table = store.table("view", &[("key", ScalarAttributeType::S)], &[["account", "account", "placed"]]).await;
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

macro_rules! each_on_views_of_its_own {
    ($($rule:ident),*) => {
        pub(crate) async fn the_contract_of_all_views_holds(store: &Store) {
            $(rules::$rule(&orders(store).await.0).await;)*
        }
    };
}

foldlog_testing::views_rules!(each_on_views_of_its_own);

pub(crate) async fn a_row_is_read_as_it_was_written(store: &Store) {
    let (views, _) = orders(store).await;
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

pub(crate) async fn a_write_whose_answer_was_lost_says_that_the_row_moved_and_the_row_did(store: &Store) {
    let (views, _) = orders(store).await;
    store.line.lose(1);
    let lost = views.write(&place(FIRST, "1"), &row(2, "mine"), Version::NONE).await.unwrap();
    assert_eq!(lost, Written::No(Some(row(2, "mine"))));
}

pub(crate) async fn a_page_larger_than_one_answer_of_the_store_is_filled(store: &Store) {
    let (views, _) = orders(store).await;
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
async fn what_is_no_row_is_damaged_and_what_is_no_view_cannot_be_used() {
    let store = Store::new();
    let (views, table) = orders(&store).await;
    store.client.put_item().table_name(&table).item("key", AttributeValue::S("g1/1".to_owned())).send().await.unwrap();
    let foreign = views.row(&place(FIRST, "1"), Consistency::Strong).await;
    assert!(matches!(foreign, Err(ViewError::Damaged(_))), "{foreign:?}");
    let over_it = views.write(&place(FIRST, "1"), &indexed(1, "", "alice", "t1"), Version::NONE).await;
    assert!(matches!(over_it, Err(ViewError::Damaged(_))), "{over_it:?}");
    let too_large = indexed(1, &"x".repeat(410_000), "alice", "t1");
    let too_large = views.write(&place(FIRST, "2"), &too_large, Version::NONE).await;
    assert!(matches!(too_large, Err(ViewError::Damaged(_))), "{too_large:?}");
    let unknown = RowKey { view: "sales", ..place(FIRST, "1") };
    let unknown = views.row(&unknown, Consistency::Strong).await;
    assert!(matches!(unknown, Err(ViewError::Unusable(_))), "{unknown:?}");
}

/// A store that has capacity for the first three writes of a request, and says of the others that it left them.
#[derive(Debug, Default)]
struct Narrow(Mutex<HashMap<String, Vec<WriteRequest>>>);

impl Intercept for Narrow {
    fn name(&self) -> &'static str {
        "Narrow"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let batch = context.input_mut().downcast_mut::<BatchWriteItemInput>();
        for (table, writes) in batch.and_then(|batch| batch.request_items.as_mut()).into_iter().flatten() {
            self.0.lock().unwrap().insert(table.clone(), writes.split_off(writes.len().min(3)));
        }
        Ok(())
    }

    fn modify_before_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.output_or_error_mut().and_then(|answer| answer.as_mut().ok());
        if let Some(answer) = answer.and_then(|answer| answer.downcast_mut::<BatchWriteItemOutput>()) {
            answer.unprocessed_items = Some(std::mem::take(&mut self.0.lock().unwrap()));
        }
        Ok(())
    }
}

#[tokio::test]
async fn what_the_store_had_no_capacity_to_remove_is_named() {
    let store = Store::new();
    let (views, table) = orders(&store).await;
    let all: Vec<_> = (10..40).map(|number: u32| number.to_string()).collect();
    for key in &all {
        let _ = views.write(&place(FIRST, key), &row(1, "{}"), Version::NONE).await.unwrap();
    }
    let config = store.client.config().to_builder().interceptor(Narrow::default()).build();
    let narrow = foldlog_dynamo::Views::new(Client::from_conf(config), store.generations().await);
    let left = narrow.with("order", &table, &["account"]).remove("order", FIRST, &all).await.unwrap();
    // Two requests: one of 25 rows, and one of the other five.
    let removed = |place: usize| (0..3).contains(&place) || (25..28).contains(&place);
    let expected: Vec<_> = (0..30).filter(|place| !removed(*place)).map(|place| all[place].clone()).collect();
    assert_eq!(left, expected);
    for key in &all {
        let is_there = views.row(&place(FIRST, key), Consistency::Strong).await.unwrap().is_some();
        assert_eq!(is_there, left.contains(key), "{key}");
    }
}
