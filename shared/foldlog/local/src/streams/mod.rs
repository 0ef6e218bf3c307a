//! Table streams, and the mappings that feed functions from them as strictly as Lambda's do.
//!
//! - The stream of a table has four virtual shards (`Options::streams`). A range of the hash of its partition key
//!   decides the shard of a record. `ParallelizationFactor` cuts a shard into lanes by a second hash. Each lane has its
//!   own batches, retries, bisecting and checkpoint, so a blocked lane holds back no other.
//! - A record is kept for 24 hours. If it is older when its turn comes, the mapping has lost it: the host counts it
//!   (`Host::deliveries`) and hands it to no function. A record past `MaximumRecordAgeInSeconds` goes to the failure
//!   destination.
//! - `Chaos` is off unless you ask for it. With it, finished batches come again, batches wait, and the records in a
//!   lane are mixed up: only the records of one item stay in order. In the log each commit is an item of its own, so
//!   the commits of one stream come in any order. Decisions follow from the seed and from what was written, not from
//!   the timing.

mod chaos;
mod consumer;
mod delivery;
mod inbox;
mod lane;
mod mapping;
mod shards;
mod source;
mod wake;

pub use chaos::Chaos;
pub use consumer::Deliveries;
pub(crate) use consumer::{Consumer, Destination};
pub(crate) use mapping::StreamMapping;
pub(crate) use shards::Shards;
pub(crate) use source::Source;
pub(crate) use wake::Wake;
