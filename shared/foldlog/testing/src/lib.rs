//! What tests and simulations of an event-sourced system stand on, and what every store of one is held to.
//!
//! - [`specification`]: given / when / then, for the rules of a decider.
//! - [`memory`]: the stores in memory.
//! - [`faulty`]: stores that fail as distant ones do, by seed.
//! - [`host`]: a clock that stands still.
//! - [`contract`]: what holds for every store of a port; [`sample`] is what it tries them with.

pub mod contract;
pub mod faulty;
pub mod host;
pub mod memory;
pub mod sample;
pub mod specification;
