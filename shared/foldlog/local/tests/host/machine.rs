//! A host with one state machine and one function that it invokes, and the journal of that function.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use foldlog_lambda::{Error, Invoke, Registered};
use foldlog_local::{Execution, Host, Options, Storage, Streams};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

const TEMPLATE: &str = include_str!("machines.yaml");

/// Requests the work, processes each item until it is finished, compares each, and reports the result.
pub(crate) const REBUILD: &str = r#"
        StartAt: Begin
        States:
          Begin:
            Type: Task
            Resource: arn:aws:states:::lambda:invoke
            Parameters: {FunctionName: "${WorkName}", Payload: {task: begin, "detail.$": $}}
            ResultSelector: {"segments.$": $.Payload.segments}
            ResultPath: $.begun
            Next: Fill
          Fill:
            Type: Map
            ItemsPath: $.begun.segments
            ItemSelector: {"name.$": $.name, "segment.$": $$.Map.Item.Value, "at": 0}
            MaxConcurrency: 3
            ItemProcessor:
              ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}
              StartAt: FillMore
              States:
                FillMore:
                  Type: Task
                  Resource: ${Work}
                  Parameters: {task: fill, "name.$": $.name, "segment.$": $.segment, "at.$": $.at}
                  Next: Filled
                Filled:
                  Type: Choice
                  Choices: [{Variable: $.done, BooleanEquals: true, Next: Full}]
                  Default: FillMore
                Full: {Type: Succeed, OutputPath: $.segment}
            ResultPath: $.filled
            Next: Compare
          Compare:
            Type: Map
            ItemsPath: $.filled
            MaxConcurrency: 3
            ItemProcessor:
              StartAt: CompareOne
              States:
                CompareOne:
                  Type: Task
                  Resource: ${Work}
                  Parameters: {task: compare, "segment.$": $, "index.$": $$.Map.Item.Index}
                  End: true
            ResultPath: null
            Next: Finish
          Finish:
            Type: Task
            Resource: ${Work}
            Parameters: {task: finish, "name.$": $.name, "filled.$": $.filled}
            OutputPath: $.told
            End: true
"#;

/// Each segment takes one more attempt than its number says, up to three.
pub(crate) fn rebuild(asked: &Value, _: usize) -> Result<Value, Error> {
    let number = |name: &str| asked[name].as_u64().unwrap();
    match asked["task"].as_str().unwrap() {
        "begin" => Ok(json!({"segments": [0, 1, 2, 3, 4, 5, 6, 7]})),
        "fill" => {
            let (segment, at) = (number("segment"), number("at"));
            Ok(json!({"name": asked["name"], "segment": segment, "at": at + 1, "done": at >= segment % 3}))
        }
        "compare" => Ok(json!({})),
        "finish" => Ok(json!({"told": {"name": asked["name"], "filled": asked["filled"]}})),
        other => Err(format!("there is no task {other}").into()),
    }
}

/// One task.
pub(crate) const ONE: &str = "
        StartAt: One
        States:
          One: {Type: Task, Resource: '${Work}', End: true}
";

/// The functions by name: one is built from its settings alone.
static WORKS: Mutex<BTreeMap<String, Arc<Work>>> = Mutex::new(BTreeMap::new());

type Answer = fn(&Value, usize) -> Result<Value, Error>;

/// The function: its inputs, and its answers.
pub(crate) struct Work {
    pub(crate) state: watch::Sender<State>,
    answer: Answer,
}

#[derive(Default)]
pub(crate) struct State {
    /// Its inputs, in order.
    pub(crate) asked: Vec<Value>,
    /// Invocations under way now, and the most there ever were.
    pub(crate) under_way: usize,
    pub(crate) most: usize,
    /// No invocation ends before this many have run at once.
    pub(crate) together: usize,
}

struct Running<'a>(&'a Work);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.state.send_modify(|state| state.under_way -= 1);
    }
}

impl Invoke for Work {
    fn invoke(&self, payload: Value) -> BoxFuture<'_, Result<Value, Error>> {
        async move {
            let mut before = 0;
            self.state.send_modify(|state| {
                before = state.asked.iter().filter(|asked| **asked == payload).count();
                state.asked.push(payload.clone());
                state.under_way += 1;
                state.most = state.most.max(state.under_way);
            });
            let _running = Running(self);
            let _ = self.state.subscribe().wait_for(|state| state.most >= state.together).await;
            // Any other invocation that may run now gets its turn.
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            (self.answer)(&payload, before)
        }
        .boxed()
    }
}

impl Work {
    /// Waits until a condition holds.
    pub(crate) async fn until(&self, reached: impl FnMut(&State) -> bool) {
        let mut state = self.state.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(20), state.wait_for(reached)).await;
        drop(waited.expect("it comes to that").unwrap());
    }

    /// Its inputs so far.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.state.borrow().asked.clone()
    }
}

/// The template with a machine's definition inserted, at the same indentation.
pub(crate) fn template(definition: &str) -> String {
    TEMPLATE.replacen("        # Of each test.\n", definition, 1)
}

/// The options of a host. `answer` receives an input, and how often the function received it before.
pub(crate) fn options(name: &str, template: String, together: usize, answer: Answer) -> (Options, Arc<Work>) {
    let work = Arc::new(Work { state: watch::Sender::default(), answer });
    work.state.send_modify(|state| state.together = together);
    let other = WORKS.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(&work));
    assert!(other.is_none(), "{name} is taken");
    let function = Registered {
        name: "work",
        build: |settings, _| {
            let works = WORKS.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(Arc::clone(&works[settings.text("JOURNAL")?]) as Arc<dyn Invoke>)
        },
    };
    let options = Options {
        template,
        parameters: BTreeMap::from([("Journal".to_owned(), name.to_owned())]),
        environment: BTreeMap::new(),
        secrets: BTreeMap::new(),
        listen: ([127, 0, 0, 1], 0).into(),
        storage: Storage::Temporary,
        functions: vec![function],
        streams: Streams::default(),
        counted: false,
    };
    (options, work)
}

/// A host with a machine.
pub(crate) async fn start(name: &str, definition: &str, together: usize, answer: Answer) -> (Host, Arc<Work>) {
    let (options, work) = options(name, template(definition), together, answer);
    (Host::start(options).await.unwrap(), work)
}

/// Puts an event on the bus.
pub(crate) async fn request(host: &Host, detail_type: &str, detail: &Value) {
    let client = aws_sdk_eventbridge::Client::new(&host.aws_config());
    let entry = PutEventsRequestEntry::builder().event_bus_name("local-bus").source("machine");
    let entry = entry.detail_type(detail_type).detail(detail.to_string()).build();
    assert_eq!(client.put_events().entries(entry).send().await.unwrap().failed_entry_count(), 0);
}

/// The only execution of a machine, once it is settled.
pub(crate) async fn executed(host: &Host, detail: &Value) -> Execution {
    request(host, "Requested", detail).await;
    tokio::time::timeout(Duration::from_secs(20), host.settled()).await.expect("it settles");
    let executions = host.executions();
    assert_eq!(executions.len(), 1);
    executions.into_iter().next().unwrap()
}
