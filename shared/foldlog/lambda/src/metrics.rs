//! The metrics of a function. In Lambda each invocation prints them, one line for each subscription, in `CloudWatch`'s
//! embedded metric format. If no `Emitter` was installed, as on one machine, measuring does nothing.

use crate::function::Error;
use foldlog::read::engine::Report;
use http::StatusCode;
use metrics::{Unit, counter, describe_histogram, gauge, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use strum::{IntoStaticStr, VariantNames};

/// The namespace of the metrics of all functions. The dimension `Function` tells the functions apart.
pub const NAMESPACE: &str = "EventSourcing";
/// The dimension of the function's deployed name.
const FUNCTION: &str = "Function";
/// The dimension of the projection.
const SUBSCRIPTION: &str = "Subscription";

/// The metrics, by the names that alarms and the dashboard use.
#[derive(Clone, Copy, Debug, IntoStaticStr, VariantNames)]
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
    /// How many commits a row lacked.
    LagCommits,
    /// How long after its commit a row was written.
    LagMs,
    /// Items of the log that were changed or removed.
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

impl Metric {
    fn name(self) -> &'static str {
        self.into()
    }

    fn count(self, number: usize) {
        counter!(self.name()).increment(bounded(number).into());
    }

    fn count_of(self, subscription: &'static str, number: usize) {
        counter!(self.name(), SUBSCRIPTION => subscription).increment(bounded(number).into());
    }
}

/// Prints the metrics.
pub(crate) struct Emitter(&'static Collector);

impl Emitter {
    /// From now on, this process keeps its metrics until they are printed.
    pub(crate) fn install(function: String) -> Result<Self, Error> {
        let collector = Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension(FUNCTION, function).init();
        let collector = collector.map_err(|error| error.to_string())?;
        describe_histogram!(Metric::LagMs.name(), Unit::Milliseconds, "from a commit to its row");
        Ok(Self(collector))
    }

    /// Prints the metrics, and begins again. If nothing was measured, nothing is printed.
    pub(crate) fn print(&self, to: impl Write) {
        if let Err(error) = self.0.flush(to) {
            tracing::error!(%error, "printing the metrics failed");
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

/// Items of the log that were changed or removed.
pub fn tampered(items: usize) {
    Metric::Tampered.count(items);
}

/// The number of parked notes.
pub fn notes(notes: usize) {
    gauge!(Metric::ParkedNotes.name()).set(bounded(notes));
}

/// The number of batches that Lambda gave up on and kept.
pub fn lost(batches: usize) {
    gauge!(Metric::LostBatches.name()).set(bounded(batches));
}

/// Deadlines that passed, and that an operator has to see to.
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
mod tests {
    use super::*;
    use serde_json::{Deserializer, Value, json};
    use std::collections::BTreeSet;

    #[test]
    fn what_was_measured_is_printed_once_a_line_a_subscription() {
        let emitter = Emitter::install("orders-projector".to_owned()).unwrap();
        let printed = || {
            let mut text = Vec::new();
            emitter.print(&mut text);
            Deserializer::from_slice(&text).into_iter().collect::<Result<Vec<Value>, _>>().unwrap()
        };
        assert!(printed().is_empty());
        let report = Report { advanced: 2, commits: 5, repaired: 1, lag_ms: 40, lag_commits: 3, ..Report::default() };
        followed(&[("cart", report), ("order", Report { duplicates: 4, ..Report::default() })].into());
        tampered(1);
        let mut lines = printed();
        lines.sort_by_key(|line| line["Subscription"].as_str().unwrap_or_default().to_owned());
        let [tampered, cart, order] = &*lines else { panic!("{lines:?}") };
        assert_eq!((&tampered["Tampered"], &tampered["Function"]), (&json!(1), &json!("orders-projector")));
        assert_eq!((&cart["Advanced"], &cart["Commits"], &cart["GapsRepaired"]), (&json!(2), &json!(5), &json!(1)));
        assert_eq!((&cart["LagMs"], &cart["LagCommits"]), (&json!([40.0]), &json!([3.0])));
        assert_eq!((&order["DuplicatesDropped"], &order["LagMs"]), (&json!(4), &Value::Null));
        let declared = &cart["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(declared["Namespace"], NAMESPACE);
        assert_eq!(declared["Dimensions"], json!([["Function", "Subscription"]]));
        assert!(printed().is_empty(), "each measurement once");

        let one = Report { advanced: 1, commits: 1, duplicates: 1, repaired: 1, parked: 1, failed: 1, ..report };
        followed(&[("cart", one)].into());
        for measure in [super::tampered, notes, lost, deadlines_passed] {
            measure(1);
        }
        clock_corrected();
        for refusal in [None, Some(StatusCode::CONFLICT), Some(StatusCode::SERVICE_UNAVAILABLE)] {
            answered(true, refusal);
        }
        let beside = ["_aws", FUNCTION, SUBSCRIPTION];
        let lines = printed();
        let names = lines.iter().flat_map(|line| line.as_object().unwrap().keys().map(String::as_str));
        let names: BTreeSet<_> = names.filter(|name| !beside.contains(name)).collect();
        assert_eq!(names, Metric::VARIANTS.iter().copied().collect(), "whatever is declared is measured");
    }
}
