//! Tools for tests and simulations of an event-sourced system, and the contracts of its stores.
//!
//! - [`specification`]: given / when / then, for the rules of a decider.
//! - [`memory`]: the stores in memory.
//! - [`faulty`]: stores that fail as distant ones do, by seed.
//! - [`requests`]: the forms of requests to `DynamoDB`.
//! - [`host`]: a clock that stands still.
//! - [`contract`]: the rules for every store of a port; [`sample`] has the commits, rows and totals that it uses.

pub mod contract;
pub mod faulty;
pub mod host;
pub mod memory;
pub mod requests;
pub mod sample;
mod shared;
pub mod specification;
