//! The context of an execution: its limits, and the context object that paths with `$$` lead into.

use super::executor::Executor;
use super::failure::Failure;
use super::register::Entry;
use crate::template::identity::arn;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// Events of one execution's history, at most (Step Functions developer guide, "Service quotas").
const MAX_EVENTS: u32 = 25_000;
/// The largest input or output of a state.
const MAX_BYTES: usize = 256 * 1024;

/// An execution, or a child of one in a distributed map.
pub(super) struct ExecutionContext {
    /// The executor that runs it.
    pub(super) executor: Arc<Executor>,
    /// Its entry in the register. A child's states are noted with its parent's.
    pub(super) entry: Arc<Entry>,
    /// The parts of the context object that stay.
    execution: Value,
    machine: Value,
    events: AtomicU32,
}

impl ExecutionContext {
    /// An execution that begins.
    pub(super) fn new(executor: Arc<Executor>, entry: Arc<Entry>, name: &str, input: &Value) -> Arc<Self> {
        let machine = &executor.machine;
        let id = arn("states", &format!("execution:{}:{name}", machine.name));
        let started = executor.clock.now().to_string();
        let execution = json!({"Id": id, "Name": name, "StartTime": started, "Input": input});
        let machine = json!({"Id": machine.arn, "Name": machine.name});
        Arc::new(Self { executor, entry, execution, machine, events: AtomicU32::new(1) })
    }

    /// The context object in a state. `item` is the current item of a map.
    pub(super) fn object(&self, state: &str, retries: u32, item: Option<&Value>) -> Value {
        let mut context = json!({
            "Execution": self.execution,
            "StateMachine": self.machine,
            "State": {"Name": state, "RetryCount": retries},
        });
        if let Some(item) = item {
            context["Map"] = json!({ "Item": item });
        }
        context
    }

    /// Counts events of its history. Too many end the execution.
    pub(super) fn happened(&self, events: u32) -> Result<(), Failure> {
        let before = self.events.fetch_add(events, Relaxed);
        if before.saturating_add(events) > MAX_EVENTS {
            let cause = format!("The execution reached the maximum number of history events ({MAX_EVENTS}).");
            return Err(Failure::runtime(cause));
        }
        Ok(())
    }
}

/// The value, or an error if it is too large to be passed on.
pub(super) fn limited(value: Value, state: &str) -> Result<Value, Failure> {
    if value.to_string().len() > MAX_BYTES {
        let cause = format!("The state '{state}' was given or returned more than {MAX_BYTES} bytes.");
        return Err(Failure::new("States.DataLimitExceeded", cause));
    }
    Ok(value)
}
