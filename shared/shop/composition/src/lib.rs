//! The shop's wiring on one machine, for everything that runs it there: the command, the benches, the simulation and
//! the tests.
//!
//! `stack` has the deployed template and its parameters; `functions` lists the functions that it names, for AWS's ports
//! and for others. `provider` is a payment provider for one machine. `tables` opens the tables of the log and the read
//! models. `idle_host` is a shop without running functions, for functions that are started elsewhere.

mod functions;
mod idle_host;
mod provider;
mod secrets;
mod stack;
mod tables;

pub use functions::{Mount, Ports, functions, start};
pub use idle_host::{IdleHostError, idle_host};
pub use provider::{Provider, StartError};
pub use secrets::ProviderSecrets;
pub use stack::{KEY_ARN, PROVIDER_URL, SECRET_ARN, TEMPLATE, logical_id, options, parameters};
pub use tables::{NoTable, Tables};
