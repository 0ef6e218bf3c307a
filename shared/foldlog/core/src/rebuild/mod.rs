//! Rebuilding a view while it is in use.
//!
//! **Promise.** While a rebuild runs, readers and writers notice nothing. The new rows are complete and compared before
//! readers are switched to them. You may kill a rebuild at any time.
//!
//! **Invariants.** A new generation is registered before the log is read, so between live commits and the rebuild
//! nothing is missed. Filling is the same `advance` that live commits take, so a repetition changes nothing. One
//! conditional write switches the readers.
//!
//! **Attacked by** `tests/kernel/histories/rebuilding.rs`: commits in any order and more than once, stores that fail,
//! killed followers and rebuilds, and a reader that must find every acknowledged write.
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
//!    registration and reads strongly. What it does not see was committed later, and the function that delivers it
//!    finds the new generation registered. The second of the two finds the row advanced already.
//! 3. **Compare** looks at each row in both generations, at the same version, again where live commits move it, and
//!    sums up both as one digest. For totals it compares checkpoints and sums. It counts the differences, and names the
//!    first one by key and field. If two versions of the projection made the rows, it compares which rows exist and how
//!    far they are folded; for totals, the checkpoints alone.
//! 4. **Switch** sends readers to the new generation by one conditional write: if it is complete, equal (or you waive
//!    that) and has no notes. Readers are never switched without a request. The old generation is kept up to date, so
//!    switching back is the same write.
//! 5. **Clean up**, or the next rebuild, retires the generations that are not read. They are not written any longer. 90
//!    seconds later, their rows are removed: by then every process that knew them as registered or read has ended (a
//!    batch has 60 s, a reader knows the register for at most 30). A number is never given twice.
//!
//! Each part notes its progress after every page, so a part continues where it was killed, and a repeated page changes
//! nothing. Readers look at the register at most every five seconds, because the generation that they know is as good
//! as the new one while both are written.

mod compare;
mod fill;
mod filling;
mod plan;
mod sums;
mod sweep;
mod work;

pub use compare::compare;
pub use fill::{Fill, Lockstep, fill};
pub use filling::{TotalsFilling, ViewFilling};
pub use plan::{Plan, Request, plan};
pub use sums::{SumScan, SumsPage, compare_sums, sweep_sums};
pub use sweep::sweep;
pub use work::{Phase, RebuildError, RebuildProgress, ResumePoint, Work, WorkProgress};
