//! Running a machine's executions: several side by side, each from its input to its end.

use super::context::ExecutionContext;
use super::executor::Executor;
use super::failure::Failure;
use super::register::Status;
use super::starters::Inbox;
use super::state_run::StateRun;
use crate::clock::later;
use crate::work::Piece;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

impl Executor {
    /// Runs an execution for each input until the host stops. Running ones are then aborted.
    pub(crate) async fn run(self, mut inbox: Inbox) {
        let executor = Arc::new(self);
        let mut stop = executor.stop.clone();
        let mut executions = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return,
                Some(ended) = executions.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(machine = executor.machine.logical, %error, "an execution panicked");
                    }
                }
                Some((input, piece)) = inbox.recv() => {
                    executions.spawn(Arc::clone(&executor).execute(input, piece));
                }
                else => return,
            }
        }
    }

    async fn execute(self: Arc<Self>, input: Value, piece: Piece) {
        let name = uuid::Uuid::new_v4().to_string();
        let machine = &self.machine;
        let entry = Arc::new(self.register.enter(&machine.logical, &name, self.clock.now(), input.clone()));
        let context = ExecutionContext::new(Arc::clone(&self), Arc::clone(&entry), &name, &input);
        let mut state_run = StateRun { context, item: None, piece: Some(piece) };
        let limit = machine.timeout.unwrap_or(Duration::MAX);
        let timer = self.clock.timer(later(self.clock.now(), limit));
        let (status, result, _late) = tokio::select! {
            biased;
            result = state_run.run(Arc::clone(&machine.flow), input) => {
                let status = if result.is_ok() { Status::Succeeded } else { Status::Failed };
                (status, result, None)
            }
            piece = timer.rung() => {
                let failure = Failure::new("States.Timeout", "the execution took longer than its machine allows");
                (Status::TimedOut, Err(failure), Some(piece))
            }
        };
        match &result {
            Ok(_) => tracing::info!(machine = machine.logical, execution = name, "the execution succeeded"),
            Err(failure) => {
                let (error, cause) = (&failure.error, &failure.cause);
                tracing::error!(machine = machine.logical, execution = name, error, cause, "the execution failed");
            }
        }
        entry.end(status, result);
    }
}
