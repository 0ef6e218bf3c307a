//! What became of a batch of hints.

use crate::advance::Progress;
use crate::parked::Trouble;
use crate::stream::Version;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// What following a batch of hints came to.
#[derive(Debug, Default)]
pub struct Followed {
    /// By fold, what became of it.
    pub folds: BTreeMap<&'static str, Report>,
    /// The positions of the hints that were not followed, for reasons that may pass.
    pub failed: Vec<usize>,
    /// All that went wrong, whether it was parked or not.
    pub troubles: Vec<Trouble>,
}

/// What became of one fold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that were written.
    pub advanced: usize,
    /// Commits that were folded into them.
    pub commits: usize,
    /// Hints that told nothing new.
    pub duplicates: usize,
    /// Rows for which commits were missing, which were read from the log.
    pub repaired: usize,
    /// Streams that were parked.
    pub parked: usize,
    /// Streams that were not followed, for reasons that may pass.
    pub failed: usize,
    /// The longest time from a commit to its row.
    pub lag_ms: i64,
    /// The most commits by which a row had been behind.
    pub lag_commits: usize,
}

impl Report {
    /// That of one row that was written then.
    pub(crate) fn of(progress: &Progress, now: Timestamp) -> Self {
        Self {
            advanced: 1,
            commits: progress.commits,
            repaired: progress.repaired.into(),
            lag_ms: now.0.saturating_sub(progress.committed_at.0).max(0),
            lag_commits: progress.commits,
            ..Self::default()
        }
    }

    /// Adds up; of the lags the longest.
    pub fn add(&mut self, other: Self) {
        self.advanced += other.advanced;
        self.commits += other.commits;
        self.duplicates += other.duplicates;
        self.repaired += other.repaired;
        self.parked += other.parked;
        self.failed += other.failed;
        self.lag_ms = self.lag_ms.max(other.lag_ms);
        self.lag_commits = self.lag_commits.max(other.lag_commits);
    }
}

/// What a redrive came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redriven {
    /// The fold follows again, and has reached this version; there is no note any more.
    Follows(Version),
    /// It still cannot.
    Stuck(String),
}
