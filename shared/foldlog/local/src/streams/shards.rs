//! The virtual shards of a stream: which records one part of a mapping delivers by itself.

use std::num::NonZeroU32;

/// A stream's shards, each cut into lanes: as many as the mapping's `ParallelizationFactor` says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shards {
    /// Shards of the stream.
    pub(crate) count: NonZeroU32,
    /// Lanes of a shard.
    pub(crate) lanes: NonZeroU32,
}

impl Shards {
    /// The shard of each lane, in the order in which [`Self::lane`] counts the lanes.
    pub(super) fn of_lanes(self) -> impl Iterator<Item = u32> {
        (0..self.count.get()).flat_map(move |shard| (0..self.lanes.get()).map(move |_| shard))
    }

    /// The lane of a partition key. A shard holds a range of the key's hash, as a partition of `DynamoDB` does; a
    /// second hash chooses among the shard's lanes.
    pub(super) fn lane(self, partition: &str) -> usize {
        let hash = u128::from_be_bytes(md5::compute(partition).0);
        let (high, low) = (hash >> 64, hash & u128::from(u64::MAX));
        let (count, lanes) = (u128::from(self.count.get()), u128::from(self.lanes.get()));
        let shard = (high * count) >> 64;
        usize::try_from(shard * lanes + low % lanes).unwrap_or_default()
    }
}

/// What a shard is called.
pub(super) fn name(table: &str, shard: u32) -> String {
    format!("shardId-{shard:020}-{:.8}", format!("{:x}", md5::compute(table)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn shards(count: u32, lanes: u32) -> Shards {
        Shards { count: NonZeroU32::new(count).unwrap(), lanes: NonZeroU32::new(lanes).unwrap() }
    }

    #[test]
    fn keys_are_spread_over_all_lanes_and_each_has_one() {
        let shards = shards(4, 3);
        let mut found = BTreeMap::<usize, usize>::new();
        for number in 0..1200 {
            *found.entry(shards.lane(&format!("stream-{number}"))).or_default() += 1;
        }
        assert_eq!(found.keys().copied().collect::<Vec<_>>(), (0..12).collect::<Vec<_>>());
        assert!(found.values().all(|count| (60..=140).contains(count)), "{found:?}");
    }

    #[test]
    fn more_lanes_leave_a_key_in_its_shard() {
        for number in 0..100 {
            let key = format!("stream-{number}");
            let (one, ten) = (shards(4, 1), shards(4, 10));
            assert_eq!(ten.of_lanes().nth(ten.lane(&key)), one.of_lanes().nth(one.lane(&key)), "{key}");
        }
    }

    #[test]
    fn shards_are_told_apart_by_number_and_table() {
        assert_eq!(name("log", 3), "shardId-00000000000000000003-dc1d71bb");
        assert_ne!(name("log", 3), name("other", 3));
    }
}
