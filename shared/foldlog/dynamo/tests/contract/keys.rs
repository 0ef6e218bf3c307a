//! The contract of every store of keys, on `DynamoDB`.

use crate::contract::keys::every_rule;
use crate::store::Store;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use foldlog::seal::KeyStore;
use foldlog_dynamo::Keys;

pub(crate) async fn the_contract_of_all_stores_of_keys_holds(store: &Store) {
    let table = store.table("keys", &[("owner", ScalarAttributeType::S)], &[]).await;
    let keys = Keys::new(store.client.clone(), &table);
    every_rule(&keys).await;

    let mut all = keys.all().await.unwrap();
    all.sort_by(|one, other| one.owner.cmp(&other.owner));
    let owners: Vec<_> = all.iter().map(|key| (&*key.owner, key.until.is_some())).collect();
    assert_eq!(owners, [("ada", false), ("bob", true), ("eve", false)]);
    let copied =
        Keys::new(store.client.clone(), store.table("copied-keys", &[("owner", ScalarAttributeType::S)], &[]).await);
    for key in &all {
        copied.take_in(key).await.unwrap();
        assert_eq!(copied.find(&key.owner).await.unwrap().as_ref(), Some(&key.standing));
    }
}
