//! Queues in memory, with visibility time-outs and dead-letter queues, and the mappings that feed functions from them.

mod mapping;
mod queue;

pub(crate) use mapping::QueueMapping;
pub(crate) use queue::{Queue, Queues};
