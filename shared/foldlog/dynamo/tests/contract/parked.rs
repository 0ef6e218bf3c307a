//! The notes about streams and events that subscribers cannot follow, on `DynamoDB`.

use crate::contract::parked::every_rule;
use crate::store::Store;
use aws_sdk_dynamodb::types::ScalarAttributeType;

pub(crate) async fn the_contract_of_all_parking_lots_holds(store: &Store) {
    let key = [("subscriber", ScalarAttributeType::S), ("object", ScalarAttributeType::S)];
    let table = store.table("parked", &key, &[]).await;
    every_rule(&foldlog_dynamo::Parked::new(store.client.clone(), &table)).await;
}
