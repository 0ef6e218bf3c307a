//! How long a process waits.

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

/// Until when a process waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// Nobody set one: it began before there were any.
    #[default]
    None,
    /// Until then.
    Set {
        /// For what.
        step: Step,
        /// Until when.
        at: Timestamp,
    },
    /// It has waited for too long.
    Passed {
        /// For what.
        step: Step,
    },
}

impl Step {
    /// How long it may take.
    const fn limit(self) -> Duration {
        match self {
            Self::Confirmation => Duration::from_mins(15),
            Self::Shipping => HOUR.saturating_mul(7 * 24),
            Self::Delivery => HOUR.saturating_mul(14 * 24),
            Self::Settlement => HOUR,
        }
    }

    /// The deadline of a step that begins with an event of that time.
    #[must_use]
    pub fn deadline(self, begun: Timestamp) -> Timestamp {
        begun.after(self.limit())
    }
}

impl Deadline {
    /// For what it is, or was.
    pub(super) const fn step(self) -> Option<Step> {
        match self {
            Self::None => None,
            Self::Set { step, .. } | Self::Passed { step } => Some(step),
        }
    }
}
