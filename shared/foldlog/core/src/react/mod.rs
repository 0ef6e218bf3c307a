//! Reactions: each event is taken by itself, in any order and any number of times.
//!
//! **Promise.** What follows from an event happens once.
//!
//! **Invariant.** The id and the digest of the command that follows are functions of the event and the step alone, so the
//! target stream recognises a repetition, whatever delivered it.
//!
//! **Attacked by** `tests/kernel/histories` (a process over doubled and delayed messages) and the simulation of the whole system.

pub mod bus;
pub mod message;
