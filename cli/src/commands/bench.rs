//! `shop bench`: what a command costs, beside the raw client.

use crate::arguments::Global;
use crate::bench::{self, Case};
use crate::failure::Failure;
use crate::terminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Measure the event log beside the raw DynamoDB client, on a database of its own
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Needs no shop: it starts an embedded database, and throws it away at the end. Both sides do the
same in turn, over the same HTTP client. Times mean little beyond this machine; the requests,
write and read units of a command are those of DynamoDB. Build with --release to measure.

Examples:
  shop bench
  shop bench --case append_warm_1 append_cold_10000 --seconds 10
  shop bench --json --plot append-cost.svg
  shop bench --settings 20")]
pub(crate) struct Bench {
    /// Only these cases, by their names in the output [default: all]
    #[arg(long = "case", value_name = "NAME", num_args = 1..)]
    cases: Vec<Case>,
    /// How long each side is measured in each case, at most
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Measure instead what settings of the SDK's client cost, in so many rounds
    #[arg(long, value_name = "ROUNDS", conflicts_with_all = ["cases", "plot", "write_docs"])]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000))]
    settings: Option<u64>,
    /// Draw what an append costs against the length of its stream into this SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Write picture, table and figures of all cases into docs/benchmarks, below the current directory
    #[arg(long, conflicts_with_all = ["cases", "plot"])]
    write_docs: bool,
}

impl Bench {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        if let Some(rounds) = self.settings {
            let costs = bench::costs(rounds).await?;
            return if global.json { terminal::json_line(&costs) } else { terminal::line(&bench::settings(&costs)) };
        }
        let cases: Vec<_> = Case::all().filter(|case| self.cases.is_empty() || self.cases.contains(case)).collect();
        let bar = terminal::bar("bench", cases.len());
        let report = bench::run(std::env::current_exe()?, cases, Duration::from_secs(self.seconds), bar).await?;
        if global.json {
            terminal::json_line(&report)?;
        } else {
            terminal::line(&bench::table(&report))?;
        }
        if let Some(file) = &self.plot {
            std::fs::write(file, bench::plot(&report)?)?;
        }
        if self.write_docs {
            let folder = Path::new("docs/benchmarks");
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join("append-cost.svg"), bench::plot(&report)?)?;
            std::fs::write(folder.join("figures.txt"), bench::table(&report) + "\n")?;
            let json = serde_json::to_string_pretty(&report).map_err(std::io::Error::other)?;
            std::fs::write(folder.join("figures.json"), json + "\n")?;
        }
        Ok(())
    }
}
