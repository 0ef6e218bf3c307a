//! `shop projections flip`, `rollback` and `cleanup`: choose the generation in use, and delete others.

use crate::failure::Failure;
use crate::global::Global;
use serde_json::{Value, json};
use shop_api::operations::GenerationsOf;
use shop_client::ClientError;

/// Switch readers to the newest complete generation
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shop projections flip order
  shop projections flip order --despite-differences")]
pub(crate) struct Flip {
    /// Its name, as `shop projections status` prints it
    name: String,
    /// Switch even if the generations differ, for example because the old one is wrong
    #[arg(long)]
    despite_differences: bool,
}

/// Switch readers back to the previous generation
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The shop has kept it up to date, so nothing is lost.

Examples:
  shop projections rollback order")]
pub(crate) struct Rollback {
    /// Its name, as `shop projections status` prints it
    name: String,
}

/// Delete all generations except the current one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The shop stops writing them at once. It removes their rows a while later, when every function that
still knew them has ended.

Examples:
  shop projections cleanup order")]
pub(crate) struct Cleanup {
    /// Its name, as `shop projections status` prints it
    name: String,
}

impl Flip {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let body = json!({ "despite_differences": self.despite_differences });
        let shown = post(global, &self.name, "flip", &body).await?;
        told(global, &shown, &format!("generation {} is in use now", shown.read))
    }
}

impl Rollback {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let shown = post(global, &self.name, "rollback", &json!({})).await?;
        told(global, &shown, &format!("generation {} is in use again", shown.read))
    }
}

impl Cleanup {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let shown = post(global, &self.name, "cleanup", &json!({})).await?;
        told(global, &shown, &format!("all generations except {} are being deleted", shown.read))
    }
}

async fn post(global: &Global, name: &str, action: &str, body: &Value) -> Result<GenerationsOf, ClientError> {
    let operator = global.operator().await?;
    operator.post_body(&["ops", "projections", name, action], body).send().await?.accepted()?.json()
}

fn told(global: &Global, shown: &GenerationsOf, what: &str) -> Result<(), Failure> {
    global.print(shown, || format!("{}: {what}", shown.name))
}
