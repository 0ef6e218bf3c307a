//! The hints on their way from the log to the functions: records of the log's stream, and messages of the queues behind
//! the bus.

mod edges;
mod queue;
mod shard;
mod way;

pub(crate) use edges::{Batches, SimBus};
pub(crate) use queue::{Message, Queue};
pub(crate) use shard::{Backlog, Record};

use foldlog_local::Topology;
use shard::Shard;
use std::collections::BTreeMap;

/// The number of shards of the log's stream.
const SHARDS: usize = 2;
/// A hint that arrives only after every order has ended.
enum KeptBack {
    Record { reader: usize, record: Record },
    Message { queue: usize, message: Message },
}

/// All hints on their way.
pub(crate) struct Hints {
    pub(crate) readers: Vec<Backlog>,
    pub(crate) queues: Vec<Queue>,
    /// The batches that Lambda gave up on, by key.
    pub(super) given_up: BTreeMap<String, Vec<Record>>,
    kept_back: Vec<KeptBack>,
    /// The number of commits that were put on their way.
    seen: usize,
    /// Which queues an event goes to, by source and type.
    targets: BTreeMap<(String, String), Vec<usize>>,
    next: u64,
}

impl Hints {
    pub(crate) fn new(topology: &Topology) -> Self {
        let backlog = |reader: &foldlog_local::Reader| Backlog {
            function: reader.function.clone(),
            batch_size: reader.batch_size,
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
        };
        let queue = |fed: &foldlog_local::Fed| Queue {
            function: fed.function.clone(),
            arn: fed.queue.clone(),
            batch_size: fed.batch_size,
            receives: fed.receives,
            messages: vec![],
            next_ms: None,
        };
        Self {
            readers: topology.readers.iter().map(backlog).collect(),
            queues: topology.queues.iter().map(queue).collect(),
            given_up: BTreeMap::new(),
            kept_back: vec![],
            seen: 0,
            targets: BTreeMap::new(),
            next: 0,
        }
    }

    fn next(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Whether nothing is on its way.
    pub(crate) fn none_left(&self) -> bool {
        let idle = |shard: &Shard| !shard.busy && shard.records.is_empty();
        self.readers.iter().flat_map(|reader| &reader.shards).all(idle)
            && self.queues.iter().all(|queue| queue.messages.is_empty())
    }

    /// When the next waiting hint can be taken.
    pub(crate) fn next_due(&self) -> Option<i64> {
        let shards = self.readers.iter().flat_map(|reader| &reader.shards).filter(|shard| !shard.busy);
        let queues = self.queues.iter().filter_map(|queue| queue.next_ms);
        shards.filter_map(|shard| shard.next_ms).chain(queues).min()
    }

    /// A batch that Lambda gave up on and that is not recovered, if there is one.
    pub(crate) fn lost_batch(&self) -> Option<String> {
        self.given_up.keys().next().cloned()
    }

    /// Puts the hints on their way that were kept back.
    pub(crate) fn let_go(&mut self) {
        for kept in std::mem::take(&mut self.kept_back) {
            match kept {
                KeptBack::Record { reader, record } => {
                    if let Some(shard) = self.readers.get_mut(reader).and_then(|reader| reader.shards.first_mut()) {
                        shard.insert(shard.records.len(), record);
                    }
                }
                KeptBack::Message { queue, message } => {
                    if let Some(queue) = self.queues.get_mut(queue) {
                        queue.add(message);
                    }
                }
            }
        }
    }
}
