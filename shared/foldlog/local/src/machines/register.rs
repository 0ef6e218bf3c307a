//! The register of executions: those that run, and the last that ended.

use super::failure::Failure;
use crate::lock::lock;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

/// How many ended executions are kept.
const KEPT: usize = 100;

/// The status of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It runs.
    Running,
    /// It succeeded.
    Succeeded,
    /// A state failed, and no catcher handled the failure.
    Failed,
    /// It exceeded its machine's time limit.
    TimedOut,
    /// It was aborted: the host stopped.
    Aborted,
}

/// An execution of a state machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// The machine's logical id.
    pub machine: String,
    /// Its own name.
    pub name: String,
    /// When it began, by the host's clock.
    pub started: Timestamp,
    /// Its status.
    pub status: Status,
    /// The states that it is in, each with the number of times, including those of a map's items.
    pub states: BTreeMap<String, usize>,
    /// Its input.
    pub input: Value,
    /// Its output, if it succeeded.
    pub output: Option<Value>,
    /// The name of its error, and the cause.
    pub failure: Option<(String, String)>,
}

impl Status {
    /// The status as Step Functions writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

impl Execution {
    /// The execution in HTTP responses.
    pub(crate) fn json(&self) -> Value {
        let (error, cause) = self.failure.clone().unzip();
        json!({
            "machine": self.machine,
            "name": self.name,
            "started": self.started.to_string(),
            "status": self.status.name(),
            "states": self.states,
            "input": self.input,
            "output": self.output,
            "error": error,
            "cause": cause,
        })
    }
}

/// All executions, the oldest first; all clones are one register.
#[derive(Clone, Debug, Default)]
pub(crate) struct Register(Arc<Mutex<VecDeque<Execution>>>);

/// The entry of a running execution. Without another end, it is aborted.
#[derive(Debug)]
pub(super) struct Entry {
    register: Register,
    name: String,
}

/// The time that an execution spends in a state.
#[derive(Debug)]
pub(super) struct Stay<'a> {
    entry: &'a Entry,
    state: &'a str,
}

impl Register {
    /// The executions.
    pub(crate) fn executions(&self) -> Vec<Execution> {
        lock(&self.0).iter().cloned().collect()
    }

    /// Adds an execution.
    pub(super) fn enter(&self, machine: &str, name: &str, started: Timestamp, input: Value) -> Entry {
        let mut executions = lock(&self.0);
        let ended = executions.iter().filter(|execution| execution.status != Status::Running).count();
        if ended >= KEPT
            && let Some(oldest) = executions.iter().position(|execution| execution.status != Status::Running)
        {
            executions.remove(oldest);
        }
        executions.push_back(Execution {
            machine: machine.to_owned(),
            name: name.to_owned(),
            started,
            status: Status::Running,
            states: BTreeMap::new(),
            input,
            output: None,
            failure: None,
        });
        Entry { register: self.clone(), name: name.to_owned() }
    }
}

impl Entry {
    /// Notes that a state was entered. It is left when the returned value is dropped.
    pub(super) fn stay<'a>(&'a self, state: &'a str) -> Stay<'a> {
        self.change(|execution| *execution.states.entry(state.to_owned()).or_default() += 1);
        Stay { entry: self, state }
    }

    /// Notes the result of the execution.
    pub(super) fn end(&self, status: Status, result: Result<Value, Failure>) {
        self.change(|execution| {
            execution.status = status;
            match result {
                Ok(output) => execution.output = Some(output),
                Err(failure) => execution.failure = Some((failure.error, failure.cause)),
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Execution)) {
        if let Some(own) = lock(&self.register.0).iter_mut().find(|execution| execution.name == self.name) {
            change(own);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.change(|execution| {
            if execution.status == Status::Running {
                execution.status = Status::Aborted;
            }
        });
    }
}

impl Drop for Stay<'_> {
    fn drop(&mut self) {
        self.entry.change(|execution| {
            if let Some(count) = execution.states.get_mut(self.state) {
                *count -= 1;
                if *count == 0 {
                    execution.states.remove(self.state);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_under_way_stay_and_of_the_others_the_last() {
        let register = Register::default();
        let enter = |name: &str| register.enter("M", name, Timestamp::UNIX_EPOCH, Value::Null);
        let running = enter("running");
        for number in 0..150 {
            enter(&number.to_string()).end(Status::Succeeded, Ok(Value::from(number)));
        }
        let all = register.executions();
        assert_eq!((all.len(), all[0].name.as_str(), all[1].name.as_str()), (101, "running", "50"));
        drop(running);
        assert_eq!(register.executions()[0].status, Status::Aborted);
    }

    #[test]
    fn the_states_are_those_that_it_is_in() {
        let register = Register::default();
        let entry = register.enter("M", "a", Timestamp::UNIX_EPOCH, Value::Null);
        let states = || register.executions()[0].states.clone();
        let first = entry.stay("Fill");
        let second = entry.stay("Fill");
        assert_eq!(states(), BTreeMap::from([("Fill".to_owned(), 2)]));
        drop(first);
        assert_eq!(states(), BTreeMap::from([("Fill".to_owned(), 1)]));
        drop(second);
        assert_eq!(states(), BTreeMap::new());
    }
}
