//! The reading side: rows that are folds of streams.
//!
//! **Promise.** A row is the fold of its stream up to the version that it names. The messages may come in any order and
//! any number of times. If one projection cannot read an event, that holds up that row and nothing else.
//!
//! **Invariants.** A row is written only on the condition that it still has the version that was read. Before a commit
//! is passed over, the parking lot has a note about it. Every registered generation is written before a batch is
//! acknowledged.
//!
//! **Attacked by** `tests/kernel/histories` (duplicated, reordered and lost hints, stores that fail), `tests/kernel`,
//! and the contract suite that every store of views passes.
//!
//! # One code path
//!
//! The log is the truth. A stream record, a bus event or a repetition of either only says that a stream moved: it is a
//! *hint*. A projection does one thing with a hint, [`advance::advance()`]:
//!
//! 1. It reads the version of the row.
//! 2. It takes the commits after that version: from the hint if they are the very next ones, otherwise from the log.
//! 3. It folds them, and writes row and version on the condition that the version is still the one that it read.
//!
//! So duplicates, reorderings and gaps need no code of their own. A row that is far behind is brought up in steps, each
//! of which is written. If a live hint finds that it takes more than a few, the stream is noted, and the schedule that
//! retries the notes does the rest.
//!
//! # Poison
//!
//! If a projection cannot read a commit, it leaves a note under the row that the note concerns ([`parked`]). The note
//! holds back that row and nothing else: other streams, other projections of the same stream and the rest of the batch
//! go on. Every later hint tries the row again, and a schedule retries everything after growing pauses. A note keeps
//! the highest version that was passed over because of it, and is removed only when the row has reached it.
//!
//! A failure that may pass is not poison: its record comes again. Only if the same row has failed several times in a row,
//! while others could be written, its stream is noted as well, so that nothing waits behind it for ever.
//!
//! # Two versions side by side
//!
//! A changed projection gets the next number (`Projection::VERSION`). It works beside the old one, each on its own
//! rows. `Projection::folds` names both, each as `PerStream`. Everything else follows from that: which functions write,
//! and which rows they read.
//!
//! [`reader::Reader`] takes the generation that is read, with the projection that made it. It shows rows of the old
//! projection as documents of the new one (`From`), and completes them by the rules of the old one. Rows of a version
//! without a projection are an error; another projection never reads them. A rebuild takes the newest projection.
//! Remove the old one in the release after the switch. Rows without a projection do not change any longer, and what
//! shows the registry should say so. An index that the old projection does not fill finds nothing before the
//! switch.
//!
//! # Links
//!
//! A projection may keep further rows that lead to commits (`Subscription::links`), found by an index. `advance` writes
//! them before the row itself moves on, each if it does not exist yet. So a crash in between only repeats them, none is
//! missed, and `verify` looks for each.

pub mod advance;
pub mod engine;
pub mod generation;
pub mod generations;
pub mod lookups;
pub mod parked;
pub mod projection;
pub mod reader;
pub mod rows;
pub mod views;
