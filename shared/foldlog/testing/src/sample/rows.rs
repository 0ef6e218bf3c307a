//! Rows for testing views: those of a view `order` with an index `account`, by `account` and `placed`.

use foldlog::read::views::{Generation, RowKey};
use foldlog::{Direction, Hash, Lookup, Lookups, Row, Version};
use std::collections::BTreeMap;

/// The first generation of every view.
pub const FIRST: Generation = Generation::FIRST;

/// The place of a row of the view `order`.
#[must_use]
pub fn place(generation: Generation, key: &str) -> RowKey {
    RowKey { view: "order", generation, key: key.to_owned() }
}

/// A row without index attributes, as a store returns it.
#[must_use]
pub fn row(version: u64, document: &str) -> Row {
    Row { document: document.to_owned(), version: Version(version), hash: Hash([7; 32]), index: BTreeMap::new() }
}

/// A row that is found by its account, in the order of `placed`.
#[must_use]
pub fn indexed(version: u64, document: &str, account: &str, placed: &str) -> Row {
    Row {
        index: BTreeMap::from([("account", account.to_owned()), ("placed", placed.to_owned())]),
        ..row(version, document)
    }
}

/// Finds rows of the first generation by the index `account`.
#[must_use]
pub fn of_account<'a>(account: &'a str, from: Option<&'a str>, direction: Direction, limit: usize) -> Lookup<'a> {
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

/// The keys of the rows that a lookup finds, checked to be the same with rows and without.
pub async fn keys<V: Lookups>(views: &V, lookup: Lookup<'_>) -> Vec<String> {
    let keys = views.keys(&lookup).await.unwrap();
    let rows = views.query(&lookup).await.unwrap().into_iter();
    assert_eq!(rows.map(|(key, _)| key).collect::<Vec<_>>(), keys);
    keys
}
