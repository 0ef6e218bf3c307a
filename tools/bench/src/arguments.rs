//! The command line of `shop-bench`.

use crate::case::Case;
use crate::cold;
use crate::failure::Failure;
use crate::plot::plot;
use crate::table::table;
use crate::writer::Writer;
use crate::{run, schema, settings};
use clap::Parser;
use serde::Serialize;
use shop_terminal as terminal;
use std::io;
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
  shop-bench schema --commits 200000
  shop-bench cold --functions target/release")]
pub(crate) struct Bench {
    #[command(subcommand)]
    other: Option<Other>,
    /// Run only these cases, by their names in the output [default: all]
    #[arg(long = "case", value_name = "NAME", num_args = 1..)]
    cases: Vec<Case>,
    /// The maximum number of seconds for each side of each case
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Measure what settings of the SDK client cost instead of the cases, in N rounds
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

/// The other measurements.
#[derive(Debug, clap::Subcommand)]
enum Other {
    Cold(cold::Options),
    Schema(schema::Options),
    Writer(Writer),
}

impl Bench {
    fn show<T: Serialize>(&self, result: &T, text: impl Fn(&T) -> String) -> io::Result<()> {
        if self.json { terminal::json_line(result) } else { terminal::line(&text(result)) }
    }

    pub(crate) async fn run(&self) -> Result<(), Failure> {
        match &self.other {
            Some(Other::Cold(options)) => {
                let starts = cold::starts(options, &terminal::bar("cold starts", 1)).await?;
                return Ok(self.show(&starts, cold::table)?);
            }
            Some(Other::Schema(options)) => return Ok(self.show(&run::schema(*options).await?, schema::table)?),
            Some(Other::Writer(writer)) => return writer.run().await,
            None => {}
        }
        if let Some(rounds) = self.settings {
            return Ok(self.show(&run::costs(rounds).await?, |costs| settings::settings(costs))?);
        }
        let cases: Vec<_> = Case::all().filter(|case| self.cases.is_empty() || self.cases.contains(case)).collect();
        let bar = terminal::bar("bench", cases.len());
        let report = run::run(std::env::current_exe()?, cases, Duration::from_secs(self.seconds), bar).await?;
        self.show(&report, table)?;
        if let Some(file) = &self.plot {
            std::fs::write(file, plot(&report)?)?;
        }
        if self.write_docs {
            let folder = Path::new("docs/benchmarks");
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join("append-cost.svg"), plot(&report)?)?;
            std::fs::write(folder.join("figures.txt"), table(&report) + "\n")?;
            let json = serde_json::to_string_pretty(&report).map_err(io::Error::other)?;
            std::fs::write(folder.join("figures.json"), json + "\n")?;
        }
        Ok(())
    }
}
