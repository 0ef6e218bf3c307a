//! What a verification found.

use super::difference::Difference;

/// How much was found to agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Streams whose chain is whole.
    pub streams: usize,
    /// Their commits.
    pub commits: usize,
    /// Rows that are the folds of their streams.
    pub rows: usize,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What agrees.
    pub verified: Verified,
    /// What does not: of each stream and row the first difference.
    pub differences: Vec<Difference>,
}

impl Findings {
    /// Takes in what was found elsewhere.
    pub fn add(&mut self, others: Self) {
        let Verified { streams, commits, rows } = others.verified;
        self.verified.streams += streams;
        self.verified.commits += commits;
        self.verified.rows += rows;
        self.differences.extend(others.differences);
    }
}
