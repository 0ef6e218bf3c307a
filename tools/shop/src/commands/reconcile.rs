//! `shop reconcile`: run the daily reconciliation now.

use crate::failure::Failure;
use crate::global::Global;
use shop_api::operations::Reconciled;

/// Bring every view up to date, and repeat the events that unfinished processes may have missed
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It compares the whole log with what follows from it, as the schedule does once a day, and the local
host when it starts. It decides and undoes nothing: functions recognise what they have already done.

Examples:
  shop reconcile
  shop reconcile --json | jq .advanced")]
pub(crate) struct Reconcile {}

impl Reconcile {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        let done: Reconciled = operator.post(&["ops", "reconcile"]).send().await?.accepted()?.json()?;
        global.print(&done, || {
            let Reconciled { streams, advanced, parked, hinted } = done;
            format!(
                "{streams} streams: {advanced} rows were behind, {parked} cannot follow, {hinted} events were published again"
            )
        })
    }
}
