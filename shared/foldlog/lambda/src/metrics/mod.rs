//! The metrics of a function. In Lambda each invocation prints them, one line for each subscription: every measurement is
//! a field of its line, and `CloudWatch`'s embedded metric format declares those that it is to keep as metrics. If no
//! `Emitter` was installed, as on one machine, measuring does nothing.
//!
//! A metric that `CloudWatch` keeps costs money for each hour in which it is sent. So it keeps only what alarms watch, and
//! how late each view is. Queries of the logs find the other fields.

mod collector;
mod emitter;

pub use emitter::Emitter;

use foldlog::read::engine::Report;
use http::StatusCode;
use metrics::{counter, histogram};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use strum::{EnumString, IntoStaticStr, VariantNames};

/// The namespace of the metrics of all functions. The dimension `Function` tells the functions apart.
pub const NAMESPACE: &str = "EventSourcing";
/// The dimension of the function's deployed name.
const FUNCTION: &str = "Function";
/// The dimension of the projection.
const SUBSCRIPTION: &str = "Subscription";

/// The measurements, by the names that alarms, queries and the dashboard use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantNames)]
pub enum Metric {
    /// Requests that change something, and were carried out.
    Commands,
    /// Requests that change something, and were refused for a reason in the request.
    Refusals,
    /// Requests of any kind that failed for a reason in the system.
    Faults,
    /// Rows written.
    Advanced,
    /// Commits folded into rows.
    Commits,
    /// Records that brought nothing new.
    DuplicatesDropped,
    /// Rows for which commits had to be read from the log.
    GapsRepaired,
    /// Streams that were parked.
    Parked,
    /// Streams whose records will be delivered again.
    Failed,
    /// How many commits a row lacked, at most.
    LagCommits,
    /// How long after its commit a row was written, at most.
    LagMs,
    /// Notes about items of the log that were changed or removed.
    Tampered,
    /// Notes about streams and events that a subscriber cannot follow.
    ParkedNotes,
    /// Batches that Lambda gave up on and kept.
    LostBatches,
    /// Deadlines that passed, and that an operator has to see to.
    DeadlinesPassed,
    /// Clocks that were wrong, and were corrected by the store's time.
    ClocksCorrected,
}

/// What `CloudWatch` keeps of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A metric of the function: one for all its subscriptions.
    OfFunction,
    /// A metric of each subscription of the function.
    OfSubscription,
    /// No metric, only the field of the line.
    AsField,
}

impl Metric {
    /// What `CloudWatch` keeps of it.
    #[must_use]
    pub const fn kept(self) -> Kept {
        match self {
            Self::LagMs => Kept::OfSubscription,
            Self::Failed | Self::Tampered | Self::ParkedNotes | Self::LostBatches | Self::DeadlinesPassed => {
                Kept::OfFunction
            }
            Self::Commands
            | Self::Refusals
            | Self::Faults
            | Self::Advanced
            | Self::Commits
            | Self::DuplicatesDropped
            | Self::GapsRepaired
            | Self::Parked
            | Self::LagCommits
            | Self::ClocksCorrected => Kept::AsField,
        }
    }

    fn name(self) -> &'static str {
        self.into()
    }

    fn count(self, number: usize) {
        counter!(self.name()).increment(bounded(number).into());
    }

    fn count_of(self, subscription: &'static str, number: usize) {
        if number > 0 {
            counter!(self.name(), SUBSCRIPTION => subscription).increment(bounded(number).into());
        }
    }
}

/// The reports of each projection since this process began.
static FOLLOWED: Mutex<BTreeMap<&'static str, Report>> = Mutex::new(BTreeMap::new());

/// The reports of each projection.
pub fn followed(folds: &BTreeMap<&'static str, Report>) {
    for (fold, report) in folds {
        FOLLOWED.lock().unwrap_or_else(PoisonError::into_inner).entry(fold).or_default().add(*report);
        let counts = [
            (Metric::Advanced, report.advanced),
            (Metric::Commits, report.commits),
            (Metric::DuplicatesDropped, report.duplicates),
            (Metric::GapsRepaired, report.repaired),
            (Metric::Parked, report.parked),
            (Metric::Failed, report.failed),
        ];
        for (metric, number) in counts {
            metric.count_of(fold, number);
        }
        if report.advanced > 0 {
            histogram!(Metric::LagCommits.name(), SUBSCRIPTION => *fold).record(bounded(report.lag_commits));
            histogram!(Metric::LagMs.name(), SUBSCRIPTION => *fold).record(bounded(report.lag_ms));
        }
    }
}

/// The reports of each projection since this process began. On one machine, all functions are one process, so these are
/// the reports of all of them.
#[must_use]
pub fn followed_so_far() -> BTreeMap<&'static str, Report> {
    FOLLOWED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A request was answered. `refusal` is the status of a problem. Reads count only if they fail.
pub(crate) fn answered(is_command: bool, refusal: Option<StatusCode>) {
    match refusal {
        Some(status) if status.is_server_error() => Metric::Faults.count(1),
        Some(_) if is_command => Metric::Refusals.count(1),
        None if is_command => Metric::Commands.count(1),
        Some(_) | None => {}
    }
}

/// The number of notes: all of them, and those about items of the log that were changed or removed. Zeros are measured
/// too, because an alarm takes silence for a failure.
pub fn notes(notes: usize, tampered: usize) {
    Metric::ParkedNotes.count(notes);
    Metric::Tampered.count(tampered);
}

/// The number of batches that Lambda gave up on and kept, and be it zero.
pub fn lost(batches: usize) {
    Metric::LostBatches.count(batches);
}

/// Deadlines that passed, and that an operator has to see to; their number may be zero.
pub fn deadlines_passed(deadlines: usize) {
    Metric::DeadlinesPassed.count(deadlines);
}

/// The clock of this machine was wrong, and is corrected from now on.
pub(crate) fn clock_corrected() {
    Metric::ClocksCorrected.count(1);
}

fn bounded(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
