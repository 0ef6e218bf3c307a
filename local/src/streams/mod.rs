//! Table streams, and the mappings that feed functions from them as Lambda's do.

mod delivery;
mod destination;
mod mapping;
mod source;

pub(crate) use delivery::Rules;
pub(crate) use destination::Destination;
pub(crate) use mapping::StreamMapping;
pub(crate) use source::{Source, Wake};
