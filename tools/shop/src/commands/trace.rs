//! `shop trace`: everything that followed from a request.

use crate::failure::Failure;
use crate::global::Global;
use crate::log::{Leaf, Tree};
use crate::terminal;
use serde::Deserialize;
use serde_json::Value;

/// Print everything that followed from a request, as a tree
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each line is an event, below its cause: the time since the first, type, id (stream@version), and
actor. With --json, it is one document with the events in that order.

Examples:
  shop trace 0195f1c2a0b07000800000001234abcd
  shop events tail --type OrderFailed --json | jq -r .correlation | xargs -n 1 shop trace")]
pub(crate) struct Trace {
    /// The correlation id of an event, or the client's own (X-Correlation-Id)
    correlation: String,
}

#[derive(Deserialize)]
struct Answer {
    events: Vec<Leaf>,
    truncated: bool,
}

impl Trace {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        let answer = operator.get(&["ops", "correlations", &self.correlation]).send().await?.accepted()?;
        if global.json {
            return terminal::json_line(&answer.json::<Value>()?);
        }
        let Answer { events, truncated } = answer.json()?;
        Tree::new(terminal::columns()).lines(&events).iter().try_for_each(|line| terminal::line(line))?;
        if truncated {
            terminal::remark("there are more events with this correlation id");
        }
        Ok(())
    }
}
