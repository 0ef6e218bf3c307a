//! The template's tables through the real SDK client, as functions and tools use them.

use crate::support::host;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[tokio::test]
async fn a_failed_condition_answers_with_the_item_that_is_there() {
    let host = host().await;
    let client = Client::new(&host.aws_config());
    let put = |value: &str| {
        let put = client.put_item().table_name("local-Seen").item("key", text("a")).item("value", text(value));
        let put = put.condition_expression("attribute_not_exists(#k)").expression_attribute_names("#k", "key");
        put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    };
    put("first").send().await.unwrap();
    let refused = put("second").send().await.unwrap_err().into_service_error();
    assert!(refused.is_conditional_check_failed_exception(), "{refused:?}");
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(refused) = refused else {
        panic!("another error")
    };
    assert_eq!(refused.item().unwrap()["value"], text("first"));
    host.stop().await;
}

#[tokio::test]
async fn a_transaction_writes_all_or_nothing_and_says_which_part_failed() {
    let host = host().await;
    let client = Client::new(&host.aws_config());
    let part = |key: &str| {
        let put = Put::builder().table_name("local-Seen").item("key", text(key)).item("value", text("x"));
        let put = put.condition_expression("attribute_not_exists(#k)").expression_attribute_names("#k", "key");
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    };
    client.transact_write_items().transact_items(part("a")).send().await.unwrap();
    let both = client.transact_write_items().transact_items(part("b")).transact_items(part("a"));
    let refused = both.send().await.unwrap_err().into_service_error();
    assert_eq!(refused.code(), Some("TransactionCanceledException"));
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
        refused,
    ) = refused
    else {
        panic!("another error")
    };
    let codes: Vec<_> = refused.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    let absent = client.get_item().table_name("local-Seen").key("key", text("b")).send().await.unwrap();
    assert!(absent.item().is_none());
    host.stop().await;
}
