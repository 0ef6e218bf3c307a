//! One execution environment: a function's process, and the Runtime API from which it gets events.

use super::runtime_api::{Happened, RuntimeApi};
use crate::error::BenchError;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};

/// A process that waits for its next event; the process ends when this value is dropped.
pub(super) struct Environment {
    process: Child,
    api: RuntimeApi,
    name: String,
}

impl Environment {
    /// Starts a binary, and waits until it asks for its first event. Returns the duration from before its process is
    /// created.
    pub(super) async fn start(
        name: &str,
        binary: &Path,
        variables: &BTreeMap<String, String>,
    ) -> Result<(Self, Duration), BenchError> {
        let api = RuntimeApi::start().await.map_err(|error| BenchError::Process(error.to_string()))?;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(variables)
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let begun = Instant::now();
        let process = command.spawn().map_err(|error| BenchError::Process(format!("{}: {error}", binary.display())))?;
        let mut environment = Self { process, api, name: name.to_owned() };
        let polled = environment.polled().await?;
        Ok((environment, polled - begun))
    }

    /// Hands it an event, and returns how long it takes to answer. Waits until it asks for the next event.
    pub(super) async fn invoke(&mut self, event: Value) -> Result<Duration, BenchError> {
        let begun = Instant::now();
        if !self.api.hand_out(event) {
            return Err(self.failed("it asks for no event"));
        }
        match self.api.next().await {
            Some(Happened::Answered(at)) => {
                self.polled().await?;
                Ok(at - begun)
            }
            Some(Happened::Failed(reason)) => Err(self.failed(&reason)),
            Some(Happened::Polled(_)) => Err(self.failed("it asked for another event before it answered")),
            None => Err(self.failed("it did not answer")),
        }
    }

    /// Ends the process, and waits until it is gone.
    pub(super) async fn end(mut self) -> Result<(), BenchError> {
        self.process.kill().await.map_err(|error| self.failed(&error.to_string()))
    }

    async fn polled(&mut self) -> Result<Instant, BenchError> {
        let happened = tokio::select! {
            happened = self.api.next() => happened,
            status = self.process.wait() => return Err(self.failed(&format!("it ended: {status:?}"))),
        };
        match happened {
            Some(Happened::Polled(at)) => Ok(at),
            Some(Happened::Failed(reason)) => Err(self.failed(&reason)),
            Some(Happened::Answered(_)) => Err(self.failed("it answered what it was not asked")),
            None => Err(self.failed("it asked for no event")),
        }
    }

    /// The resident memory of the process, shared pages included, in KiB; none if the system does not report it.
    pub(super) fn resident_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    fn failed(&self, reason: &str) -> BenchError {
        BenchError::Process(format!("{}: {reason}", self.name))
    }
}
