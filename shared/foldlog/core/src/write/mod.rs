//! The writing side: one command, one decision, one commit.
//!
//! **Promise.** A command is carried out at most once, on what its stream really is: no version is skipped or written
//! twice, and nothing is refused on stale data.
//!
//! **Invariants.** Only a [`log::Head`] can be appended to, and only contiguous commits make one. A commit is later than its
//! cause. A snapshot is never trusted: it follows from the events that its commit's hash covers.
//!
//! **Attacked by** `tests/kernel/histories` (seeded histories with lost answers, stale reads and crashes), `tests/kernel`, and the
//! contract suite that every log passes.

pub(crate) mod cache;
pub mod chain;
pub mod commands;
pub mod commit;
pub mod decider;
pub mod event;
pub mod execute;
pub mod identity;
pub mod loaded;
pub mod log;
pub mod recent;
pub mod scan;
pub mod snapshot;
pub mod span;
