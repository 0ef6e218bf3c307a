//! The kernel's promises, tried on a small stream type.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod advance;
mod chain;
mod codec;
mod commands;
mod counter;
mod creating;
mod folds;
mod marked;
mod past;
mod pointers;
mod snapshots;
mod superseded;
mod totals;
mod verify;
mod visible;
