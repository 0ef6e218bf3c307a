//! Bodies about verification: what is asked for, what was found, and what somebody else found.

use foldlog::verify::{Difference, Surveyed};
use foldlog::write::chain::Broken;
use foldlog::{StreamName, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::audit::{Difference as Place, Extent, Report, Scope, Verifier};

/// The most streams that are picked by chance.
pub const LARGEST_SAMPLE: u32 = 100;

/// `POST /ops/verify`: a stream, or some of them; without either everything, which takes longer than an answer may.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// This stream and its rows.
    pub stream: Option<StreamName>,
    /// So many streams, picked by chance, and their rows.
    #[schemars(range(min = 1, max = LARGEST_SAMPLE))]
    pub sample: Option<u32>,
}

/// Why a wish to verify is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoScope {
    /// Both were asked for.
    #[error("stream and sample: choose one of them")]
    Both,
    /// None, or too many.
    #[error("sample: must be 1 to {LARGEST_SAMPLE}; leave it out to verify everything")]
    Sample,
}

impl Verify {
    /// What is to be compared.
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

/// `POST /ops/verifications`: what somebody found who compared the tables themselves.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportVerification {
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
    /// Where something is not as it should be: the first places.
    #[schemars(length(max = Report::MOST_DIFFERENCES))]
    pub differences: Vec<Place>,
}

impl ReportVerification {
    /// The body that tells of a report.
    #[must_use]
    pub fn of(report: Report) -> Self {
        let Report { by: _, scope, extent, streams, commits, rows, totals, differences } = report;
        Self { scope, extent, streams, commits, rows, totals, differences }
    }

    /// The report of whoever sent it.
    #[must_use]
    pub fn by(self, by: Verifier) -> Report {
        let Self { scope, extent, streams, commits, rows, totals, differences } = self;
        Report { by, scope, extent, streams, commits, rows, totals, differences }
    }
}

/// Where something is recorded.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Recorded {
    /// The stream of what operators did in this month.
    pub stream: StreamName,
    /// The version of the record.
    pub version: Version,
}

/// What was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Verified {
    /// Whether all that was looked at is as it should be.
    pub agrees: bool,
    /// How many streams are what was written.
    pub streams: usize,
    /// How many commits they have.
    pub commits: usize,
    /// How many rows are the folds of their streams.
    pub rows: usize,
    /// What is not as it should be.
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

/// Something that is not as it should be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Different {
    /// A stream is not what was written.
    Log {
        /// The stream.
        stream: StreamName,
        /// The version of the commit, or that it would have.
        version: Version,
        /// What was done to it.
        reason: String,
    },
    /// A row is not the fold of its stream.
    Row {
        /// The stream.
        stream: StreamName,
        /// The version of the row, or where the row is behind, that of its stream.
        version: Version,
        /// The view.
        view: String,
        /// Where in the row.
        field: String,
        /// What stands there.
        found: String,
        /// What should.
        folded: String,
    },
    /// A view cannot follow its stream.
    Stuck {
        /// The stream.
        stream: StreamName,
        /// The version of the commit that it cannot read.
        version: Version,
        /// The view.
        view: String,
        /// Why.
        reason: String,
    },
    /// A total is not the sum of all streams.
    Total {
        /// The view.
        view: String,
        /// The row.
        row: String,
        /// Which of its numbers.
        field: String,
        /// What stands there.
        found: String,
        /// What should.
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
            Difference::Stuck { stream, view, version, error } => {
                Self::Stuck { stream, version, view: view.to_owned(), reason: error }
            }
            Difference::Total { view, row, amount, found, summed } => {
                Self::Total { view: view.to_owned(), row, field: amount, found, summed }
            }
        }
    }
}
