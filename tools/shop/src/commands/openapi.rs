//! `shop openapi`: the OpenAPI document of the HTTP API.

use crate::failure::Failure;
use crate::global::Global;
use crate::terminal;

/// Print the OpenAPI document of the HTTP API, as `GET /openapi.json` returns it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It is made of the types of this program: no shop has to run.

Examples:
  shop openapi > openapi.json
  shop openapi --json | jq '.paths | keys'")]
pub(crate) struct Openapi {}

impl Openapi {
    #[expect(clippy::unused_self, reason = "as every command is run")]
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let document = shop_reference::document();
        if global.json { terminal::json_line(&document) } else { terminal::pretty_json(&document) }
    }
}
