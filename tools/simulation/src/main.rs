//! The command `shop-simulate`: the whole shop through storms, each made by a seed.

use clap::Parser;
use foldlog_local::{TemplateError, Topology};
use serde_json::json;
use shop_composition::{TEMPLATE, parameters};
use shop_simulation::{BuildError, Defect, Report, Setting, campaign, run};
use shop_terminal as terminal;
use std::io;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;

/// The default number of seeds.
const SEEDS: u64 = 200;
/// The number of lines of a failed run that are shown without `--trace`.
const SHOWN: usize = 60;

/// Run the whole shop through storms: its own functions while stores, streams, queues, processes and clocks fail
#[derive(Debug, Parser)]
#[command(name = "shop-simulate", version)]
#[command(after_help = "\
It needs no shop: everything is in memory, and time moves only when a task waits for it. A seed makes
a storm, the same one each time. At the end, the judge compares every answer with the log, and the
log with its views, stocks, orders and processes. Build with --release for many seeds. Exit code 1
if anything does not hold.

Examples:
  shop-simulate --seeds 10000
  shop-simulate --seed 4711 --trace
  shop-simulate --seeds 200 --defect no-recheck       what the simulation finds, if that is broken
  shop-simulate --seeds 1000 --json")]
struct Simulate {
    /// The number of seeds to run [default: 200; 1 with --seed]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seeds: Option<u64>,
    /// The first seed
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// The number of threads [default: one per processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Print everything that happens in one storm
    #[arg(long, requires = "seed", conflicts_with = "seeds")]
    trace: bool,
    /// Break one rule on purpose, to check that the judge finds it
    #[arg(long, value_name = "NAME", value_parser = defect())]
    defect: Option<Defect>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Why the command fails.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The judge found a violation.
    #[error("{failed} of {seeds} seeds failed, first seed {first}: see it with `shop-simulate --seed {first} --trace`")]
    Simulated {
        /// The number of failed seeds,
        failed: usize,
        /// the number of all seeds,
        seeds: u64,
        /// and the first failed seed.
        first: u64,
    },
    /// The simulation cannot be set up.
    #[error(transparent)]
    Simulation(#[from] BuildError),
    /// The template cannot be read.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The output cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl terminal::Failed for Failure {
    fn output(&self) -> Option<&io::Error> {
        if let Self::Output(error) = self { Some(error) } else { None }
    }
}

fn main() -> ExitCode {
    match terminal::arguments::<Simulate>() {
        Ok(simulate) => {
            // A simulation logs errors all the time, because it causes faults.
            terminal::trace(terminal::LevelFilter::OFF);
            terminal::ended(simulate.run())
        }
        Err(code) => code,
    }
}

fn defect() -> impl clap::builder::TypedValueParser<Value = Defect> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    use strum::VariantNames;
    PossibleValuesParser::new(Defect::VARIANTS).try_map(|name| name.parse::<Defect>())
}

impl Simulate {
    fn run(&self) -> Result<(), Failure> {
        let topology = Arc::new(Topology::read(TEMPLATE, &parameters())?);
        let setting = Setting::ROUGH.with(self.defect);
        let first = self.seed.unwrap_or_default();
        if self.trace {
            for line in run(first, setting.traced(), &topology)?.trace {
                terminal::line(&line)?;
            }
        }
        let seeds = self.seeds.unwrap_or(if self.seed.is_some() { 1 } else { SEEDS });
        let threads = self.threads.or(std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN);
        let bar = terminal::bar("seeds", usize::try_from(seeds).unwrap_or(usize::MAX));
        let all = first..first.saturating_add(seeds);
        let report = campaign(all, setting, &topology, threads, |_| bar.inc(1));
        bar.finish_and_clear();
        let report = report?;
        if self.json {
            terminal::json_line(&document(&report))?;
        } else {
            tell(&report)?;
            if let Some((seed, _)) = report.failures.first().filter(|_| !self.trace) {
                show_end(&run(*seed, setting.traced(), &topology)?.trace)?;
            }
        }
        match report.failures.first() {
            Some((seed, _)) => {
                Err(Failure::Simulated { failed: report.failures.len(), seeds: report.seeds, first: *seed })
            }
            None => Ok(()),
        }
    }
}

fn document(report: &Report) -> serde_json::Value {
    let failures: Vec<_> = { report.failures.iter() }
        .map(|(seed, violation)| {
            json!({
                "seed": seed, "invariant": violation.invariant.to_string(), "detail": violation.detail,
            })
        })
        .collect();
    json!({
        "seeds": report.seeds,
        "commits": report.commits,
        "commands": report.commands,
        "faults": report.faults,
        "events": report.events,
        "ends": report.ends,
        "failures": failures,
        "seeds_per_s": thousandths(report.seeds_per_1000_s()).parse::<serde_json::Number>().ok(),
    })
}

fn tell(report: &Report) -> io::Result<()> {
    for (seed, violation) in &report.failures {
        terminal::line(&format!("seed {seed}: {violation}"))?;
    }
    let counts = || report.faults.iter().chain(&report.ends);
    let width = counts().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, count) in counts() {
        terminal::line(&format!("{name:<width$}  {count:>10}"))?;
    }
    terminal::line(&format!(
        "{} seeds of {} commits and {} commands ({} commits in the smallest): {} failed; {} seeds a second",
        report.seeds,
        report.commits,
        report.commands,
        report.fewest_commits,
        report.failures.len(),
        thousandths(report.seeds_per_1000_s())
    ))
}

/// The last lines of a failed run.
fn show_end(trace: &[String]) -> io::Result<()> {
    let left_out = trace.len().saturating_sub(SHOWN);
    terminal::line(&format!("the first of them, but for {left_out} lines:"))?;
    trace.iter().skip(left_out).try_for_each(|line| terminal::line(&format!("  {line}")))
}

fn thousandths(value: u64) -> String {
    format!("{}.{:01}", value / 1_000, value % 1_000 / 100)
}
