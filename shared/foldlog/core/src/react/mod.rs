//! Reactions: each event is taken by itself, in any order and any number of times.
//!
//! **Promise.** Each event has its effect once.
//!
//! **Invariant.** The id and the digest of the derived command are functions of the event and the step alone. So the
//! target stream recognises every repetition. A reaction keeps no checkpoint.
//!
//! **Attacked by** `tests/kernel/histories` (a process with duplicated and delayed messages) and the simulation of the
//! whole system.
//!
//! # Large events
//!
//! An event that does not fit into an entry of the bus travels without its payload. The reaction then reads the commit
//! from the log, so a function may read the streams that it reacts to.
//!
//! # Batches
//!
//! A reaction takes the messages of a batch side by side and answers for each by itself. Messages for one stream queue
//! in the process; between processes, the append decides. So the reservations of a product that is in every order
//! follow one after the other, and nothing else waits for them.
//!
//! An event that a reaction cannot read leaves a parked note, and the other messages of the batch go on. A redrive
//! publishes the event again, marked, and the function that reacts removes the note.

pub mod bus;
pub mod message;
