//! The result of comparing the log with views and totals.
//!
//! A report says where something differs. It never contains the values, because they may be personal data.

use crate::values::{Invalid, Place, ProjectionName};
use foldlog::write::chain::Broken;
use foldlog::{StreamName, Version, verify};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Who compared.
    pub by: Verifier,
    /// What was asked for.
    pub scope: Scope,
    /// Whether that was looked at as a whole.
    pub extent: Extent,
    /// How many streams are what was written.
    pub streams: u64,
    /// How many commits they have.
    pub commits: u64,
    /// How many rows are the folds of their streams.
    pub rows: u64,
    /// How many rows of totals are the sums of all streams.
    pub totals: u64,
    /// Where something is not as the log says, or where the log itself is not as it was written: the first places.
    #[schemars(length(max = Self::MOST_DIFFERENCES))]
    pub differences: Vec<Difference>,
}

impl Report {
    /// The maximum number of differences in a report.
    pub const MOST_DIFFERENCES: usize = 100;
}

/// Who compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verifier {
    /// The function that was asked to, while it was waited for.
    Operations,
    /// The function for what takes longer.
    Verification,
    /// The command `shop`, on the tables themselves.
    Shop,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All streams, all that follows from them, and the totals.
    Whole,
    /// One stream and its rows.
    Stream(StreamName),
    /// So many streams, picked by chance, and their rows.
    Sample(u32),
}

/// How much of it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All.
    All,
    /// A part: the time was over, or enough was found.
    Part,
}

/// Where something is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// A stream is not what was written, from a commit on.
    Log {
        /// The stream.
        stream: StreamName,
        /// The version of the commit, or that it would have.
        version: Version,
    },
    /// A stream's row, or its checkpoint, is not what its commits say.
    Row {
        /// The stream.
        stream: StreamName,
        /// The version up to which the row says that it was folded.
        version: Version,
        /// The view.
        view: ProjectionName,
        /// Where in the row.
        field: Place,
    },
    /// A view cannot follow a stream beyond a version.
    Stuck {
        /// The stream.
        stream: StreamName,
        /// The version of the commit that cannot be read.
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
        /// Which of its numbers.
        field: Place,
    },
}

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
            verify::Difference::Stuck { stream, version, view, .. } => {
                Self::Stuck { stream: stream.clone(), version: *version, view: view.parse()? }
            }
            verify::Difference::Total { view, row, amount, .. } => {
                Self::Total { view: view.parse()?, row: Place::nearest(row), field: Place::nearest(amount) }
            }
        })
    }
}
