//! What the log measures beside what it answers.

use crate::store::Store;
use foldlog::{Draft, EventLog};
use foldlog_dynamo::Log;
use foldlog_testing::sample::commits::{NOW, draft, effect, note_each, stream};
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, set_default_local_recorder,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Counters alone, by name.
#[derive(Default)]
struct Counters(Mutex<BTreeMap<String, Arc<AtomicU64>>>);

impl Counters {
    fn read(&self, name: &str) -> u64 {
        self.0.lock().unwrap().get(name).map_or(0, |counter| counter.load(Ordering::Relaxed))
    }
}

impl Recorder for Counters {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::clone(self.0.lock().unwrap().entry(key.name().to_owned()).or_default()))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// Two appends at the same place, the first of them twice.
async fn race(log: &Log, first: Draft, second: Draft) {
    let history = note_each(log, &stream("note-1"), &["before"]).await;
    log.append(history.head(), first.clone()).await.unwrap();
    log.append(history.head(), first).await.unwrap();
    log.append(history.head(), second).await.unwrap_err();
}

#[tokio::test]
async fn an_append_that_loses_a_race_is_counted_and_one_that_is_repeated_is_not() {
    let counters = Counters::default();
    let _counted = set_default_local_recorder(&counters);
    race(&Store::new().log().await, draft("one", &["x"]), draft("two", &["y"])).await;
    assert_eq!(counters.read("Conflicts"), 1);
    race(&Store::new().marked_log().await, effect("one", NOW), effect("two", NOW)).await;
    assert_eq!(counters.read("Conflicts"), 2, "of reactions too");
}
