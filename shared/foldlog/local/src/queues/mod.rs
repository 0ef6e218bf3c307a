//! Queues in memory, with visibility time-outs and dead letters, and the mappings that feed functions from them.

mod mapping;
mod queue;

pub(crate) use mapping::QueueMapping;
pub(crate) use queue::{Queue, Queues};
