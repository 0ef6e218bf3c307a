//! `shop token`: a token of the local host's own issuer.

use crate::failure::Failure;
use crate::global::Global;
use serde_json::json;
use shop_client::Identity;

/// Print a token of the local host, for a role of your choice
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  TOKEN=$(shop token --as customer:alice)
  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/orders
  SHOP_TOKEN=$(shop token --as operator:chen) shop events tail

A token is valid for some hours and carries one scope: shop/customer, shop/staff or shop/operator.")]
pub(crate) struct Token {
    /// customer:<NAME>, staff[:<NAME>] or operator[:<NAME>]
    #[arg(long = "as", value_name = "ROLE[:NAME]")]
    identity: Identity,
}

impl Token {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let token = global.client()?.signed(&self.identity).await?;
        let Identity { role, subject } = &self.identity;
        global.print(&json!({"token": token, "subject": subject, "scopes": [role.scope()]}), || token.clone())
    }
}
