//! The report on a batch of hints.

use crate::read::advance::{Hint, RowAdvance};
use crate::read::parked::{Class, ParkingLot, Subject, Trouble};
use crate::read::views::{Generation, ViewError};
use crate::stream::Version;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// The result of following a batch of hints.
#[derive(Debug, Default)]
pub struct Followed {
    /// The report of each projection.
    pub folds: BTreeMap<&'static str, Report>,
    /// The positions of the hints that were not followed, for reasons that may pass, in order.
    pub failed: Vec<usize>,
    /// Every failure, parked or not.
    pub troubles: Vec<Trouble>,
}

impl Followed {
    /// Nothing was followed, since the register of generations could not be read. `view` maps a category to its view.
    pub(crate) fn unregistered(
        hints: &[Hint],
        view: impl Fn(&str) -> Option<&'static str>,
        error: &ViewError,
        at: Timestamp,
    ) -> Self {
        let mut followed = Self::default();
        for (position, hint) in hints.iter().enumerate() {
            let Some(view) = view(hint.stream().category()) else { continue };
            let (version, class) = (hint.target(), Class::Transient);
            let subject =
                Subject::Fold { view: view.to_owned(), generation: Generation::FIRST, stream: hint.stream().clone() };
            let error = format!("the generations are not known: {error}");
            let trouble = Trouble { subject, version, passed_over: version, error, class, at };
            followed.add(position, view, Report { failed: 1, ..Report::default() });
            followed.troubles.push(trouble);
        }
        followed
    }

    /// Takes in the result of a view's projection for a hint. It parks a stream that cannot be understood, and one
    /// whose projection fails beyond its budget.
    pub(crate) async fn take<P: ParkingLot>(
        &mut self,
        position: usize,
        view: &'static str,
        outcome: Result<Report, Trouble>,
        within_budget: bool,
        parked: &P,
    ) {
        let report = match outcome {
            Ok(report) => report,
            Err(trouble) => {
                let passed_over = trouble.class == Class::Permanent || !within_budget;
                // Nothing may be passed over without a note.
                let parked = passed_over && parked.park(&trouble).await.is_ok();
                self.troubles.push(trouble);
                Report { parked: parked.into(), failed: (!parked).into(), ..Report::default() }
            }
        };
        self.add(position, view, report);
    }

    fn add(&mut self, position: usize, view: &'static str, report: Report) {
        if let (true, Err(place)) = (report.failed > 0, self.failed.binary_search(&position)) {
            self.failed.insert(place, position);
        }
        self.folds.entry(view).or_default().add(report);
    }
}

/// The report of one projection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that were written.
    pub advanced: usize,
    /// Commits that were folded into them.
    pub commits: usize,
    /// Hints that brought nothing new.
    pub duplicates: usize,
    /// Rows whose hints lacked commits, which were read from the log.
    pub repaired: usize,
    /// Rows of a generation that is being filled that were left to its rebuild.
    pub left: usize,
    /// Streams that were parked.
    pub parked: usize,
    /// Streams that were not followed, for reasons that may pass.
    pub failed: usize,
    /// The longest time from a commit to its row.
    pub lag_ms: i64,
    /// The most commits that a row lacked.
    pub lag_commits: usize,
}

impl Report {
    /// The report of one row that was written at that time.
    pub(crate) fn of(progress: &RowAdvance, now: Timestamp) -> Self {
        Self {
            advanced: 1,
            commits: progress.commits,
            repaired: progress.repaired.into(),
            lag_ms: now.0.saturating_sub(progress.committed_at.0).max(0),
            lag_commits: progress.commits,
            ..Self::default()
        }
    }

    /// Adds two reports; takes the longer of the lags.
    pub fn add(&mut self, other: Self) {
        self.advanced += other.advanced;
        self.commits += other.commits;
        self.duplicates += other.duplicates;
        self.repaired += other.repaired;
        self.left += other.left;
        self.parked += other.parked;
        self.failed += other.failed;
        self.lag_ms = self.lag_ms.max(other.lag_ms);
        self.lag_commits = self.lag_commits.max(other.lag_commits);
    }
}

/// The result of a redrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redriven {
    /// The projection follows the stream again and has reached this version. The note is gone.
    Follows(Version),
    /// The generation was given up, so nothing has to follow. The note is gone.
    GivenUp,
    /// It still cannot follow the stream.
    Stuck(String),
}
