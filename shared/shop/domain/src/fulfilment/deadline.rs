//! The deadlines of a process.

use foldlog::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

/// A part of the process that has one deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// From the checkout to the confirmation. If it takes too long, the process decides to stop the order.
    Confirmation,
    /// From the confirmation until the goods leave. If this step or a later one takes too long, a person has to look.
    Shipping,
    /// From there until all shipments have arrived.
    Delivery,
    /// From there, or from a failure or cancellation, until everything is settled or undone.
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
        /// The step of the deadline.
        step: Step,
        /// The moment at which it passes.
        at: Timestamp,
    },
    /// The deadline has passed.
    Passed {
        /// The step of the deadline.
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
    /// The step of the deadline, if there is one.
    pub(super) const fn step(self) -> Option<Step> {
        match self {
            Self::None => None,
            Self::Set { step, .. } | Self::Passed { step } => Some(step),
        }
    }
}
