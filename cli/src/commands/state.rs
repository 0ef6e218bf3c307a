//! `shop state`: what a stream's events add up to.

use crate::arguments::Global;
use crate::client::{Client, Identity, Role};
use crate::failure::Failure;
use crate::terminal;
use eventsourcing::StreamName;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Print the state of a stream, now or at any version
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shop state stock-berlin.mug
  shop state order-0195f1c2a0b07000800000000000cafe --version 1")]
pub(crate) struct State {
    /// Its name, such as product-mug, stock-berlin.mug, cart-<ID>, order-<ID> or fulfilment-<ID>
    stream: StreamName,
    /// As it was after its first N events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    version: Option<u64>,
}

/// A stream's state, in the order in which a person reads it.
#[derive(Serialize, Deserialize)]
struct Answer {
    stream: String,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    state: Value,
}

impl State {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = Client::new(global)?.session(&Identity::of(Role::Operator)).await?;
        let mut request = operator.get(&["ops", "streams", self.stream.as_str(), "state"]);
        if let Some(version) = self.version {
            request = request.query("version", &version);
        }
        let answer: Answer = request.send().await?.accepted()?.json()?;
        if global.json { terminal::json_line(&answer) } else { terminal::pretty_json(&answer) }
    }
}
