//! How a run is set up.

use crate::defects::Defect;
use crate::faults::Luck;
use foldlog_testing::faulty::Odds;

/// What is tried in a run, besides what the seed decides.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// What is broken on purpose, to see that it is found.
    pub defect: Option<Defect>,
    /// Whether what happens is written down.
    pub traced: bool,
    pub(crate) net: Net,
    pub(crate) odds: Odds,
    pub(crate) luck: Luck,
}

/// What has to make up for what was lost for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Net {
    /// The re-check, each minute: hints of processes may be lost, those of folds arrive.
    Recheck,
    /// The run through the whole log: anything may be lost, and everything stand still for a day.
    Reconcile,
}

impl Setting {
    /// Everything goes wrong that can.
    pub const ROUGH: Self = Self { defect: None, traced: false, net: Net::Recheck, odds: ROUGH_ODDS, luck: Luck::BAD };

    /// The same with something broken.
    #[must_use]
    pub const fn with(self, defect: Option<Defect>) -> Self {
        Self { defect, ..self }
    }

    /// The same with another net.
    #[must_use]
    pub(crate) const fn above(self, net: Net) -> Self {
        Self { net, ..self }
    }

    /// Whether hints may be lost to a function for good.
    pub(crate) fn loses_hints_of(self, function: &str) -> bool {
        self.net == Net::Reconcile || !FOLDS.contains(&function)
    }

    /// The same, written down.
    #[must_use]
    pub const fn traced(self) -> Self {
        Self { traced: true, ..self }
    }
}

/// The functions whose hints only a run through the whole log makes up for.
const FOLDS: [&str; 2] = ["projector", "sales-projector"];

/// What the stores do: about one request in eight fails.
const ROUGH_ODDS: Odds = Odds {
    lost_answer: 25,
    late: 25,
    dropped: 15,
    throttled: 25,
    transaction_conflict: 20,
    hang: 5,
    stale_read: 350,
    resent: 500,
};
