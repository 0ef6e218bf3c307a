//! What a function measures: in Lambda each invocation prints it, a line a subscription, in `CloudWatch`'s embedded
//! metric format. Where no [`Emitter`] was installed, as on one machine, measuring does nothing.

use crate::function::Error;
use foldlog::read::engine::Report;
use http::StatusCode;
use metrics::{Unit, counter, describe_histogram, gauge, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use strum::{IntoStaticStr, VariantNames};

/// Where the metrics of all functions are found, each under its own dimension [`FUNCTION`].
pub const NAMESPACE: &str = "EventSourcing";
/// The dimension of the function's deployed name.
const FUNCTION: &str = "Function";
/// The dimension of the fold.
const SUBSCRIPTION: &str = "Subscription";

/// What is measured, by the names that alarms and the dashboard know it under.
#[derive(Clone, Copy, Debug, IntoStaticStr, VariantNames)]
pub enum Metric {
    /// Requests that were to change something, and were carried out.
    Commands,
    /// Requests that were to change something, and were turned away for what they asked.
    Refusals,
    /// Requests of any kind that failed for a reason of ours.
    Faults,
    /// Rows written.
    Advanced,
    /// Commits folded into rows.
    Commits,
    /// Records that told nothing new.
    DuplicatesDropped,
    /// Rows for which commits had to be read from the log.
    GapsRepaired,
    /// Streams that were parked.
    Parked,
    /// Streams that will be delivered again.
    Failed,
    /// By how many commits a row had been behind.
    LagCommits,
    /// How long after its commit a row was written.
    LagMs,
    /// Items of the log that were changed or removed.
    Tampered,
    /// Notes about what cannot be followed.
    ParkedNotes,
    /// Batches that lie where Lambda puts what it gave up on.
    LostBatches,
    /// Deadlines that passed, and that somebody has to see to.
    DeadlinesPassed,
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

/// Prints what was measured.
pub(crate) struct Emitter(&'static Collector);

impl Emitter {
    /// From now on, what this process measures is kept until it is printed.
    pub(crate) fn install(function: String) -> Result<Self, Error> {
        let collector = Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension(FUNCTION, function).init();
        let collector = collector.map_err(|error| error.to_string())?;
        describe_histogram!(Metric::LagMs.name(), Unit::Milliseconds, "from a commit to its row");
        Ok(Self(collector))
    }

    /// Prints it, and begins anew. Nothing measured, nothing printed.
    pub(crate) fn print(&self, to: impl Write) {
        if let Err(error) = self.0.flush(to) {
            tracing::error!(%error, "the metrics were not printed");
        }
    }
}

/// What became of each fold since this process began.
static FOLLOWED: Mutex<BTreeMap<&'static str, Report>> = Mutex::new(BTreeMap::new());

/// What became of each fold.
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

/// What became of each fold since this process began: on one machine, where all functions are one process, in all of
/// them.
#[must_use]
pub fn followed_so_far() -> BTreeMap<&'static str, Report> {
    FOLLOWED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A request was answered; `refusal` is the status of a problem. Reads only count where they fail.
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

/// How many notes about what cannot be followed there are.
pub fn notes(notes: usize) {
    gauge!(Metric::ParkedNotes.name()).set(bounded(notes));
}

/// How many batches lie where Lambda puts what it gave up on.
pub fn lost(batches: usize) {
    gauge!(Metric::LostBatches.name()).set(bounded(batches));
}

/// Deadlines that passed, and that somebody has to see to.
pub fn deadlines_passed(deadlines: usize) {
    Metric::DeadlinesPassed.count(deadlines);
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
