//! Sample data for testing stores, in the [`contract`](crate::contract) and in tests of their own.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub mod commits;
pub mod rows;
pub mod totals;
