//! The payment provider that a shop on one machine brings along: the sandbox, asked over HTTP as any other would be.

use crate::stack;
use foldlog_lambda::SystemHost;
use shop_payments::server::{Options, Server, StartError, WebhookEndpoint};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// A provider that knows no other shop.
#[derive(Debug)]
pub struct Provider(Server);

impl Provider {
    /// Listens on this machine alone. Its books are kept in the file, if there is one.
    pub async fn start(books: Option<PathBuf>) -> Result<Self, StartError> {
        Self::start_on(Ipv4Addr::LOCALHOST.into(), books).await
    }

    /// Listens on an address of this machine, such as one that containers reach.
    pub async fn start_on(address: IpAddr, books: Option<PathBuf>) -> Result<Self, StartError> {
        let options = Options { listen: (address, 0).into(), key: stack::provider_key(), books };
        Ok(Self(Server::start(options).await?))
    }

    /// The template's parameters that say where it is.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, String> {
        [(stack::PROVIDER_URL.to_owned(), self.0.url())].into()
    }

    /// Tells a shop at this address of whatever becomes of payments from now on.
    pub fn tell(&mut self, shop: &str) -> Result<(), shop_payments::Unusable> {
        let address = format!("{shop}/webhooks/payments");
        self.0.tell(WebhookEndpoint { address, secret: stack::webhook_secret() }, SystemHost)
    }

    /// What it knows, and what it was asked.
    #[must_use]
    pub const fn sandbox(&self) -> &shop_payments::Sandbox {
        self.0.sandbox()
    }

    /// Answers what it was asked before, and nothing more.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}
