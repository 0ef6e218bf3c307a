//! `shop projections flip`, `rollback` and `cleanup`: which generation is read, and which are kept.

use super::shown::Generations;
use crate::failure::Failure;
use crate::global::Global;
use crate::terminal;
use serde_json::{Value, json};
use shop_client::{ClientError, Identity, Role};

/// Send readers to the newest generation that is complete
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  shop projections flip order
  shop projections flip order --despite-differences")]
pub(crate) struct Flip {
    /// Its name, as `shop projections status` prints it
    name: String,
    /// Although it is unlike the one that is read: because that one is wrong, say
    #[arg(long)]
    despite_differences: bool,
}

/// Send readers back to the generation before
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It was kept up to date all the while, so nothing is lost by it.

Examples:
  shop projections rollback order")]
pub(crate) struct Rollback {
    /// Its name, as `shop projections status` prints it
    name: String,
}

/// Give up all generations but the one that is read
#[derive(Debug, clap::Args)]
#[command(after_help = "\
They are written no more at once, and their rows are removed a while later, when whoever wrote or
read them last has come to an end.

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
        told(global, &shown, &format!("generation {} is read now", shown.read))
    }
}

impl Rollback {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let shown = post(global, &self.name, "rollback", &json!({})).await?;
        told(global, &shown, &format!("generation {} is read again", shown.read))
    }
}

impl Cleanup {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let shown = post(global, &self.name, "cleanup", &json!({})).await?;
        told(global, &shown, &format!("all generations but {} are being given up", shown.read))
    }
}

async fn post(global: &Global, name: &str, action: &str, body: &Value) -> Result<Generations, ClientError> {
    let operator = global.client()?.session(&Identity::of(Role::Operator)).await?;
    operator.post_body(&["ops", "projections", name, action], body).send().await?.accepted()?.json()
}

fn told(global: &Global, shown: &Generations, what: &str) -> Result<(), Failure> {
    if global.json { terminal::json_line(shown) } else { terminal::line(&format!("{}: {what}", shown.name)) }
}
