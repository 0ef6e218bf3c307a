//! What a function measures: in Lambda each invocation prints it, a line a subscription, in `CloudWatch`'s embedded
//! metric format. Where no [`Emitter`] was installed, as on one machine, measuring does nothing.

use crate::function::Error;
use eventsourcing::folds::Report;
use metrics::{Unit, counter, describe_histogram, gauge, histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Where the metrics of all functions are found, each under its own dimension [`FUNCTION`].
const NAMESPACE: &str = "EventSourcing";
/// The dimension of the function's deployed name.
const FUNCTION: &str = "Function";
/// The dimension of the fold.
const SUBSCRIPTION: &str = "Subscription";
/// How long after its commit a row was written.
const LAG_MS: &str = "LagMs";

/// Prints what was measured.
pub(crate) struct Emitter(&'static Collector);

impl Emitter {
    /// From now on, what this process measures is kept until it is printed.
    pub(crate) fn install(function: String) -> Result<Self, Error> {
        let collector = Builder::new().cloudwatch_namespace(NAMESPACE).with_dimension(FUNCTION, function).init();
        let collector = collector.map_err(|error| error.to_string())?;
        describe_histogram!(LAG_MS, Unit::Milliseconds, "from a commit to its row");
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
        let count = |name: &'static str, count: usize| {
            counter!(name, SUBSCRIPTION => *fold).increment(u64::try_from(count).unwrap_or(u64::MAX));
        };
        count("Advanced", report.advanced);
        count("Commits", report.commits);
        count("DuplicatesDropped", report.duplicates);
        count("GapsRepaired", report.repaired);
        count("Parked", report.parked);
        count("Failed", report.failed);
        if report.advanced > 0 {
            histogram!("LagCommits", SUBSCRIPTION => *fold).record(bounded(report.lag_commits));
            histogram!(LAG_MS, SUBSCRIPTION => *fold).record(bounded(report.lag_ms));
        }
    }
}

/// What became of each fold since this process began: on one machine, where all functions are one process, in all of
/// them.
#[must_use]
pub fn followed_so_far() -> BTreeMap<&'static str, Report> {
    FOLLOWED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Items of the log that were changed or removed.
pub fn tampered(items: usize) {
    counter!("Tampered").increment(u64::try_from(items).unwrap_or(u64::MAX));
}

/// How many notes about what cannot be followed there are.
pub fn notes(notes: usize) {
    gauge!("ParkedNotes").set(bounded(notes));
}

/// How many batches lie where Lambda puts what it gave up on.
pub fn lost(batches: usize) {
    gauge!("LostBatches").set(bounded(batches));
}

/// Deadlines that passed, and that somebody has to see to.
pub fn deadlines_passed(deadlines: usize) {
    counter!("DeadlinesPassed").increment(u64::try_from(deadlines).unwrap_or(u64::MAX));
}

fn bounded(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Deserializer, Value, json};

    #[test]
    fn what_was_measured_is_printed_once_a_line_a_subscription() {
        let emitter = Emitter::install("shop-projector".to_owned()).unwrap();
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
        assert_eq!((&tampered["Tampered"], &tampered["Function"]), (&json!(1), &json!("shop-projector")));
        assert_eq!((&cart["Advanced"], &cart["Commits"], &cart["GapsRepaired"]), (&json!(2), &json!(5), &json!(1)));
        assert_eq!((&cart["LagMs"], &cart["LagCommits"]), (&json!([40.0]), &json!([3.0])));
        assert_eq!((&order["DuplicatesDropped"], &order["LagMs"]), (&json!(4), &Value::Null));
        let declared = &cart["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(declared["Namespace"], NAMESPACE);
        assert_eq!(declared["Dimensions"], json!([["Function", "Subscription"]]));
        assert!(printed().is_empty(), "each measurement once");
    }
}
