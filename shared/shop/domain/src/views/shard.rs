//! Write sharding: how rows with one index key spread over several partitions.

/// The shard of a key. Rows that would share one value of an index key are spread over several shards, and a query
/// merges the rows of all shards (DynamoDB's write sharding). The result is the same in every process and release.
#[must_use]
pub fn shard(key: &str, shards: u64) -> u64 {
    key.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % shards
}
