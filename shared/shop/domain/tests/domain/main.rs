//! The shop's rules: as tables, over whole histories, and as they are stored.
#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod codec;
mod golden;
mod table;
mod world;
