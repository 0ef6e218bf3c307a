//! Table streams, and the mappings that feed functions from them as Lambda's do.

mod chaos;
mod consumer;
mod delivery;
mod destination;
mod inbox;
mod lane;
mod mapping;
mod shards;
mod source;
mod wake;

pub use chaos::Chaos;
pub(crate) use consumer::Consumer;
pub use consumer::Deliveries;
pub(crate) use delivery::Rules;
pub(crate) use destination::Destination;
pub(crate) use mapping::StreamMapping;
pub(crate) use shards::Shards;
pub(crate) use source::Source;
pub(crate) use wake::Wake;
