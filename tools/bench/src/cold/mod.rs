//! Cold starts and sizes of the function binaries, beside two functions that only read once: the usual function of
//! tutorials, and the leanest possible function with the SDK's client (`tools/yardsticks/`).
//!
//! Each round starts every program once, so that other work on the machine affects all of them. Each round has another
//! order, so that the processor's caches affect all of them, too. `environment` is one process, `runtime_api` is the
//! API that it calls, `starts` has the figures, and `table` prints them.

mod environment;
mod runtime_api;
mod starts;
mod table;

pub(crate) use table::table;

use crate::error::BenchError;
use crate::machine;
use crate::thousandths::{Thousandths, median, micros};
use environment::Environment;
use fastrand::Rng;
use indicatif::ProgressBar;
use serde_json::Value;
use shop_composition::{Provider, idle_host, logical_id};
use starts::{Start, Starts};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The binaries of the yardsticks: first the one with all defaults, then the leanest.
const YARDSTICKS: [&str; 2] = ["sdk-default", "sdk-leanest"];

/// The number of rounds that start the same copies of the binaries.
const ROUNDS_OF_A_COPY: u64 = 5;

/// Start the functions' binaries beside yardsticks that only read once
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Needs no shop: it brings tables in which nothing moves, and Lambda's Runtime API. Each program is
started once in each round, as Lambda would: from there to its first question for an event, and
from its first event to the answer. Beforehand one process of each answers many events, after
which its memory is looked at. `scripts/bench-cold.sh` builds all that this needs.

Examples:
  scripts/bench-cold.sh
  shop-bench cold --functions .aws-sam/build --rounds 100 --json")]
pub(crate) struct Options {
    /// The directory of the functions' binaries: each under its name, or laid out by `sam build`
    #[arg(long, value_name = "DIR", default_value = "target/release")]
    pub(crate) functions: PathBuf,
    /// The directory of the yardsticks' binaries
    #[arg(long, value_name = "DIR", default_value = "tools/yardsticks/target/release")]
    pub(crate) yardsticks: PathBuf,
    /// The directory of the payloads, each named after its function
    #[arg(long, value_name = "DIR", default_value = "events")]
    pub(crate) events: PathBuf,
    /// The number of starts of each program
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) rounds: u64,
    /// The number of events that one process of each program answers
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub(crate) requests: u64,
}

/// A program, with its input.
struct Program {
    name: String,
    built: PathBuf,
    copy: PathBuf,
    bytes: u64,
    events: Vec<Value>,
}

/// The tables and the payment provider that all programs share.
struct Surroundings {
    host: foldlog_local::Host,
    provider: Provider,
}

/// The measurements of a program.
#[derive(Default)]
struct Seen {
    first_polls: Vec<Duration>,
    first_answers: Vec<Duration>,
    resident: [Option<u64>; 2],
}

/// Starts every program in each round, and lets one process of each answer many events.
pub(crate) async fn starts(options: &Options, bar: &ProgressBar) -> Result<Starts, BenchError> {
    let measured = async {
        let copies = TempDir::new().map_err(|error| BenchError::Process(format!("no folder for copies: {error}")))?;
        let programs = programs(options, copies.path())?;
        bar.set_length((options.rounds + 1) * programs.len() as u64);
        let mut seen: Vec<Seen> = programs.iter().map(|_| Seen::default()).collect();
        // The first start of each program reads its binary from the disk, so it does not count.
        for (program, seen) in programs.iter().zip(&mut seen) {
            bar.set_message(program.name.clone());
            program.copied()?;
            // Each program has its own tables, so that one that reads the whole log does not find the commits of the
            // others.
            let surroundings = Surroundings::new().await?;
            seen.resident = surroundings.resident(program, options.requests).await?;
            surroundings.clear().await;
            bar.inc(1);
        }
        let surroundings = Surroundings::new().await?;
        let mut random = Rng::with_seed(options.rounds);
        for number in 0..options.rounds {
            if number % ROUNDS_OF_A_COPY == 0 {
                programs.iter().try_for_each(Program::copied)?;
            }
            let mut round: Vec<_> = programs.iter().zip(&mut seen).collect();
            random.shuffle(&mut round);
            for (program, seen) in round {
                bar.set_message(program.name.clone());
                let (first_poll, first_answer) = surroundings.cold(program).await?;
                seen.first_polls.push(first_poll);
                seen.first_answers.push(first_answer);
                bar.inc(1);
            }
        }
        surroundings.clear().await;
        Ok(report(options, &programs, &seen))
    };
    let result = tokio::select! {
        result = measured => result,
        Ok(()) = tokio::signal::ctrl_c() => Err(BenchError::Interrupted),
    };
    bar.finish_and_clear();
    result
}

impl Program {
    /// Makes a new copy of its binary. The way in which a file was written decides the size of the pieces in which the
    /// system caches it, and so how often a new process faults: the linker's file and a copy differ by a tenth, and two
    /// copies by a few hundredths. So the benchmark starts copies, and makes new ones every few rounds.
    fn copied(&self) -> Result<(), BenchError> {
        // Removing the old file makes the copy a new file; otherwise the system would overwrite the old one in place.
        let _ = fs::remove_file(&self.copy);
        fs::copy(&self.built, &self.copy).map(drop).map_err(|error| unreadable(&self.built, &error))
    }
}

