//! The kit's functions on ports in memory, each fed with batches as Lambda delivers them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod projector;
mod reading;
mod relay;
mod sample;
mod secrets;
