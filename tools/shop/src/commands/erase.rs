//! `shop erase`: the erasure of a person's data.

use crate::failure::Failure;
use crate::global::Global;
use serde_json::json;

/// Erase the personal data of an account, for ever
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The shop destroys the key of the account. Names, addresses, cards and reasons are unreadable from
then on, in the log and in everything that follows from it. Functions may still show them for up to
five minutes. The erasure itself is recorded.

Nobody can undo it, so the account has to be named a second time.

Examples:
  shop erase 3b1f0c5e9a7d4e2f8c6b5a4d3e2f1a0b --yes 3b1f0c5e9a7d4e2f8c6b5a4d3e2f1a0b")]
pub(crate) struct Erase {
    /// Its id: the last part of its path
    account: String,
    /// The same id once more
    #[arg(long, value_name = "ACCOUNT")]
    yes: String,
}

impl Erase {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let Self { account, yes } = self;
        if account != yes {
            return Err(Failure::Unconfirmed);
        }
        let operator = global.operator().await?;
        operator.post(&["ops", "accounts", account, "erase"]).send().await?.accepted()?;
        global.print(&json!({ "id": account, "outcome": "erased" }), || format!("{account}: erased"))
    }
}
