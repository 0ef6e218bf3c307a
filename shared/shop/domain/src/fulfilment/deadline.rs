//! The deadlines of a process.

use foldlog::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

/// A stretch of the way that has one deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// From the checkout to the confirmation. Where it takes too long, the process decides to stop.
    Confirmation,
    /// From there until the goods leave. Where it takes too long, somebody has to look, as at all that follow.
    Shipping,
    /// From there until all of them arrived.
    Delivery,
    /// Whatever is left to be settled, or undone.
    Settlement,
}

/// The deadline of the current step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// The process has no deadline: it began before deadlines were introduced.
    #[default]
    None,
    /// The process waits until this moment.
    Set {
        /// The step that it belongs to.
        step: Step,
        /// The moment at which it passes.
        at: Timestamp,
    },
    /// The deadline has passed.
    Passed {
        /// The step that it belongs to.
        step: Step,
    },
}

impl Step {
    /// The time limit of the step.
    const fn limit(self) -> Duration {
        match self {
            Self::Confirmation => Duration::from_mins(15),
            Self::Shipping => HOUR.saturating_mul(7 * 24),
            Self::Delivery => HOUR.saturating_mul(14 * 24),
            Self::Settlement => HOUR,
        }
    }

    /// The deadline of a step that begins at `begun`.
    #[must_use]
    pub fn deadline(self, begun: Timestamp) -> Timestamp {
        begun.after(self.limit())
    }
}

impl Deadline {
    /// The step that the deadline belongs to.
    pub(super) const fn step(self) -> Option<Step> {
        match self {
            Self::None => None,
            Self::Set { step, .. } | Self::Passed { step } => Some(step),
        }
    }
}
