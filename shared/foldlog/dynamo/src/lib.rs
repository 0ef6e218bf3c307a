//! The kit's ports on `DynamoDB`: the event log, the read models' rows, the notes about parked streams.
//!
//! [`Log`] keeps one [`item`] a commit and only ever puts new ones. [`Views`] writes rows conditionally, so that
//! writers of one row never overwrite each other, and finds them by their indexes. [`TotalsStore`] adds to totals, and notes in
//! the same transaction up to where. [`Generations`] are registered, so that a view can be rebuilt in use. [`Parked`] keeps
//! the notes about who cannot be followed, [`Imports`] which exports were brought in.
//! [`item::commit_of`] reads the items of a stream record as the log reads its own.

mod error;
mod generations;
mod imports;
pub mod item;
mod log;
mod parked;
pub mod size;
mod totals;
mod views;

pub use generations::Generations;
pub use imports::{Import, Imports};
pub use log::{ImportError, Log, Metric};
pub use parked::Parked;
pub use totals::TotalsStore;
pub use views::Views;
