//! The settings of a run.

use crate::defects::Defect;

/// The settings of a run, besides the seed.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The rule that is broken on purpose, to prove that the judge finds it.
    pub defect: Option<Defect>,
    /// Whether a trace is recorded.
    pub traced: bool,
}

impl Setting {
    /// All faults.
    pub const ROUGH: Self = Self { defect: None, traced: false };

    /// The same with a defect.
    #[must_use]
    pub const fn with(self, defect: Option<Defect>) -> Self {
        Self { defect, ..self }
    }

    /// The same with a trace.
    #[must_use]
    pub const fn traced(self) -> Self {
        Self { traced: true, ..self }
    }
}

/// The net that repairs the loss of hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Net {
    /// The re-check, each minute. Only hints of processes may be lost.
    Recheck,
    /// The run through the whole log. All hints may be lost, and everything may be down for a day.
    Reconcile,
}

impl Net {
    /// Whether hints may be lost to a function for good.
    pub(crate) fn loses_hints_of(self, function: &str) -> bool {
        self == Self::Reconcile || !FOLDS.contains(&function)
    }
}

/// The functions whose lost hints only a run through the whole log repairs.
const FOLDS: [&str; 2] = ["projector", "sales-projector"];
