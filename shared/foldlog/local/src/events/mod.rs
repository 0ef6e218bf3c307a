//! The event bus: what is put on it, the rules that match it, and the queues and state machines that it goes to.

mod bus;
mod pattern;
mod rule;
mod target;

pub(crate) use bus::{Buses, sizes};
