//! The log as operators see it: how its events are read and printed.

mod event;
mod feed;
mod filter;
mod stream;
mod table;
mod tree;

pub(crate) use event::Event;
pub(crate) use feed::Feed;
pub(crate) use filter::{Filter, event_types, moment, place};
pub(crate) use stream::StreamFeed;
pub(crate) use table::Table;
pub(crate) use tree::{Leaf, Tree};
