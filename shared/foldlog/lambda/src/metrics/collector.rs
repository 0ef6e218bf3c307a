//! Keeps what was measured until it is printed. This is the recorder behind the macros of `metrics`, which also other
//! crates measure with.

use super::SUBSCRIPTION;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

/// The measurements of one line.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// What was counted, by name.
    pub(super) counts: BTreeMap<String, u64>,
    /// The greatest of the values that were recorded, by name.
    pub(super) greatest: BTreeMap<String, f64>,
}

/// The lines, by their subscription. Measurements of the function itself have none.
pub(super) type Lines = BTreeMap<Option<String>, Line>;

/// The recorder; clones share what was measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Collector(Arc<Mutex<Lines>>);

impl Collector {
    /// What was measured since the last call.
    pub(super) fn take(&self) -> Lines {
        self.with(mem::take)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Lines) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn handle(&self, key: &Key) -> Arc<Handle> {
        let subscription = key.labels().find(|label| label.key() == SUBSCRIPTION).map(|label| label.value().to_owned());
        Arc::new(Handle { collector: self.clone(), subscription, name: key.name().to_owned() })
    }
}

impl Recorder for Collector {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.handle(key))
    }

    /// A gauge holds its value between invocations, and would repeat it if the next measurement failed. So functions
    /// have none.
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.handle(key))
    }
}

/// The place of one measurement.
struct Handle {
    collector: Collector,
    subscription: Option<String>,
    name: String,
}

impl Handle {
    fn measure(&self, measure: impl FnOnce(&mut Line, String)) {
        let name = self.name.clone();
        self.collector.with(|lines| measure(lines.entry(self.subscription.clone()).or_default(), name));
    }
}

impl CounterFn for Handle {
    fn increment(&self, by: u64) {
        self.measure(|line, name| *line.counts.entry(name).or_default() += by);
    }

    fn absolute(&self, value: u64) {
        self.measure(|line, name| {
            line.counts.insert(name, value);
        });
    }
}

impl HistogramFn for Handle {
    fn record(&self, value: f64) {
        self.measure(|line, name| {
            let greatest = line.greatest.entry(name).or_insert(value);
            *greatest = greatest.max(value);
        });
    }
}
