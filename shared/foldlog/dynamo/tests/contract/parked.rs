//! The notes about streams and events that subscribers cannot follow, on `DynamoDB`.

use crate::contract::parked::every_rule;
use crate::store::Store;
use aws_sdk_dynamodb::types::ScalarAttributeType;

#[tokio::test]
async fn on_dynamodb() {
    let store = Store::new();
    let key = [("subscriber", ScalarAttributeType::S), ("object", ScalarAttributeType::S)];
    let table = store.table(&key, &[]).await;
    every_rule(&foldlog_dynamo::Parked::new(store.client.clone(), &table)).await;
}
