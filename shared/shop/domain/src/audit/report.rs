//! The result of comparing the log with views and totals.
//!
//! A report gives the places of differences. It never contains the values, because they may be personal data.

use crate::values::{Invalid, Place, ProjectionName};
use foldlog::write::chain::Broken;
use foldlog::{StreamName, Version, verify};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The program that verified.
    pub by: Verifier,
    /// The requested scope.
    pub scope: Scope,
    /// Whether the verification covered the whole scope.
    pub extent: Extent,
    /// The number of streams that are correct.
    pub streams: u64,
    /// The number of their commits.
    pub commits: u64,
    /// The number of rows that match their streams.
    pub rows: u64,
    /// The number of rows of totals that match all streams.
    pub totals: u64,
    /// The first differences: places where a row or total does not match the log, or the log is not as it was written.
    #[schemars(length(max = Self::MOST_DIFFERENCES))]
    pub differences: Vec<Difference>,
}

impl Report {
    /// The maximum number of differences in a report.
    pub const MOST_DIFFERENCES: usize = 100;
}

/// The program that verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verifier {
    /// The function `operations`, while the client waits for the result.
    Operations,
    /// The function `verification`, for scopes that take longer than a request.
    Verification,
    /// The command `shop`, which reads the tables directly.
    Shop,
}

/// The scope of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All streams, all rows that follow from them, and the totals.
    Whole,
    /// One stream and its rows.
    Stream(StreamName),
    /// A random sample of this many streams, and their rows.
    Sample(u32),
}

/// The part of its scope that a verification covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// The whole scope.
    All,
    /// A part of it, because the time was up or the verification had found enough differences.
    Part,
}

/// The place of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// A stream is not as it was written, from this commit on.
    Log {
        /// The stream.
        stream: StreamName,
        /// The version of the commit, or the version that a missing commit would have.
        version: Version,
    },
    /// The row or checkpoint of a stream does not match its commits.
    Row {
        /// The stream.
        stream: StreamName,
        /// The version that the row claims to have reached.
        version: Version,
        /// The view.
        view: ProjectionName,
        /// The place in the row.
        field: Place,
    },
    /// A view cannot process a stream beyond a version.
    Stuck {
        /// The stream.
        stream: StreamName,
        /// The version of the commit that the view cannot read.
        version: Version,
        /// The view.
        view: ProjectionName,
    },
    /// A row of totals is not the sum of all streams.
    Total {
        /// The view.
        view: ProjectionName,
        /// The row.
        row: Place,
        /// The number in the row.
        field: Place,
    },
}

/// The name under which a snapshot that is not the fold of its stream is reported: as if snapshots were a view.
const SNAPSHOTS: &str = "snapshots";

impl TryFrom<&verify::Difference> for Difference {
    type Error = Invalid;

    /// The place of a difference, without the values.
    fn try_from(difference: &verify::Difference) -> Result<Self, Invalid> {
        Ok(match difference {
            verify::Difference::Log(Broken { stream, version, .. }) => {
                Self::Log { stream: stream.clone(), version: *version }
            }
            verify::Difference::Row { stream, version, view, field, .. } => Self::Row {
                stream: stream.clone(),
                version: *version,
                view: view.parse()?,
                field: Place::nearest(field),
            },
            verify::Difference::Snapshot { stream, version, field, .. } => Self::Row {
                stream: stream.clone(),
                version: *version,
                view: SNAPSHOTS.parse()?,
                field: Place::nearest(field),
            },
            verify::Difference::Stuck { stream, version, view, .. } => {
                Self::Stuck { stream: stream.clone(), version: *version, view: view.parse()? }
            }
            verify::Difference::Total { view, row, amount, .. } => {
                Self::Total { view: view.parse()?, row: Place::nearest(row), field: Place::nearest(amount) }
            }
        })
    }
}
