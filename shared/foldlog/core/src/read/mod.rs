//! The reading side: rows that are folds of streams.
//!
//! **Promise.** A row is the fold of its stream up to the version that it names, whatever was delivered, how often and in
//! which order. What one projection cannot read holds up that row and nothing else.
//!
//! **Invariants.** A row is written only on the condition that it still has the version that was read. What is passed over
//! has a note in the parking lot first. Every registered generation is written before a batch is acknowledged.
//!
//! **Attacked by** `tests/kernel/histories` (duplicated, reordered and lost hints, stores that fail), `tests/kernel`, and the
//! contract suite that every store of views passes.

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
