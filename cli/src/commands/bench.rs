//! `shop bench`: what a command costs, beside the raw client.

use crate::arguments::Global;
use crate::bench::{self, Case};
use crate::failure::Failure;
use crate::terminal;
use std::path::PathBuf;
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
  shop bench --json --plot docs/benchmarks/append-cost.svg")]
pub(crate) struct Bench {
    /// Only these cases, by their names in the output [default: all]
    #[arg(long = "case", value_name = "NAME", num_args = 1..)]
    cases: Vec<Case>,
    /// How long each side is measured in each case, at most
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Draw what an append costs against the length of its stream into this SVG file
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

impl Bench {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
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
        Ok(())
    }
}