impl Surroundings {
    async fn new() -> Result<Self, BenchError> {
        let (host, provider) = idle_host(Ipv4Addr::LOCALHOST.into()).await?;
        Ok(Self { host, provider })
    }

    async fn clear(self) {
        self.host.stop().await;
        self.provider.stop().await;
    }

    /// Starts a process of a program, and returns it with the time until it asked for its first event.
    async fn start(&self, program: &Program) -> Result<(Environment, Duration), BenchError> {
        let of_template = if YARDSTICKS.contains(&program.name.as_str()) { "queries" } else { &program.name };
        let mut variables = self.host.environment(of_template).unwrap_or_default();
        let of_lambda = [
            ("AWS_ENDPOINT_URL", self.host.aws_url()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "local".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
            ("AWS_LAMBDA_LOG_LEVEL", "INFO".to_owned()),
        ];
        variables.extend(of_lambda.map(|(name, value)| (name.to_owned(), value)));
        Environment::start(&program.name, &program.copy, &variables).await
    }

    async fn cold(&self, program: &Program) -> Result<(Duration, Duration), BenchError> {
        let (mut environment, first_poll) = self.start(program).await?;
        let first = program.events.first().cloned().unwrap_or_default();
        let first_answer = environment.invoke(first).await?;
        environment.end().await?;
        Ok((first_poll, first_answer))
    }

    /// The memory of a process after half of the events, and after all.
    async fn resident(&self, program: &Program, requests: u64) -> Result<[Option<u64>; 2], BenchError> {
        let (mut environment, _) = self.start(program).await?;
        let mut half = None;
        for (number, event) in (0..requests).zip(program.events.iter().cycle()) {
            if number == requests / 2 {
                half = environment.resident_kib();
            }
            environment.invoke(event.clone()).await?;
        }
        let all = environment.resident_kib();
        environment.end().await?;
        Ok([half, all])
    }
}

fn programs(options: &Options, copies: &Path) -> Result<Vec<Program>, BenchError> {
    let mut payloads: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let entries = fs::read_dir(&options.events).map_err(|error| unreadable(&options.events, &error))?;
    let files: BTreeSet<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let function = name.split('.').next().unwrap_or_default().to_owned();
        let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
        let payload = serde_json::from_str(&text).map_err(|error| unreadable(&file, &error))?;
        payloads.entry(function).or_default().push(payload);
    }
    let yardsticks =
        YARDSTICKS.into_iter().map(|name| program(name, options.yardsticks.join(name), copies, vec![Value::Null]));
    let functions =
        payloads.into_iter().map(|(name, events)| program(&name, binary(&options.functions, &name), copies, events));
    yardsticks.chain(functions).collect()
}

fn program(name: &str, built: PathBuf, copies: &Path, events: Vec<Value>) -> Result<Program, BenchError> {
    let bytes = fs::metadata(&built).map_err(|error| unreadable(&built, &error))?.len();
    Ok(Program { name: name.to_owned(), built, copy: copies.join(name), bytes, events })
}

/// The path of a function's binary: `sam build` puts each into a folder that is named after its logical id.
fn binary(folder: &Path, name: &str) -> PathBuf {
    let of_sam = folder.join(logical_id(name)).join("bootstrap");
    if of_sam.exists() { of_sam } else { folder.join(name) }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> BenchError {
    BenchError::Process(format!("{}: {error}", path.display()))
}

fn report(options: &Options, programs: &[Program], seen: &[Seen]) -> Starts {
    let figures = |(program, of): (&Program, &Seen)| {
        let over = |yardstick: usize| {
            let of_yardstick = seen.get(yardstick).map(|seen| seen.first_polls.as_slice()).unwrap_or_default();
            let ratios = of.first_polls.iter().zip(of_yardstick);
            median(ratios.map(|(ours, theirs)| Thousandths::ratio(micros(*ours), micros(*theirs)))).unwrap_or_default()
        };
        let default = seen.first().and_then(|seen| seen.resident[1]);
        Start {
            name: program.name.clone(),
            bytes: program.bytes,
            bytes_ratio: Thousandths::ratio(program.bytes, programs.first().map_or(0, |program| program.bytes)),
            first_poll_us: median(of.first_polls.iter().copied().map(micros)).unwrap_or_default(),
            first_poll_over_default: over(0),
            first_poll_over_leanest: over(1),
            first_answer_us: median(of.first_answers.iter().copied().map(micros)).unwrap_or_default(),
            resident_kib: of.resident,
            resident_ratio: of.resident[1].zip(default).map(|(ours, theirs)| Thousandths::ratio(ours, theirs)),
        }
    };
    Starts {
        machine: machine::describe(),
        rounds: options.rounds,
        requests: options.requests,
        programs: programs.iter().zip(seen).map(figures).collect(),
    }
}
