//! `shop provider`: a payment provider for one machine.

use crate::failure::Failure;
use crate::global::Global;
use crate::shutdown;
use foldlog_lambda::SystemHost;
use serde_json::json;
use shop_composition::{ProviderSecrets, StartError};
use shop_payments::Secret;
use shop_payments::server::{Options, Server, WebhookEndpoint};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Run a payment provider that moves no money
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("signing").multiple(true)))]
#[command(after_help = "\
Its answers depend on the token of the card: tok_ok, tok_declined, tok_timeout_then_charged,
tok_unavailable, tok_expires, tok_gone, tok_brief, tok_stuck, tok_other_amount, tok_refunded,
tok_unrefundable, or tok_<one>_then_<other>. It declines any other as an unknown card.
docs/PAYMENTS.md has the tokens and the protocol. `shop serve` runs one itself, unless --provider
names another.

Examples:
  shop provider --data ./shop-data --webhook http://127.0.0.1:8080/webhooks/payments
  shop serve --data ./shop-data --provider http://127.0.0.1:8090")]
pub(crate) struct Provider {
    /// The address to listen on; port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// The key of the shop: at least 16 visible ASCII characters [default: that of --data]
    #[arg(long, value_name = "SECRET", env = "SHOP_PROVIDER_KEY", hide_env_values = true)]
    #[arg(required_unless_present = "data")]
    key: Option<Secret>,
    /// The directory of `shop serve --data`, which keeps the secrets of both
    #[arg(long, value_name = "DIR", group = "signing")]
    data: Option<PathBuf>,
    /// Keep its books in this file; without it, they are lost when it ends
    #[arg(long, value_name = "FILE")]
    books: Option<PathBuf>,
    /// The address to report each change of a payment to
    #[arg(long, value_name = "URL", requires = "signing")]
    webhook: Option<String>,
    /// The secret that signs these reports [default: that of --data]
    #[arg(long, value_name = "SECRET", env = "SHOP_WEBHOOK_SECRET", hide_env_values = true, group = "signing")]
    webhook_secret: Option<Secret>,
}

impl Provider {
    pub(super) async fn run(&self, global: &Global) -> Result<(), Failure> {
        let ended = shutdown::of_this_process()?;
        let kept = self.data.as_deref().map(ProviderSecrets::kept_in).transpose().map_err(StartError::Secrets)?;
        let of = |given: &Option<Secret>, kept: Option<io::Result<Secret>>, missing| match (given, kept) {
            (Some(given), _) => Ok(given.clone()),
            (None, Some(kept)) => Ok(kept.map_err(StartError::Secrets)?),
            (None, None) => Err(Failure::NoSecret(missing)),
        };
        let key = of(&self.key, kept.as_ref().map(ProviderSecrets::key), "--key")?;
        let secret = || of(&self.webhook_secret, kept.as_ref().map(ProviderSecrets::webhook), "--webhook-secret");
        let endpoint =
            |address: &String| Ok::<_, Failure>(WebhookEndpoint { address: address.clone(), secret: secret()? });
        let webhook = self.webhook.as_ref().map(endpoint).transpose()?;
        let options = Options { listen: self.listen, key, books: self.books.clone() };
        let mut server = Server::start(options).await.map_err(StartError::from)?;
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
