//! Prints what a function measured.

use super::collector::{Collector, Line};
use super::{FUNCTION, Kept, Metric, NAMESPACE, SUBSCRIPTION};
use crate::function::Error;
use crate::host::SystemHost;
use crate::logging;
use crate::settings::Settings;
use foldlog::Clock;
use foldlog::Timestamp;
use serde_json::{Map, Value, json};
use std::future::poll_fn;
use std::io::Write;
use std::pin::pin;

/// Prints the metrics of a function.
///
/// Lambda takes a line for one of the level `INFO` unless it has a valid `level` and an RFC 3339 `timestamp`, and leaves
/// out what is below the function's level. A line of metrics has that level itself, so each setting keeps it.
#[derive(Debug)]
pub struct Emitter {
    collector: Collector,
    function: String,
    level: String,
}

impl Emitter {
    /// The emitter of a function of this deployed name and settings. It has only what is measured [within](Self::within)
    /// it.
    #[must_use]
    pub fn of(function: String, settings: &Settings) -> Self {
        Self { collector: Collector::default(), function, level: logging::level_name(settings).to_owned() }
    }

    /// From now on, this process keeps its metrics until they are printed.
    pub(crate) fn install(self) -> Result<Self, Error> {
        metrics::set_global_recorder(self.collector.clone()).map_err(|error| error.to_string())?;
        Ok(self)
    }

    /// Measures what a future measures while it is polled.
    pub async fn within<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        poll_fn(|context| metrics::with_local_recorder(&self.collector, || work.as_mut().poll(context))).await
    }

    /// Prints the metrics, and begins again. If nothing was measured, nothing is printed.
    pub fn print(&self, mut to: impl Write) {
        let now = SystemHost.now();
        for (subscription, line) in self.collector.take() {
            let line = self.line(subscription, line, now);
            if let Err(error) = writeln!(to, "{line}") {
                tracing::error!(%error, "printing the metrics failed");
            }
        }
    }

    fn line(&self, subscription: Option<String>, line: Line, now: Timestamp) -> Value {
        let mut fields = Map::new();
        fields.insert("level".to_owned(), self.level.clone().into());
        fields.insert("timestamp".to_owned(), now.to_string().into());
        fields.insert(FUNCTION.to_owned(), self.function.clone().into());
        let directives = directives(subscription.is_some(), &line);
        if !directives.is_empty() {
            fields.insert("_aws".to_owned(), json!({ "Timestamp": now.0, "CloudWatchMetrics": directives }));
        }
        fields.extend(subscription.map(|subscription| (SUBSCRIPTION.to_owned(), subscription.into())));
        fields.extend(line.counts.into_iter().map(|(name, count)| (name, count.into())));
        fields.extend(line.greatest.into_iter().map(|(name, value)| (name, value.into())));
        fields.into()
    }
}

/// What declares the metrics of a line: `CloudWatch` keeps nothing else of it.
fn directives(of_subscription: bool, line: &Line) -> Vec<Value> {
    let of = |kept: Kept, dimensions: &[&str]| {
        let measured = line.counts.keys().chain(line.greatest.keys());
        let names = measured.filter(|name| name.parse::<Metric>().is_ok_and(|metric| metric.kept() == kept));
        let metrics: Vec<_> = names.map(|name| json!({ "Name": name })).collect();
        (!metrics.is_empty()).then(|| json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics }))
    };
    let own = of(Kept::OfFunction, &[FUNCTION]);
    own.into_iter().chain(of(Kept::OfSubscription, &[FUNCTION, SUBSCRIPTION]).filter(|_| of_subscription)).collect()
}
