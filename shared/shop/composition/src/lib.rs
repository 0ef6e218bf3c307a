//! The shop's wiring on one machine, for everything that runs it there: the command, the benches, the simulation and
//! the tests.
//!
//! `stack` has the deployed template, its functions and its parameters; `provider` is a payment provider for one
//! machine. `tables` opens the tables of the log and the read models. `idle_host` is a shop without running functions,
//! for functions that are started elsewhere.

mod idle_host;
mod provider;
mod stack;
mod tables;

pub use idle_host::{IdleHostError, idle_host};
pub use provider::Provider;
pub use stack::{PROVIDER_URL, TEMPLATE, functions, logical_id, options, parameters, webhook_secret};
pub use tables::{NoTable, Tables};
