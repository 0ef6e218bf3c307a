//! The health of a running shop, as it tells of itself.

use super::finding::Finding;
use crate::commands::projections::all;
use crate::failure::Failure;
use crate::global::Global;
use crate::pages::page;
use serde_json::Value;

/// The maximum number of notes that are counted.
const MOST_NOTES: usize = 100;
/// The lag from which a read model counts as a problem.
const LATE_MS: i64 = 60_000;

/// Asks the shop for its health, its read models and its notes.
pub(super) async fn examine(global: &Global) -> Result<Vec<Finding>, Failure> {
    let operator = global.operator().await?;
    let health: Value = operator.get(&["healthz"]).send().await?.accepted()?.json()?;
    let mut findings = vec![Finding::good("api", format!("answers: {health}"))];
    for projection in all(&operator).await? {
        let what = format!("read model {}", projection.name);
        findings.push(match (&projection.trouble, projection.parked) {
            (Some(trouble), _) => Finding::bad(what, trouble),
            (None, parked @ 1..) => {
                Finding::bad(what, format!("cannot follow {parked} streams: `shop parked ls` says why"))
            }
            (None, 0) if projection.ms_behind > LATE_MS => {
                let detail = format!("is {} ms behind: `shop reconcile` brings it up to date", projection.ms_behind);
                Finding::bad(what, detail)
            }
            (None, 0) => {
                let rebuilding = projection.rebuilding.map(|new| format!(", generation {new} is being rebuilt"));
                let (generation, schema) = (projection.generation, projection.schema);
                Finding::good(what, format!("generation {generation}, fold {schema}{}", rebuilding.unwrap_or_default()))
            }
        });
    }
    let (notes, _) = page::<Value>(&operator, "parked", MOST_NOTES, None).await?;
    findings.push(match notes.len() {
        0 => Finding::good("parked", "nothing"),
        MOST_NOTES => Finding::bad("parked", format!("{MOST_NOTES} notes or more: `shop parked ls` lists them")),
        notes => Finding::bad("parked", format!("{notes} notes: `shop parked ls` lists them")),
    });
    Ok(findings)
}
