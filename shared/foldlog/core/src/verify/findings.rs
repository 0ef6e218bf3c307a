//! The result of a verification.

use super::difference::Difference;

/// The counts of what agrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Streams whose chain is intact.
    pub streams: usize,
    /// Their commits.
    pub commits: usize,
    /// Rows that equal the folds of their streams.
    pub rows: usize,
}

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The counts of what agrees.
    pub verified: Verified,
    /// The differences: for each stream and row, the first one.
    pub differences: Vec<Difference>,
}

impl Findings {
    /// Adds the findings of another verification.
    pub fn add(&mut self, others: Self) {
        let Verified { streams, commits, rows } = others.verified;
        self.verified.streams += streams;
        self.verified.commits += commits;
        self.verified.rows += rows;
        self.differences.extend(others.differences);
    }
}
