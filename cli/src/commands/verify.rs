//! `shop verify`: whether the log, and all that was folded from it, is what was written.

use crate::arguments::Global;
use crate::client::Client;
use crate::failure::Failure;
use crate::tables::Tables;
use crate::terminal::{self, bar};
use eventsourcing::StreamName;
use eventsourcing::chain::Broken;
use eventsourcing::verify::{Difference, Verified, VerifyError};
use serde_json::{Value, json};

/// Compare each stream with its hash chain, each row of each view with the fold of its stream, and the totals of sales
/// with a fold of all orders
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads the tables themselves, not the API: the local host's at --api. A shop may be open meanwhile;
what is only behind is given 5 seconds to follow. Ends at the first difference, which it
names by stream, view and field, with exit code 3. Of a single stream its totals are not compared:
they are everybody's.

Examples:
  shop verify
  shop verify --stream order-0195f1c2a0b07000800000000000cafe
  shop verify --json")]
pub(crate) struct Verify {
    /// This stream only, such as stock-berlin.mug
    #[arg(long, value_name = "NAME")]
    stream: Option<StreamName>,
}

impl Verify {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let tables = Tables::of(&Client::new(global)?).await?;
        let streams = match &self.stream {
            Some(stream) => vec![stream.clone()],
            None => tables.streams().await.map_err(|error| Failure::Tables(error.to_string()))?,
        };
        let progress = bar("streams verified", streams.len());
        let verified = async {
            let verified = tables.verify(&streams, || progress.inc(1)).await?;
            let totals = if self.stream.is_none() { tables.verify_sales(&streams).await? } else { 0 };
            Ok((verified, totals))
        };
        let verified = verified.await;
        progress.finish_and_clear();
        let found = match verified {
            Ok((verified, _)) if verified.commits == 0 && self.stream.is_some() => {
                return Err(Failure::NoStream(streams.into_iter().map(|stream| stream.to_string()).collect()));
            }
            Ok((verified, totals)) => return report(&verified, totals, global),
            Err(VerifyError::Different(found)) => found,
            Err(VerifyError::Log(error)) => return Err(Failure::Tables(error.to_string())),
            Err(VerifyError::View(error)) => return Err(Failure::Tables(error.to_string())),
        };
        if global.json {
            terminal::json_line(&json!({"agrees": false, "difference": document(&found)}))?;
        }
        Err(Failure::Different(found.to_string()))
    }
}

fn report(&Verified { streams, commits, rows }: &Verified, totals: usize, global: &Global) -> Result<(), Failure> {
    if global.json {
        let counts = json!({
            "agrees": true, "streams": streams, "commits": commits, "rows": rows, "totals": totals,
        });
        return terminal::json_line(&counts);
    }
    terminal::line(&format!(
        "{streams} streams of {commits} commits are whole, {rows} rows are their folds, and {totals} totals their sums"
    ))
}

/// A difference for a program.
fn document(difference: &Difference) -> Value {
    match difference {
        Difference::Log(Broken { stream, version, tampering }) => {
            json!({"kind": "log", "stream": stream, "version": version, "reason": tampering.to_string()})
        }
        Difference::Row { stream, view, field, found, folded } => {
            json!({"kind": "row", "stream": stream, "view": view, "field": field, "found": found, "folded": folded})
        }
        Difference::Stuck { stream, view, version, error } => {
            json!({"kind": "stuck", "stream": stream, "view": view, "version": version, "reason": error})
        }
        Difference::Total { view, row, amount, found, summed } => {
            json!({"kind": "total", "view": view, "row": row, "field": amount, "found": found, "summed": summed})
        }
    }
}
