//! Tasks: one invocation of a function, as its triggers invoke it, and the names of its errors.

use super::definition::Task;
use super::failure::Failure;
use super::state_run::StateRun;
use crate::functions::FunctionError;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The history events of a task: scheduled, started, and its end.
const EVENTS: u32 = 3;

impl StateRun {
    /// Invokes a task's function. If it is paused, the execution waits, and is not outstanding.
    pub(super) async fn task(&mut self, task: &Task, mut input: Value) -> Result<Value, Failure> {
        let executor = &self.context.executor;
        self.context.happened(EVENTS)?;
        if let Some(message) = executor.refusal("lambda:InvokeFunction", &task.arn) {
            let cause = format!("{message} (Service: Lambda, Status Code: 403, Error Code: AccessDeniedException)");
            return Err(Failure::new("Lambda.AWSLambdaException", cause));
        }
        if task.integration {
            input = input.get_mut("Payload").map_or_else(|| Map::new().into(), Value::take);
        }
        let runner = executor.runners.get(&task.binary);
        let runner = runner.ok_or_else(|| Failure::runtime(format!("there is no function {}", task.binary)))?;
        let held = runner.gate.hold();
        self.piece = None;
        // The host stops: the execution is aborted.
        let Some(entered) = runner.enter(&mut executor.stop.clone()).await else { std::future::pending().await };
        let limit = task.timeout.unwrap_or(Duration::MAX);
        let result = match tokio::time::timeout(limit, entered.invoke(input)).await {
            Ok(result) => result.map_err(|error| failure(&error)),
            Err(_) => Err(Failure::new("States.Timeout", format!("the task took longer than {limit:?}"))),
        };
        self.piece = Some(executor.work.begin());
        drop(held);
        let wrapped = |payload| json!({"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200});
        if task.integration { result.map(wrapped) } else { result }
    }
}

/// The error of an invocation. Its name is the type that Lambda's runtime reports, its cause the whole report.
fn failure(error: &FunctionError) -> Failure {
    let kind = match error {
        FunctionError::Failed(_) => std::any::type_name::<foldlog_lambda::Error>(),
        FunctionError::Panicked => std::any::type_name::<Box<dyn std::any::Any + Send>>(),
        FunctionError::Killed => "Runtime.ExitError",
        FunctionError::TimedOut(_) => "Sandbox.Timedout",
    };
    Failure::new(kind, json!({"errorType": kind, "errorMessage": error.to_string()}).to_string())
}
