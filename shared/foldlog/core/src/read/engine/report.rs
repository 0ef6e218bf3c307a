//! What became of a batch of hints.

use crate::read::advance::{Hint, RowAdvance};
use crate::read::parked::{Class, ParkingLot, Subject, Trouble};
use crate::read::views::{Generation, ViewError};
use crate::stream::Version;
use crate::time::Timestamp;
use std::collections::BTreeMap;

/// What following a batch of hints came to.
#[derive(Debug, Default)]
pub struct Followed {
    /// By fold, what became of it.
    pub folds: BTreeMap<&'static str, Report>,
    /// The positions of the hints that were not followed, for reasons that may pass, in order.
    pub failed: Vec<usize>,
    /// All that went wrong, whether it was parked or not.
    pub troubles: Vec<Trouble>,
}

impl Followed {
    /// Nothing was followed, since nobody knows which generations there are; `view` tells whose streams a category is.
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

    /// Takes in what a fold of a view did with a hint, and notes what has to be noted of it: what cannot be understood,
    /// and what fails while its fold is not within its budget any more.
    pub(crate) async fn take<P: ParkingLot>(
        &mut self,
        position: usize,
        view: &'static str,
        judged: Result<Report, Trouble>,
        within_budget: bool,
        parked: &P,
    ) {
        let report = match judged {
            Ok(report) => report,
            Err(trouble) => {
                let passed_over = trouble.class == Class::Permanent || !within_budget;
                // Without a note nothing may be passed over.
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
