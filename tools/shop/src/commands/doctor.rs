//! `shop doctor`: problems of a running shop, and what to do about them.

use super::projections::all;
use crate::failure::Failure;
use crate::global::Global;
use crate::pages::page;
use serde::Serialize;
use serde_json::Value;

/// The maximum number of notes that are counted.
const MOST_NOTES: usize = 100;
/// The lag from which a read model counts as a problem.
const LATE_MS: i64 = 60_000;

/// Check whether the shop is healthy, and say what to do if not
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line is a check. Exit code 1 if one fails.

Examples:
  shop doctor
  shop doctor --json | jq 'select(.ok | not)'")]
pub(crate) struct Doctor {}

/// The results of the checks.
#[derive(Serialize)]
struct Finding {
    what: String,
    ok: bool,
    detail: String,
}

impl Doctor {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        let health: Value = operator.get(&["healthz"]).send().await?.accepted()?.json()?;
        let mut findings = vec![finding("api", true, format!("answers: {health}"))];
        for projection in all(&operator).await? {
            let what = format!("read model {}", projection.name);
            let detail = match (&projection.trouble, projection.parked) {
                (Some(trouble), _) => trouble.clone(),
                (None, parked @ 1..) => format!("cannot follow {parked} streams: `shop parked ls` says why"),
                (None, 0) if projection.ms_behind > LATE_MS => {
                    format!("is {} ms behind: `shop reconcile` brings it up to date", projection.ms_behind)
                }
                (None, 0) => {
                    let rebuilding = projection.rebuilding.map(|new| format!(", generation {new} is being rebuilt"));
                    let (generation, schema) = (projection.generation, projection.schema);
                    let detail = format!("generation {generation}, fold {schema}{}", rebuilding.unwrap_or_default());
                    findings.push(finding(&what, true, detail));
                    continue;
                }
            };
            findings.push(finding(&what, false, detail));
        }
        let (notes, _) = page::<Value>(&operator, "parked", MOST_NOTES, None).await?;
        let detail = match notes.len() {
            0 => "nothing".to_owned(),
            MOST_NOTES => format!("{MOST_NOTES} notes or more: `shop parked ls` lists them"),
            notes => format!("{notes} notes: `shop parked ls` lists them"),
        };
        findings.push(finding("parked", notes.is_empty(), detail));
        for found in &findings {
            let Finding { what, ok, detail } = found;
            global.print(found, || format!("{} {what}: {detail}", if *ok { "ok " } else { "BAD" }))?;
        }
        match findings.iter().filter(|found| !found.ok).count() {
            0 => Ok(()),
            bad => Err(Failure::Unwell(bad)),
        }
    }
}

fn finding(what: &str, ok: bool, detail: String) -> Finding {
    Finding { what: what.to_owned(), ok, detail }
}
