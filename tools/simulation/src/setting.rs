//! The settings of a run.

use crate::defects::Defect;
use crate::faults::Luck;
use foldlog_testing::faulty::Odds;

/// The settings of a run, besides the seed.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The rule that is broken on purpose, to prove that the judge finds it.
    pub defect: Option<Defect>,
    /// Whether a trace is recorded.
    pub traced: bool,
    pub(crate) net: Net,
    pub(crate) odds: Odds,
    pub(crate) luck: Luck,
}

/// What repairs the loss of hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Net {
    /// The re-check, each minute. Only hints of processes may be lost.
    Recheck,
    /// The run through the whole log. All hints may be lost, and everything may stand still for a day.
    Reconcile,
}

impl Setting {
    /// All faults.
    pub const ROUGH: Self = Self { defect: None, traced: false, net: Net::Recheck, odds: ROUGH_ODDS, luck: Luck::BAD };

    /// The same with a defect.
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

    /// The same with a trace.
    #[must_use]
    pub const fn traced(self) -> Self {
        Self { traced: true, ..self }
    }
}

/// The functions whose lost hints only a run through the whole log repairs.
const FOLDS: [&str; 2] = ["projector", "sales-projector"];

/// The faults of the stores: about one request in eight fails.
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
