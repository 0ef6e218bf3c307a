//! The kit's ports on `DynamoDB`: the event log, the read models' rows, the notes about parked streams.
//!
//! [`Log`] keeps one [`item`] for each commit, and only ever puts new ones. [`Views`] writes rows conditionally, so
//! that writers of one row never overwrite each other, and finds them by their indexes. [`TotalsStore`] adds to totals,
//! and advances the checkpoints in the same transaction. [`Generations`] is the register of generations, so that a view
//! can be rebuilt in use. [`Parked`] keeps the notes about streams and events that a subscriber cannot follow, and
//! [`Imports`] the list of imported exports. [`Keys`] keeps wrapped keys. [`item::commit_of`] reads the items of a stream record as the log reads
//! its own.

mod error;
mod generations;
mod imports;
pub mod item;
mod keys;
mod log;
mod parked;
pub mod size;
mod totals;
mod views;

pub use generations::Generations;
pub use imports::{Import, Imports};
pub use keys::{Keys, OwnersKey};
pub use log::{ImportError, Log, Metric};
pub use parked::Parked;
pub use totals::TotalsStore;
pub use views::Views;
