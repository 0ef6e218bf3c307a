//! Writers in processes of their own that contend for one stream, as functions in separate environments do.

use crate::crowd::{COMMANDS, WRITERS, check};
use crate::error::BenchError;
use crate::figures::Side;
use crate::ours::fresh_stream;
use crate::store::Raw;
use crate::streams::Who;
use crate::writer::Written;
use clap::ValueEnum;
use futures::future::try_join_all;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The process of a writer; the process ends when this value is dropped, at the latest.
struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

/// Sixteen processes write their shares of the commands to one new stream.
pub(super) async fn on_one_stream(program: &Path, url: &str, witness: &Raw, who: Who) -> Result<Side, BenchError> {
    let stream = fresh_stream()?.to_string();
    let ready = (0..WRITERS).map(|_| Process::ready(program, url, &stream, who, COMMANDS / WRITERS));
    let processes = try_join_all(ready).await?;
    let started = Instant::now();
    let written = try_join_all(processes.into_iter().map(Process::written)).await?;
    let wall = started.elapsed();
    let mut side = Side::default();
    let acknowledged = written.iter().flat_map(|written| written.commands.iter().cloned()).collect();
    for Written { durations_ns, cpu_ns, counts, .. } in written {
        let durations = durations_ns.into_iter().map(Duration::from_nanos).collect();
        side.add(Side { counts, ..Side::of(durations, Duration::ZERO, cpu_ns.map(Duration::from_nanos)) });
    }
    check(witness, &stream, &acknowledged).await?;
    Ok(Side { wall, ..side })
}

impl Process {
    /// Starts a writer that is connected, and waits for the end of its input.
    async fn ready(program: &Path, url: &str, stream: &str, who: Who, commands: u64) -> Result<Self, BenchError> {
        let side = who.to_possible_value().ok_or_else(|| broken(&"it has no side"))?;
        let mut child = Command::new(program)
            .args(["writer", url, stream, side.get_name(), &commands.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| broken(&error))?;
        let stdout = child.stdout.take().ok_or_else(|| broken(&"it has no output"))?;
        let mut process = Self { child, lines: BufReader::new(stdout).lines() };
        process.line().await?;
        Ok(process)
    }

    /// Lets the writer write, and reads its result.
    async fn written(mut self) -> Result<Written, BenchError> {
        drop(self.child.stdin.take());
        let written = serde_json::from_str(&self.line().await?).map_err(|error| broken(&error))?;
        Ok(written)
    }

    async fn line(&mut self) -> Result<String, BenchError> {
        let line = self.lines.next_line().await.map_err(|error| broken(&error))?;
        line.ok_or_else(|| broken(&"it ended before it was done"))
    }
}

fn broken(reason: &dyn std::fmt::Display) -> BenchError {
    BenchError::Process(reason.to_string())
}
