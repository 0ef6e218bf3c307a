//! A log as files, to be kept or brought elsewhere: NDJSON, a commit a line, compressed, and a manifest of it all.
//!
//! [`Export`] writes a directory of them, whose [`Manifest`] follows from the commits alone: the same log gives the same
//! one, wherever it lies. [`Directory`] reads one back, [`TableExport`] makes one of what
//! `DynamoDB` exported itself. All go through a [`Survey`], which knows whether what it is shown
//! is a log at all: each stream a whole chain, and no effect without its cause.

mod directory;
mod error;
mod export;
mod file;
mod line;
mod manifest;
mod survey;
mod table;
mod writer;

pub use directory::{Commits, Directory};
pub use error::TransferError;
pub use export::{Export, FILE_BYTES};
pub use manifest::{FORMAT, Listed, Manifest};
pub use survey::{Survey, Surveyed};
pub use table::TableExport;
