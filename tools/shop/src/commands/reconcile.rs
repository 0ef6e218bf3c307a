//! `shop reconcile`: compare the whole log with what follows from it, now.

use crate::failure::Failure;
use crate::global::Global;
use crate::report::reported;
use shop_domain::audit::{Event, Reconciliation};

/// Bring every view up to date, and repeat the events that unfinished processes may have missed
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It compares the whole log with what follows from it, as the schedule does from time to time, and the
local host when it starts. What it has no time for, the schedule does within minutes. It decides and
undoes nothing: functions recognise what they have already done.

Examples:
  shop reconcile
  shop reconcile --json | jq .advanced")]
pub(crate) struct Reconcile {}

impl Reconcile {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        let report = reported(&operator, &["ops", "reconcile"], "the shop reads the log").await?;
        let Event::ReconciliationReported(done) = report else {
            return Err(Failure::Unreported("the request".to_owned()));
        };
        global.print(&done, || {
            let Reconciliation { streams, advanced, parked, hinted, left } = done;
            let found = format!(
                "{streams} streams: {advanced} rows were behind, {parked} cannot follow, {hinted} events were published again"
            );
            match left {
                0 => found,
                left => format!("{found}; {left} parts of the log are left, and the shop goes on with them"),
            }
        })
    }
}
