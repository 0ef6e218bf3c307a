//! `shop reconcile`: run the daily reconciliation now.

use crate::failure::Failure;
use crate::global::Global;
use crate::terminal;
use serde::{Deserialize, Serialize};
use shop_client::{Identity, Role};

/// Bring every view up to date, and repeat what unfinished processes may have missed
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It compares the whole log with what follows from it, as the schedule does once a day, and the local
host when it starts. It decides and undoes nothing: functions recognise what they have already done.

Examples:
  shop reconcile
  shop reconcile --json | jq .advanced")]
pub(crate) struct Reconcile {}

/// The result.
#[derive(Serialize, Deserialize)]
struct Summary {
    streams: usize,
    advanced: usize,
    parked: usize,
    hinted: usize,
}

impl Reconcile {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.client()?.session(&Identity::of(Role::Operator)).await?;
        let summary: Summary = operator.post(&["ops", "reconcile"]).send().await?.accepted()?.json()?;
        if global.json {
            return terminal::json_line(&summary);
        }
        let Summary { streams, advanced, parked, hinted } = summary;
        terminal::line(&format!(
            "{streams} streams: {advanced} rows were behind, {parked} cannot follow, {hinted} events were published again"
        ))
    }
}
