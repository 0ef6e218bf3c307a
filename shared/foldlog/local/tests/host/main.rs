//! A host with a small template and functions of its own, used as its callers use it.

#![expect(clippy::unwrap_used, reason = "a test's own preparations fail the test")]

mod controls;
mod gateway;
mod journal;
mod logs;
mod machine;
mod machine_failures;
mod machine_refusals;
mod machines;
mod neighbours;
mod refusals;
mod rights;
mod streams;
mod support;
mod tables;
mod triggers;
