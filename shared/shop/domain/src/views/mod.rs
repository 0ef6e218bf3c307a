//! The read models: pure folds of one stream each, and the attributes by which their rows are found; and the totals
//! that all streams of a category add to.

pub mod account;
pub mod activity;
pub mod cart;
pub mod catalogue;
pub mod invoice;
pub mod order;
pub mod sales;
pub mod shipment;
pub mod stock;
pub mod waiting;

use foldlog::read::projection::subscriptions_of;
use foldlog::{Projection, Subscription};

/// Every read model of the shop.
#[must_use]
pub fn subscriptions() -> Vec<Box<dyn Subscription>> {
    let views = [
        subscriptions_of::<catalogue::View>(),
        subscriptions_of::<stock::View>(),
        subscriptions_of::<cart::View>(),
        subscriptions_of::<order::View>(),
        subscriptions_of::<account::View>(),
        subscriptions_of::<shipment::View>(),
        subscriptions_of::<invoice::View>(),
        vec![Box::new(activity::View), Box::new(waiting::View)],
    ];
    views.into_iter().flatten().collect()
}

/// Which index attributes of a view are partition keys.
pub const PARTITIONS: [(&str, &[&str]); 9] = [
    (catalogue::View::NAME, &[catalogue::LISTED, catalogue::CATEGORY]),
    (stock::View::NAME, &[stock::SKU]),
    (cart::View::NAME, &[]),
    (order::View::NAME, &[order::ACCOUNT, order::STATUS, order::MOVED]),
    (account::View::NAME, &[]),
    (shipment::View::NAME, &[shipment::ORDER]),
    (invoice::View::NAME, &[]),
    (activity::NAME, &[activity::SHARD, activity::CORRELATION]),
    (waiting::NAME, &[waiting::SHARD]),
];

/// The shard of a key: rows that would share one value of an index key are spread over `shards` of them, and a query
/// merges what it finds in each (DynamoDB's write sharding). The same in every process and release.
#[must_use]
pub fn shard(key: &str, shards: u64) -> u64 {
    key.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % shards
}

#[cfg(test)]
mod tests;
