//! The command line of `shop-bench`.

use crate::case::Case;
use crate::cold::{self, Options};
use crate::failure::Failure;
use crate::plot::plot;
use crate::streams::Who;
use crate::table::table;
use crate::writer::Writer;
use crate::{run, settings};
use clap::Parser;
use foldlog::StreamName;
use shop_terminal as terminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Measure the event log beside the raw DynamoDB client, on a database of its own
#[derive(Debug, Parser)]
#[command(name = "shop-bench", version, disable_help_subcommand = true, args_conflicts_with_subcommands = true)]
#[command(after_help = "\
It needs no shop: it starts an embedded database, and deletes it at the end. Both sides do the same
work in turn, over the same HTTP client. Times mean little beyond this machine. The requests and the
read and write units of a command are those of DynamoDB. Build with --release to measure.

Examples:
  shop-bench
  shop-bench --case append_warm_1 append_cold_10000 --seconds 10
  shop-bench --json --plot append-cost.svg
  shop-bench --settings 20
  shop-bench cold --functions target/release")]
pub(crate) struct Bench {
    #[command(subcommand)]
    other: Option<Other>,
    /// Run only these cases, by their names in the output [default: all]
    #[arg(long = "case", value_name = "NAME", num_args = 1..)]
    cases: Vec<Case>,
    /// The most seconds for each side of each case
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Measure instead what settings of the SDK client cost, in N rounds
    #[arg(long, value_name = "ROUNDS", conflicts_with_all = ["cases", "plot", "write_docs"])]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000))]
    settings: Option<u64>,
    /// Draw the cost of an append against the length of its stream into this SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Write the picture, the table and the figures of all cases into docs/benchmarks, below the current directory
    #[arg(long, conflicts_with_all = ["cases", "plot"])]
    write_docs: bool,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

/// What else can be measured.
#[derive(Debug, clap::Subcommand)]
enum Other {
    Cold(Cold),
    Writer(Contender),
}

/// Start the functions' binaries beside ones that do nothing but read once
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Needs no shop: it brings tables in which nothing moves, and Lambda's Runtime API. Each program is
started once in each round, as Lambda would: from there to its first question for an event, and
from its first event to the answer. Beforehand one process of each answers many events, after
which its memory is looked at. `scripts/bench-cold.sh` builds all that this needs.

Examples:
  scripts/bench-cold.sh
  shop-bench cold --functions .aws-sam/build --rounds 100 --json")]
struct Cold {
    /// Where the functions' binaries are: each under its name, or as `sam build` lays them out
    #[arg(long, value_name = "DIR", default_value = "target/release")]
    functions: PathBuf,
    /// Where the binaries of what they are compared with are
    #[arg(long, value_name = "DIR", default_value = "tools/yardsticks/target/release")]
    yardsticks: PathBuf,
    /// The payloads, each named after its function
    #[arg(long, value_name = "DIR", default_value = "events")]
    events: PathBuf,
    /// How often each program is started
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    rounds: u64,
    /// How many events one process of each answers
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    requests: u64,
}

/// Write to one stream of a bench's store as soon as the input ends
#[derive(Debug, clap::Args)]
#[command(hide = true)]
struct Contender {
    /// Where the store answers
    url: String,
    /// The stream that others write to as well
    stream: StreamName,
    /// By the event log or without it
    #[arg(value_enum)]
    who: Who,
    /// How many commands
    commands: u64,
}

impl Contender {
    async fn run(&self) -> Result<(), Failure> {
        let writer = Writer::at(&self.url, self.stream.clone(), self.who).await?;
        terminal::line("ready")?;
        tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await?;
        Ok(terminal::json_line(&writer.write(self.commands).await?)?)
    }
}

impl Cold {
    async fn run(&self, json: bool) -> Result<(), Failure> {
        let options = Options {
            functions: self.functions.clone(),
            yardsticks: self.yardsticks.clone(),
            events: self.events.clone(),
            rounds: self.rounds,
            requests: self.requests,
        };
        let starts = cold::starts(&options, &terminal::bar("cold starts", 1)).await?;
        Ok(if json { terminal::json_line(&starts) } else { terminal::line(&cold::table(&starts)) }?)
    }
}

impl Bench {
    pub(crate) async fn run(&self) -> Result<(), Failure> {
        match &self.other {
            Some(Other::Cold(cold)) => return cold.run(self.json).await,
            Some(Other::Writer(contender)) => return contender.run().await,
            None => {}
        }
        if let Some(rounds) = self.settings {
            let costs = run::costs(rounds).await?;
            let written =
                if self.json { terminal::json_line(&costs) } else { terminal::line(&settings::settings(&costs)) };
            return Ok(written?);
        }
        let cases: Vec<_> = Case::all().filter(|case| self.cases.is_empty() || self.cases.contains(case)).collect();
        let bar = terminal::bar("bench", cases.len());
        let report = run::run(std::env::current_exe()?, cases, Duration::from_secs(self.seconds), bar).await?;
        if self.json {
            terminal::json_line(&report)?;
        } else {
            terminal::line(&table(&report))?;
        }
        if let Some(file) = &self.plot {
            std::fs::write(file, plot(&report)?)?;
        }
        if self.write_docs {
            let folder = Path::new("docs/benchmarks");
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join("append-cost.svg"), plot(&report)?)?;
            std::fs::write(folder.join("figures.txt"), table(&report) + "\n")?;
            let json = serde_json::to_string_pretty(&report).map_err(std::io::Error::other)?;
            std::fs::write(folder.join("figures.json"), json + "\n")?;
        }
        Ok(())
    }
}
