//! A cache that is bounded in number and in size, the least used entries forgotten first.

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use std::hash::Hash;

/// About `most` entries, and at most `most_bytes` of them. The cache has one shard: a lookup locks it only as long as
/// it reads a map, and creating it does not ask the system for the number of processors, which takes eighteen calls.
pub(crate) fn bounded<K, V, W>(most: usize, most_bytes: u64, weighter: W) -> Cache<K, V, W>
where
    K: Eq + Hash,
    V: Clone,
    W: Weighter<K, V> + Clone,
{
    let mut options = OptionsBuilder::new();
    let options = options.shards(1).estimated_items_capacity(most).weight_capacity(most_bytes).build();
    let options = options.expect("both bounds are given");
    Cache::with_options(options, weighter, DefaultHashBuilder::default(), DefaultLifecycle::default())
}
