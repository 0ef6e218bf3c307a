//! `shop state`: the state of a stream.

use crate::failure::Failure;
use crate::global::Global;
use crate::log::moment;
use crate::terminal;
use foldlog::{StreamName, Timestamp};
use shop_api::responses::StreamState;

/// Print the state of a stream, now or at a version or moment
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shop state stock-berlin.mug
  shop state order-0195f1c2a0b07000800000000000cafe --version 1
  shop state stock-berlin.mug --at 2026-11-01T00:00:00+01:00")]
pub(crate) struct State {
    /// Its name, such as product-mug, stock-berlin.mug, cart-<ID>, order-<ID> or fulfilment-<ID>
    stream: StreamName,
    /// Show it after its first N events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    version: Option<u64>,
    /// Show it at this moment: a time such as 2026-11-21T10:00:00Z, or how long ago, such as 10m
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "version")]
    at: Option<Timestamp>,
}

impl State {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        let mut request = operator.get(&["ops", "streams", self.stream.as_str(), "state"]);
        if let Some(version) = self.version {
            request = request.query("version", &version);
        }
        if let Some(at) = self.at {
            request = request.query("at", &at);
        }
        let answer: StreamState = request.send().await?.accepted()?.json()?;
        if global.json { terminal::json_line(&answer) } else { terminal::pretty_json(&answer) }
    }
}
