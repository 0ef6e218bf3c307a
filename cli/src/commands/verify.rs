//! `shop verify`: whether the log, and all that was folded from it, is what was written.

use crate::arguments::Global;
use crate::client::Client;
use crate::failure::Failure;
use crate::stack::parameters;
use crate::tables::Tables;
use crate::terminal::{self, bar};
use crate::whose::Whose;
use eventsourcing::StreamName;
use eventsourcing::chain::Broken;
use eventsourcing::verify::{Difference, Verified, VerifyError};
use serde_json::{Value, json};
use simulation::Told;
use simulation::judge::{Recording, judge};
use std::path::PathBuf;

/// Compare each stream with its hash chain, each row of each view with the fold of its stream, and the totals of sales
/// with a fold of all orders
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reads the tables themselves, not the API: the local host's at --api, or those of --stack on AWS.
A shop may be open meanwhile; what is only behind is given 5 seconds to follow. Ends at the first difference, which it
names by stream, view and field, with exit code 3. Of a single stream its totals are not compared:
they are everybody's. A history, one answer a line as the simulation knows them, is judged
against the whole log, once all that was under way has settled.

Examples:
  shop verify
  shop verify --stream order-0195f1c2a0b07000800000000000cafe
  shop verify --history answers.ndjson
  shop verify --stack shop --profile production --region eu-central-1
  shop verify --json")]
pub(crate) struct Verify {
    /// This stream only, such as stock-berlin.mug
    #[arg(long, value_name = "NAME")]
    stream: Option<StreamName>,
    /// Judge these answers too: what was acknowledged is there once, what was refused was true, nobody waits
    #[arg(long, value_name = "FILE", conflicts_with = "stream")]
    history: Option<PathBuf>,
    #[command(flatten)]
    whose: Whose,
}

impl Verify {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let tables = Tables::of(&Client::new(global)?, &self.whose).await?;
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
            Ok((verified, totals)) => {
                let told = self.judge(&tables, global).await?;
                return report(&verified, totals, told, global);
            }
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

impl Verify {
    /// Judges the answers of a history; how many there are.
    async fn judge(&self, tables: &Tables, global: &Global) -> Result<Option<usize>, Failure> {
        let Some(file) = &self.history else { return Ok(None) };
        let text =
            std::fs::read_to_string(file).map_err(|error| Failure::History(format!("{}: {error}", file.display())))?;
        let told = text.lines().enumerate().map(|(number, line)| {
            let wrong = |error| Failure::History(format!("{}, line {}: {error}", file.display(), number + 1));
            serde_json::from_str(line).map_err(wrong)
        });
        let told: Vec<Told> = told.collect::<Result<_, _>>()?;
        let commits = tables.commits().await.map_err(|error| Failure::Tables(error.to_string()))?;
        let recording = Recording { commits, told, issuer: issuer() };
        match judge(&recording) {
            Ok(()) => Ok(Some(recording.told.len())),
            Err(violation) => {
                if global.json {
                    let (invariant, detail) = (violation.invariant.to_string(), &violation.detail);
                    terminal::json_line(&json!({"agrees": false, "invariant": invariant, "detail": detail}))?;
                }
                Err(Failure::Different(violation.to_string()))
            }
        }
    }
}

/// Who issues the tokens of a local host.
fn issuer() -> String {
    parameters().remove("JwtIssuer").unwrap_or_default()
}

fn report(
    &Verified { streams, commits, rows }: &Verified,
    totals: usize,
    told: Option<usize>,
    global: &Global,
) -> Result<(), Failure> {
    if global.json {
        let counts = json!({
            "agrees": true, "streams": streams, "commits": commits, "rows": rows, "totals": totals, "answers": told,
        });
        return terminal::json_line(&counts);
    }
    if let Some(told) = told {
        terminal::line(&format!("{told} answers were true, and what they acknowledged is in the log once"))?;
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
