//! `shop account`: what the shop holds about a customer.

use crate::failure::Failure;
use crate::global::Global;
use crate::pages::cursor_of;
use crate::terminal;
use serde_json::Value;

/// The number of orders on a page.
const PAGE: usize = 50;

/// Print everything that the shop holds about a customer
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints a JSON document for each page of the orders of the account, the newest first; with --json,
each on a line. Without --reveal the personal data are left out. The shop records each page that you
read, with your reason, before it answers.

Examples:
  shop account 3b1f0c5e9a7d4e2f8c6b5a4d3e2f1a0b
  shop account 3b1f0c5e9a7d4e2f8c6b5a4d3e2f1a0b --reveal 'the customer asked for it, case 4711'")]
pub(crate) struct Account {
    /// Its id: the last part of its path
    account: String,
    /// Show the personal data, for this reason
    #[arg(long, value_name = "REASON")]
    reveal: Option<String>,
}

impl Account {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let operator = global.operator().await?;
        let mut cursor: Option<String> = None;
        loop {
            let mut request = operator.get(&["accounts", &self.account, "export"]).query("limit", &PAGE);
            for (name, value) in [("reveal", &self.reveal), ("cursor", &cursor)] {
                if let Some(value) = value {
                    request = request.query(name, value);
                }
            }
            let page: Value = request.send().await?.accepted()?.json()?;
            if global.json {
                terminal::json_line(&page)?;
            } else {
                terminal::pretty_json(&page)?;
            }
            cursor = cursor_of(page["next"].as_str());
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}
