//! Bodies about verification: requests, results, and reports of verifications that ran elsewhere.

use foldlog::verify::{Difference, Surveyed};
use foldlog::write::chain::Broken;
use foldlog::{StreamName, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::audit::{Difference as Place, Extent, Report, Scope, Verifier};

/// The largest random sample.
pub const LARGEST_SAMPLE: u32 = 100;

/// `POST /ops/verify`. Without a stream and a sample, the shop verifies everything, in the background.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// Verify this stream and its rows.
    pub stream: Option<StreamName>,
    /// Verify a random sample of this many streams, and their rows.
    #[schemars(range(min = 1, max = LARGEST_SAMPLE))]
    pub sample: Option<u32>,
}

/// Why a request to verify is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoScope {
    /// It names both a stream and a sample.
    #[error("stream and sample: choose one of them")]
    Both,
    /// The sample is empty or too large.
    #[error("sample: must be 1 to {LARGEST_SAMPLE}; leave it out to verify everything")]
    Sample,
}

impl Verify {
    /// The scope of the verification.
    pub fn scope(self) -> Result<Scope, NoScope> {
        match (self.stream, self.sample) {
            (None, None) => Ok(Scope::Whole),
            (Some(stream), None) => Ok(Scope::Stream(stream)),
            (None, Some(count @ 1..=LARGEST_SAMPLE)) => Ok(Scope::Sample(count)),
            (None, Some(_)) => Err(NoScope::Sample),
            (Some(_), Some(_)) => Err(NoScope::Both),
        }
    }
}

/// `POST /ops/verifications`: the result of a verification that you ran on the tables.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportVerification {
    /// The scope of the verification.
    pub scope: Scope,
    /// Whether all of the scope was verified.
    pub extent: Extent,
    /// The number of streams that are correct.
    pub streams: u64,
    /// The number of their commits.
    pub commits: u64,
    /// The number of rows that match their streams.
    pub rows: u64,
    /// The number of rows of totals that match all streams.
    pub totals: u64,
    /// The first differences.
    #[schemars(length(max = Report::MOST_DIFFERENCES))]
    pub differences: Vec<Place>,
}

impl ReportVerification {
    /// The body of a report.
    #[must_use]
    pub fn of(report: Report) -> Self {
        let Report { by: _, scope, extent, streams, commits, rows, totals, differences } = report;
        Self { scope, extent, streams, commits, rows, totals, differences }
    }

    /// The report, with its author.
    #[must_use]
    pub fn by(self, by: Verifier) -> Report {
        let Self { scope, extent, streams, commits, rows, totals, differences } = self;
        Report { by, scope, extent, streams, commits, rows, totals, differences }
    }
}

/// The place of a record.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// The audit stream of this month.
    pub stream: StreamName,
    /// The version of the record.
    pub version: Version,
}

/// The result of a verification.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Verified {
    /// Whether everything that was verified is correct.
    pub agrees: bool,
    /// The number of streams that are correct.
    pub streams: usize,
    /// The number of their commits.
    pub commits: usize,
    /// The number of rows that match their streams.
    pub rows: usize,
    /// The differences.
    pub differences: Vec<Different>,
}

impl From<&Surveyed> for Verified {
    fn from(Surveyed { findings, .. }: &Surveyed) -> Self {
        Self {
            agrees: findings.differences.is_empty(),
            streams: findings.verified.streams,
            commits: findings.verified.commits,
            rows: findings.verified.rows,
            differences: findings.differences.iter().map(Into::into).collect(),
        }
    }
}

/// A difference.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Different {
    /// A stream is not as it was written.
    Log {
        /// The stream.
        stream: StreamName,
        /// The version of the commit, or of the missing one.
        version: Version,
        /// The problem with the commit.
        reason: String,
    },
    /// A row is not the fold of its stream.
    Row {
        /// The stream.
        stream: StreamName,
        /// The version of the row or, if the row is behind, that of its stream.
        version: Version,
        /// The view.
        view: String,
        /// The place in the row.
        field: String,
        /// The value that was found.
        found: String,
        /// The value that should be there.
        folded: String,
    },
    /// A snapshot is not the fold of its stream.
    Snapshot {
        /// The stream.
        stream: StreamName,
        /// The version of the state in the snapshot.
        version: Version,
        /// The place in the snapshot.
        field: String,
        /// The value that was found.
        found: String,
        /// The value that should be there.
        folded: String,
    },
    /// A view cannot process its stream.
    Stuck {
        /// The stream.
        stream: StreamName,
        /// The version of the commit that it cannot read.
        version: Version,
        /// The view.
        view: String,
        /// The reason.
        reason: String,
    },
    /// A total is not the sum of all streams.
    Total {
        /// The view.
        view: String,
        /// The row.
        row: String,
        /// The number in the row.
        field: String,
        /// The value that was found.
        found: String,
        /// The value that should be there.
        summed: String,
    },
}

impl From<&Difference> for Different {
    fn from(difference: &Difference) -> Self {
        match difference.clone() {
            Difference::Log(Broken { stream, version, tampering }) => {
                Self::Log { stream, version, reason: tampering.to_string() }
            }
            Difference::Row { stream, version, view, field, found, folded } => {
                Self::Row { stream, version, view: view.to_owned(), field, found, folded }
            }
            Difference::Snapshot { stream, version, field, found, folded } => {
                Self::Snapshot { stream, version, field, found, folded }
            }
            Difference::Stuck { stream, view, version, error } => {
                Self::Stuck { stream, version, view: view.to_owned(), reason: error }
            }
            Difference::Total { view, row, amount, found, summed } => {
                Self::Total { view: view.to_owned(), row, field: amount, found, summed }
            }
        }
    }
}
