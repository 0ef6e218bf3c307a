//! The register of generations on `DynamoDB`.

use crate::contract::generations::{
    progress_is_read_as_it_was_noted_last, what_is_registered_is_changed_only_from_what_was_seen,
};
use crate::store::Store;
use foldlog_dynamo::Generations;

pub(crate) async fn the_contract_of_all_registers_holds(store: &Store) {
    let generations = Generations::new(store.client.clone(), store.generations().await);
    what_is_registered_is_changed_only_from_what_was_seen(&generations).await;
    progress_is_read_as_it_was_noted_last(&generations).await;
}
