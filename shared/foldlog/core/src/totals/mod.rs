//! Totals: sums over many streams, exact even if messages are lost, repeated or reordered.
//!
//! **Promise.** Each commit is added once, even if messages come in any order and any number of times, and processes
//! crash anywhere.
//!
//! **Invariant.** A [`Checkpoint`] for each stream holds its version, and what the next event needs to know of the
//! stream. The next checkpoint and all additions are written in one transaction, on the condition that the checkpoint
//! is still the one that was read.
//!
//! **Attacked by** `tests/kernel/totals.rs` and `tests/kernel/totals/` (any hints lead to the sum of all folds), the
//! contract suite that every store of totals passes, and the simulation.
//!
//! [`advance_totals`] reads the checkpoint and takes the commits after it as a projection does. Streams of one batch
//! share a transaction as long as it has at most 100 items; if one of them fails, they go on one by one. A commit that
//! adds to more rows than that is added in parts, which the checkpoint counts.
//!
//! Each sum is spread over several rows (8, say, by stream) and added up when it is read. A row takes some 500
//! of these transactions a second. If two of them meet on one row, the second waits and tries again. So a function on a
//! queue should have a low concurrency, such as two. Rows to which every stream adds then take some thousands of
//! streams a second. The narrower limit is the concurrency of two with batches of ten messages; beyond it the queue only
//! grows longer.

mod advance;
pub mod engine;
mod fold;
mod port;
mod step;

pub use advance::advance_totals;
pub use fold::{TotalsFold, fold};
pub use port::{Amounts, Checkpoint, Entry, MOST_ITEMS, Posted, Sums, TotalKey, Totals, TotalsStore};
pub(crate) use step::first_parts;
