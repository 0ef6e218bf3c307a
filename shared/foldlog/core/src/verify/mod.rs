//! Whether the log, the rows and the totals agree: each stream with its own chain, each row with its stream.
//!
//! **Promise.** If a commit, a snapshot, a row, a total or a checkpoint was changed by anything but the functions, verification
//! names it, and says which side was changed.
//!
//! **Invariant.** Rows are witnesses: each keeps version and hash of the last commit that it has folded.
//!
//! **Attacked by** `tests/kernel/verify.rs` and `tests/kernel/verify/`, and by tests of the command that change tables
//! on disk.
//!
//! A stream is read once, page by page. Verification follows its chain, with the rows as witnesses. Meanwhile it folds
//! the stream again for every projection that follows it, to be compared with the stored row, and for its decider, to be
//! compared with the snapshots that it meets.
//!
//! If a row remembers another hash than the chain has, and another row knows the end of the chain, the row was changed.
//! If no row knows the end, the stream was changed. The rows that are left of a stream also reveal that the stream is
//! gone. If an attacker recomputes all later hashes and changes all rows that remember one, verification cannot see it.

mod difference;
mod findings;
mod pointers;
mod refolded;
mod sample;
mod snapshots;
mod totals;
mod verification;
mod whole;

pub(crate) use difference::unlike;
pub use difference::{Difference, VerifyError};
pub use findings::{Findings, Verified};
pub use sample::sample;
pub use totals::TotalsVerification;
pub use verification::Verification;
pub use whole::{Limits, Surveyed};
