//! The kernel's promises, tried on a small stream type.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod advance;
mod codec;
mod commands;
mod counter;
mod snapshots;
