//! How the shop is put together on one machine, for everything that runs it there: the command, the benches, the
//! simulation and the tests.
//!
//! `stack` is the template that is deployed and its parameters; `functions` lists the functions that it names, for AWS's
//! ports and for others. `provider` takes the place of a payment provider. `tables` opens what the log and the read models
//! are kept in. `idle_host` is a shop where nothing moves by itself, for functions that are started elsewhere.

mod functions;
mod idle_host;
mod provider;
mod stack;
mod tables;

pub use functions::{Mount, Ports, functions, start};
pub use idle_host::{IdleHostError, idle_host};
pub use provider::Provider;
pub use stack::{PROVIDER_URL, TEMPLATE, logical_id, options, parameters, webhook_secret};
pub use tables::{NoTable, Tables};
