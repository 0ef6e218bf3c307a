//! Whether a log and everything folded from it agree: each stream with its own chain, each row with its stream.
//!
//! **Promise.** If a commit, a row, a total or a checkpoint was changed behind the back of the functions, verification
//! names it, and says which side was changed.
//!
//! **Invariant.** Rows are witnesses: each keeps version and hash of the commit that it was folded at.
//!
//! **Attacked by** `tests/kernel/verify.rs` and `tests/kernel/verify/`, and by tests of the command that change tables
//! on disk.
//!
//! A stream is read once, page by page. Its chain is followed, with the rows as witnesses. Meanwhile every fold that
//! follows the stream is made again, to be compared where its row stands.
//!
//! If a row remembers another hash than the chain has, and another row knows the end of the chain, the row was changed.
//! If no row knows the end, the stream was changed. The rows that are left of a stream also reveal a stream that is
//! gone. If somebody recomputes all later hashes and changes all rows that remember one, verification cannot see it.

mod difference;
mod findings;
mod pointers;
mod refolded;
mod sample;
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
