//! `shop provider`: a payment provider for one machine.

use crate::failure::Failure;
use crate::global::Global;
use crate::shutdown;
use foldlog_lambda::SystemHost;
use serde_json::json;
use shop_payments::Secret;
use shop_payments::server::{Options, Server, WebhookEndpoint};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Run a payment provider that moves no money
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Its answers depend on the token of the card: tok_ok, tok_declined, tok_timeout_then_charged,
tok_unavailable, tok_expires, tok_gone, tok_brief, tok_stuck, tok_other_amount, tok_refunded,
tok_unrefundable, or tok_<one>_then_<other>. It declines any other as an unknown card.
docs/PAYMENTS.md has the tokens and the protocol. `shop serve` runs one itself, unless --provider
names another.

Examples:
  SHOP_PROVIDER_KEY=the-key-of-the-shop shop provider
  shop provider --webhook http://127.0.0.1:8080/webhooks/payments    (with both secrets set)")]
pub(crate) struct Provider {
    /// The address to listen on; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// The key of the shop: at least 16 visible ASCII characters
    #[arg(long, value_name = "SECRET", env = "SHOP_PROVIDER_KEY", hide_env_values = true)]
    key: Secret,
    /// Keep its books in this file; without it, they are lost when it ends
    #[arg(long, value_name = "FILE")]
    books: Option<PathBuf>,
    /// The address to report each change of a payment to
    #[arg(long, value_name = "URL", requires = "webhook_secret")]
    webhook: Option<String>,
    /// The secret that signs these reports
    #[arg(long, value_name = "SECRET", env = "SHOP_WEBHOOK_SECRET", hide_env_values = true)]
    webhook_secret: Option<Secret>,
}

impl Provider {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let ended = shutdown::of_this_process()?;
        let webhook = self.webhook.clone().zip(self.webhook_secret.clone());
        let webhook = webhook.map(|(address, secret)| WebhookEndpoint { address, secret });
        let options = Options { listen: self.listen, key: self.key.clone(), books: self.books.clone() };
        let mut server = Server::start(options).await?;
        if let Some(webhook) = webhook {
            server.tell(webhook, SystemHost).map_err(Failure::machine)?;
        }
        let shown = self.show(&server.url(), global);
        if shown.is_ok() {
            ended.await;
        }
        server.stop().await;
        shown
    }

    fn show(&self, url: &str, global: &Global) -> Result<(), Failure> {
        global.print(&json!({"url": url, "webhook": self.webhook}), || {
            let told = self.webhook.as_deref().unwrap_or("nobody; --webhook URL");
            format!(
                "The payment provider answers at {url}   (Ctrl-C ends it)

  it tells      {told}"
            )
        })
    }
}
