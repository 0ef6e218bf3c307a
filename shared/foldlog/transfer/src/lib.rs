//! A log as files, to archive it or move it: NDJSON, a commit on each line, compressed, with a manifest.
//!
//! [`Export`] writes a directory of them. Its [`Manifest`] depends on the commits alone: the same log gives the same
//! one, on any store. [`Directory`] reads an export back, and [`TableExport`] makes one from what `DynamoDB` itself
//! exported. All use a `survey`, which checks that the commits are a log: each stream has a complete chain, and no effect
//! lacks its cause.

mod directory;
mod error;
mod export;
mod file;
mod line;
mod manifest;
mod survey;
mod table;
mod writer;

pub use directory::Directory;
pub use error::TransferError;
pub use export::{Export, FILE_BYTES};
pub use manifest::{FORMAT, Listed, Manifest};
pub use table::TableExport;
