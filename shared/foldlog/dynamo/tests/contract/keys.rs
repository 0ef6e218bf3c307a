//! The contract of every store of keys, on `DynamoDB`.

use crate::contract::keys::every_rule;
use crate::store::Store;
use aws_sdk_dynamodb::types::ScalarAttributeType;

pub(crate) async fn the_contract_of_all_stores_of_keys_holds(store: &Store) {
    let table = store.table("keys", &[("owner", ScalarAttributeType::S)], &[]).await;
    every_rule(&foldlog_dynamo::Keys::new(store.client.clone(), &table)).await;
}
