//! The kernel's promises, tested on a small stream type, and on whole histories of commands that fail by seed.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod advance;
mod chain;
mod clock;
mod codec;
mod commands;
mod counter;
mod creating;
mod engine;
mod filling;
mod histories;
mod keyring;
mod marked;
mod parked;
mod past;
mod pointers;
mod prepared;
mod snapshots;
mod superseded;
mod sweep;
mod totals;
mod verify;
mod visible;
