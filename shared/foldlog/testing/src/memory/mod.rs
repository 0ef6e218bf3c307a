//! The stores in memory, for tests and simulations. They pass the same contract as those on DynamoDB.

mod generations;
mod keys;
mod log;
mod parked;
mod totals_store;
mod views;

pub use generations::MemoryGenerations;
pub use keys::{MemoryKeys, MemoryWrap};
pub use log::MemoryLog;
pub use parked::MemoryParked;
pub use totals_store::MemoryTotalsStore;
pub use views::{DAMAGED, MemoryViews};

/// How many commits or rows a page of a scan has.
const PAGE: usize = 50;
