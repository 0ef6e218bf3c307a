//! The whole shop in one process, on a clock that stands still, through any storm that a seed makes.
//!
//! The functions are the shop's own, wired by its own template; only what they stand on is replaced: stores in memory
//! under a fault model that fails them as distant ones fail, streams, queues and a bus that lose, repeat, delay and mix up,
//! processes that die with all that they remember and whose clocks jump. Customers and staff use it meanwhile, and when
//! the storm is over a judge compares what everybody was told with what the log holds. The same seed is the same storm.

mod actions;
mod campaign;
mod defects;
mod executor;
mod faults;
mod functions;
mod gateway;
mod hints;
pub mod judge;
mod ports;
mod processes;
mod provider;
mod release;
mod run;
mod setting;
mod stores;
mod trace;
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
