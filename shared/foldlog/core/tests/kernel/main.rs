//! The kernel's promises, tried on a small stream type, and on whole histories of commands that fail by seed.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod advance;
mod begin;
mod chain;
mod codec;
mod commands;
mod counter;
mod folds;
mod histories;
mod marked;
mod parked;
mod past;
mod pointers;
mod snapshots;
mod superseded;
mod totals;
mod verify;
