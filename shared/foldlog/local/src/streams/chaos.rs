//! The faults that a stream mapping may have and usually does not: it repeats, delays, and mixes up records of
//! different items.

use super::source::Record;
use fastrand::Rng;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The base of the odds.
const ALL: u16 = 1000;

/// The faults of every stream mapping. They follow from the seed and the written records: the same seed decides the
/// same about the same record, independent of everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chaos {
    /// The seed of the decisions.
    pub seed: u64,
    /// How many of a thousand finished batches are delivered once more, after those that were delivered meanwhile.
    pub repeated: u16,
    /// How many of a thousand batches wait, so that other shards overtake them.
    pub delayed: u16,
    /// The longest such wait.
    pub longest_delay: Duration,
    /// How often out of a thousand times, before a batch is taken, the waiting records of the shard are mixed up.
    /// Records of one item stay in order.
    pub mixed: u16,
}

impl Chaos {
    /// Whether a finished batch comes again, by its first record.
    pub(super) fn repeats(&self, function: &str, record: &Record) -> bool {
        self.dice(function, "repeat", record).u16(..ALL) < self.repeated
    }

    /// How long a batch waits, by its first record.
    pub(super) fn delay(&self, function: &str, record: &Record) -> Option<Duration> {
        let mut dice = self.dice(function, "delay", record);
        let longest = u64::try_from(self.longest_delay.as_micros()).unwrap_or(u64::MAX);
        (dice.u16(..ALL) < self.delayed).then(|| Duration::from_micros(dice.u64(..=longest)))
    }

    /// Mixes up records that were never delivered. Sequence numbers ascend in a shard, so they are assigned again.
    pub(super) fn mix(&self, function: &str, records: &mut VecDeque<Record>) {
        let Some(first) = records.front() else { return };
        let mut dice = self.dice(function, "mix", first);
        if dice.u16(..ALL) >= self.mixed {
            return;
        }
        let sequences: Vec<_> = records.iter().map(|record| record.sequence.clone()).collect();
        let mut order: Vec<_> = records.iter().map(|record| record.item.clone()).collect();
        let mut items = HashMap::<String, VecDeque<Record>>::new();
        for record in records.drain(..) {
            items.entry(record.item.clone()).or_default().push_back(record);
        }
        dice.shuffle(&mut order);
        records.extend(order.iter().filter_map(|item| items.get_mut(item)?.pop_front()));
        for (record, sequence) in records.iter_mut().zip(sequences) {
            record.event["dynamodb"]["SequenceNumber"] = Value::from(sequence.as_str());
            record.sequence = sequence;
        }
    }

    fn dice(&self, function: &str, fault: &str, record: &Record) -> Rng {
        let content = record.event.pointer("/dynamodb/NewImage").map(Value::to_string).unwrap_or_default();
        let decision = format!("{}/{function}/{fault}/{}/{content}", self.seed, record.item);
        let hash = u128::from_be_bytes(md5::compute(decision).0);
        Rng::with_seed(u64::try_from(hash >> 64).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    const CHAOS: Chaos =
        Chaos { seed: 1, repeated: 300, delayed: 300, longest_delay: Duration::from_millis(9), mixed: 1000 };

    fn record(item: &str, sequence: usize) -> Record {
        let sequence = format!("{sequence:03}");
        let event = json!({"dynamodb": {"SequenceNumber": sequence, "NewImage": {"was": sequence}}});
        let (partition, item, created) = (item.to_owned(), item.to_owned(), Timestamp::UNIX_EPOCH);
        Record { sequence, created, size_bytes: 1, partition, item, again: false, event }
    }

    fn was(record: &Record) -> &str {
        record.event["dynamodb"]["NewImage"]["was"].as_str().unwrap()
    }

    #[test]
    fn items_are_mixed_up_and_the_records_of_each_stay_in_order() {
        let mut records: VecDeque<_> = (0..40).map(|n| record(["a", "b", "c", "d"][n % 4], n)).collect();
        CHAOS.mix("f", &mut records);
        let numbers: Vec<_> = records.iter().map(was).collect();
        assert!(!numbers.is_sorted(), "the items are mixed up");
        for item in ["a", "b", "c", "d"] {
            let own = records.iter().filter(|record| record.item == item).map(was);
            let own: Vec<_> = own.collect();
            assert!(own.is_sorted() && own.len() == 10, "{item}: {own:?}");
        }
        let sequences: Vec<_> = records.iter().map(|record| &record.sequence).collect();
        assert!(sequences.is_sorted());
        assert!(records.iter().all(|record| record.event["dynamodb"]["SequenceNumber"] == *record.sequence));
    }

    #[test]
    fn the_same_seed_decides_the_same_and_the_odds_hold() {
        let decisions = |chaos: Chaos| {
            let records = (0..1000).map(|n| record("a", n));
            records.map(|one| (chaos.repeats("f", &one), chaos.delay("f", &one))).collect::<Vec<_>>()
        };
        assert_eq!(decisions(CHAOS), decisions(CHAOS));
        assert_ne!(decisions(CHAOS), decisions(Chaos { seed: 2, ..CHAOS }));
        let repeated = decisions(CHAOS).iter().filter(|(repeated, _)| *repeated).count();
        let delays: Vec<_> = decisions(CHAOS).into_iter().filter_map(|(_, delay)| delay).collect();
        assert!((250..350).contains(&repeated) && (250..350).contains(&delays.len()), "{repeated} {}", delays.len());
        assert!(delays.iter().all(|delay| *delay <= CHAOS.longest_delay));
    }
}
