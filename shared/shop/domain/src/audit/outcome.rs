//! What came of the requests that the function `reconcile` carries out.
//!
//! Errors are in the notes and in the logs, not here: they may quote personal data.

use foldlog::Version;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The outcome of retrying a parked note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Redriven {
    /// The subscriber has reached this version, and the note is gone. A lost batch has version 0.
    Follows(Version),
    /// Nothing has to follow any longer: the note is gone.
    GivenUp,
    /// The event is published again. The note goes when the function has reacted.
    Published,
    /// The subscriber still cannot process it. The note says why.
    Stuck,
    /// The note was gone before the retry began.
    Gone,
}

/// The outcome of redriving the batches that Lambda gave up on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// The number of batches.
    pub batches: u64,
    /// The number of batches that were processed and deleted. The notes of `reconcile` say why others were not.
    pub recovered: u64,
}

/// The outcome of a run through the whole log, as far as it came in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reconciliation {
    /// The number of streams that were looked at.
    pub streams: u64,
    /// The number of rows that were behind, and are up to date now.
    pub advanced: u64,
    /// The number of rows that cannot process their stream.
    pub parked: u64,
    /// The number of events that were published again for unfinished processes.
    pub hinted: u64,
    /// The number of parts of the log that are left. The schedule goes on with them.
    pub left: u64,
}
