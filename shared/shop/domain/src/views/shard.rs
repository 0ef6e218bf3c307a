//! Write sharding: how rows with one index key spread over several partitions.

/// The shard of a key: rows that would share one value of an index key are spread over `shards` of them, and a query
/// merges what it finds in each (DynamoDB's write sharding). The same in every process and release.
#[must_use]
pub fn shard(key: &str, shards: u64) -> u64 {
    key.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % shards
}
