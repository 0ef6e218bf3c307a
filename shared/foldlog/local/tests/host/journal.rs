//! A host with one function that reads one stream, and the journal of that function.

use aws_sdk_dynamodb::types::AttributeValue;
use foldlog_lambda::{Error, Invoke, Registered};
use foldlog_local::{Host, Options, Storage, Streams};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

const TEMPLATE: &str = include_str!("streams.yaml");

/// The journals by name: a function is built from its settings alone.
static JOURNALS: Mutex<BTreeMap<String, Arc<Journal>>> = Mutex::new(BTreeMap::new());

/// A record as the function saw it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub(crate) stream: String,
    pub(crate) version: u32,
    pub(crate) value: u32,
}

/// The function's work so far, and the faults for the work to come.
pub(crate) struct Journal {
    pub(crate) state: watch::Sender<State>,
}

#[derive(Default)]
pub(crate) struct State {
    /// The finished records, in order.
    pub(crate) seen: Vec<Seen>,
    /// Invocations under way now, and the most there ever were.
    pub(crate) under_way: usize,
    pub(crate) most: usize,
    /// The streams whose records fail, by prefix.
    pub(crate) failing: Option<&'static str>,
    /// No invocation ends before this many have run at once.
    pub(crate) together: usize,
}

struct Running<'a>(&'a Journal);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.state.send_modify(|state| state.under_way -= 1);
    }
}

impl Invoke for Journal {
    fn invoke(&self, payload: Value) -> BoxFuture<'_, Result<Value, Error>> {
        async move {
            self.state.send_modify(|state| {
                state.under_way += 1;
                state.most = state.most.max(state.under_way);
            });
            let _running = Running(self);
            self.until(|state| state.most >= state.together).await;
            let mut failures = Vec::new();
            for record in payload["Records"].as_array().into_iter().flatten() {
                let number = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap().parse().unwrap();
                let stream = record["dynamodb"]["Keys"]["stream"]["S"].as_str().unwrap().to_owned();
                if self.state.borrow().failing.is_some_and(|failing| stream.starts_with(failing)) {
                    failures.push(json!({"itemIdentifier": record["dynamodb"]["SequenceNumber"]}));
                    break;
                }
                let (version, value) = (number("/dynamodb/Keys/version/N"), number("/dynamodb/NewImage/value/N"));
                self.state.send_modify(|state| state.seen.push(Seen { stream, version, value }));
                tokio::task::yield_now().await;
            }
            Ok(json!({ "batchItemFailures": failures }))
        }
        .boxed()
    }
}

impl Journal {
    /// Waits until a condition holds.
    pub(crate) async fn until(&self, reached: impl FnMut(&State) -> bool) {
        let mut state = self.state.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(20), state.wait_for(reached)).await;
        drop(waited.expect("it comes to that").unwrap());
    }

    /// The records that the function has seen.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.borrow().seen.clone()
    }

    /// The streams of the records that the function has seen, with repetitions.
    pub(crate) fn streams(&self) -> Vec<String> {
        let mut streams: Vec<_> = self.seen().into_iter().map(|seen| seen.stream).collect();
        streams.sort();
        streams
    }
}

/// Starts a host with a journal of its own. `mapping` is added to the template's mapping.
pub(crate) async fn start(name: &str, streams: Streams, mapping: &str) -> (Host, Arc<Journal>) {
    let journal = Arc::new(Journal { state: watch::Sender::default() });
    let other = JOURNALS.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(&journal));
    assert!(other.is_none(), "{name} is taken");
    let place = "            BatchSize: 10\n";
    let reader = Registered {
        name: "reader",
        build: |settings, _| {
            let journals = JOURNALS.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(Arc::clone(&journals[settings.text("JOURNAL")?]) as Arc<dyn Invoke>)
        },
    };
    let options = Options {
        template: TEMPLATE.replacen(place, &format!("{place}{mapping}"), 1),
        parameters: BTreeMap::from([("Journal".to_owned(), name.to_owned())]),
        environment: BTreeMap::new(),
        secrets: BTreeMap::new(),
        listen: ([127, 0, 0, 1], 0).into(),
        storage: Storage::Temporary,
        functions: vec![reader],
        streams,
        counted: false,
    };
    (Host::start(options).await.unwrap(), journal)
}

/// Writes an item of the table.
pub(crate) async fn write(client: &aws_sdk_dynamodb::Client, stream: &str, version: u32, value: u32) {
    let number = |number: u32| AttributeValue::N(number.to_string());
    let put = client.put_item().table_name("local-Log").item("stream", AttributeValue::S(stream.to_owned()));
    put.item("version", number(version)).item("value", number(value)).send().await.unwrap();
}

/// The records that the mapping gave up: the condition and the records' streams, one list for each file.
pub(crate) fn given_up(directory: &Path) -> Vec<(String, Vec<String>)> {
    let mut files = Vec::new();
    let mut folders = vec![directory.join("failures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let read = |file: &std::path::PathBuf| {
        let record: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let payload: Value = serde_json::from_str(record["payload"].as_str().unwrap()).unwrap();
        let records = payload["Records"].as_array().unwrap().iter();
        let streams = records.map(|record| text(&record["dynamodb"]["Keys"]["stream"]["S"])).collect();
        (text(&record["requestContext"]["condition"]), streams)
    };
    files.iter().map(read).collect()
}
