//! Rebuilding a view while it is in use.
//!
//! **Promise.** While a rebuild runs, readers and writers notice nothing. The new rows are complete and compared before
//! readers are switched to them. You may kill a rebuild at any time.
//!
//! **Invariants.** A new generation is registered before the log is read, and what a live commit leaves to the rebuild
//! is in the row that is read before the comparison begins. So between live commits and the rebuild nothing is missed.
//! Filling is the same `advance` that live commits take, so a repetition changes nothing. One conditional write switches
//! the readers, once for each recorded request. All work is bounded: a run reads page by page, and what it has done is
//! kept, also within a page and within a long stream.
//!
//! **Attacked by** `tests/kernel/histories/rebuilding.rs`: commits in any order and more than once, stores that fail,
//! killed followers and rebuilds, and a reader that must find every acknowledged write; and `tests/kernel/filling.rs`:
//! long streams, lost rows, and hints that the comparison overtakes.
//!
//! Every row belongs to a generation of its view (`g1/…`). One item says which generations a view has, which projection
//! makes the rows of each, how far each has come, and which one is read. It is read strongly for every batch of the
//! log's stream, after the batch has arrived, and every registered generation is written before the batch is
//! acknowledged.
//!
//! [`plan()`] says what to do next. The caller does it and asks again, until nothing is left. The work is cut into
//! parts, which can be done anywhere, in any order and more than once.
//!
//! 1. **Plan** registers a new generation, once for each request. From now on live commits go to both.
//! 2. **Fill** reads the log, part by part and page by page, and advances the row of each stream. It begins after the
//!    registration and reads strongly. A live commit advances the new row too if it is the very next one. Otherwise it
//!    leaves the row to the rebuild, and so costs the same whatever the length of its stream.
//! 3. **Compare** looks at each row in both generations, at the same version. A new row that is behind is brought up
//!    first: everything that was left to the rebuild shows in the row that is read. From now on live commits read what
//!    their row lacks, so nothing is left behind the comparison. It sums up both generations as one digest. For totals
//!    it compares checkpoints and sums. It counts the differences, and names the first one by key and field. If two
//!    versions of the projection made the rows, it compares which rows exist and how far they are folded; for totals,
//!    the checkpoints alone.
//! 4. **Switch** sends readers to the new generation by one conditional write: if it is complete, equal (or you waive
//!    that) and has no notes. Readers are never switched without a request. The old generation is kept up to date, so
//!    switching back is the same write.
//! 5. **Clean up**, or the next rebuild, retires the generations that are not read. They are not written any longer. 90
//!    seconds later, their rows are removed: by then every process that knew them as registered or read has ended (a
//!    batch has 60 s, a reader knows the register for at most 30). A number is never given twice.
//!
//! Each part notes its progress after every page, or after 128 streams of one, so a part continues where it was killed,
//! and what is repeated changes nothing. Readers look at the register at most every five seconds, because the generation that they know is as good
//! as the new one while both are written.

mod compare;
mod fill;
mod filling;
mod pairs;
mod plan;
mod sums;
mod sweep;
mod work;

pub use compare::compare;
pub use fill::{Fill, Lockstep, fill};
pub use filling::{TotalsFilling, ViewFilling};
pub use pairs::{CaughtUp, RowSource};
pub use plan::{Plan, Request, plan};
pub use sums::{SumScan, SumsPage, compare_sums, sweep_sums};
pub use sweep::sweep;
pub use work::{Phase, RebuildError, RebuildProgress, ResumePoint, Unsettled, Work, WorkProgress};
