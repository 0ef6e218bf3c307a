//! A simulation of the whole shop in one process, on a simulated clock, with faults that follow from a seed.
//!
//! The functions are the shop's own, wired by its own template; only what they run on is replaced. The stores are in
//! memory, under a fault model that fails them like remote ones. Streams, queues and the bus lose, repeat, delay and
//! reorder messages. Processes die with everything that they remember, and their clocks jump. Customers and staff use
//! the shop meanwhile. At the end, a judge compares the answers that clients got with the log. The same seed gives the
//! same run.

mod actions;
mod campaign;
mod defects;
mod executor;
mod faults;
mod functions;
mod gateway;
mod handler;
mod hints;
pub mod judge;
mod keys;
mod machine;
mod ports;
mod processes;
mod provider;
mod release;
mod run;
mod setting;
mod stores;
mod traffic;
mod triggers;
mod wire;
mod world;

pub use actions::{Answer, ClientAction, ClientRecord};
pub use campaign::{Report, campaign};
pub use defects::Defect;
pub use faults::{Counts, Mishap};
pub use functions::BuildError;
pub use run::{Outcome, run};
pub use setting::Setting;
