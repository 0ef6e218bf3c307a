//! The event bus: the events on it, the rules that match them, and the queues and state machines that they go to.

mod bus;
mod pattern;
mod rule;
mod target;

pub(crate) use bus::{Buses, sizes};
