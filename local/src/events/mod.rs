//! The event bus: what is put on it, the rules that match it, and the queues that it goes to.

mod bus;
mod pattern;
mod rule;

pub(crate) use bus::Buses;
