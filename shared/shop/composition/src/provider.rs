//! The payment provider of a shop on one machine: the sandbox behind HTTP.

use crate::secrets::ProviderSecrets;
use crate::stack;
use foldlog_lambda::SystemHost;
use shop_payments::server::{Options, Server, WebhookEndpoint};
use shop_payments::{ByItself, Failure, Reference};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

/// The provider's journal in the data directory.
const BOOKS: &str = "payments.ndjson";

/// Why the provider does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen, or read its journal.
    #[error(transparent)]
    Server(#[from] shop_payments::server::StartError),
    /// Its secrets cannot be read, made or stored.
    #[error("the secrets of shop and provider cannot be used: {0}")]
    Secrets(#[source] std::io::Error),
    /// It cannot send webhooks.
    #[error(transparent)]
    Webhooks(#[from] shop_payments::Unusable),
}

/// The payment provider of one shop.
#[derive(Debug)]
pub struct Provider {
    server: Server,
    secrets: ProviderSecrets,
}

impl Provider {
    /// Listens on this machine only. It keeps its journal and its secrets in the shop's data directory, if there is one.
    pub async fn start(data: Option<&Path>) -> Result<Self, StartError> {
        Self::start_on(Ipv4Addr::LOCALHOST.into(), data).await
    }

    /// Listens on an address of this machine, such as one that containers reach.
    pub async fn start_on(address: IpAddr, data: Option<&Path>) -> Result<Self, StartError> {
        let secrets = data.map_or_else(ProviderSecrets::fresh, ProviderSecrets::kept_in);
        let secrets = secrets.map_err(StartError::Secrets)?;
        let key = secrets.key().map_err(StartError::Secrets)?;
        let books = data.map(|directory| directory.join(BOOKS));
        let server = Server::start(Options { listen: (address, 0).into(), key, books }).await?;
        Ok(Self { server, secrets })
    }

    /// The settings of functions with its address.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        [(stack::PROVIDER_URL.to_owned(), self.server.url())].into()
    }

    /// The secrets that the shop and it share.
    #[must_use]
    pub const fn secrets(&self) -> &ProviderSecrets {
        &self.secrets
    }

    /// Sends webhooks about all changes of payments from now on to the shop at this address.
    pub fn tell(&mut self, shop: &str) -> Result<(), StartError> {
        let address = format!("{shop}/webhooks/payments");
        let secret = self.secrets.webhook().map_err(StartError::Secrets)?;
        Ok(self.server.tell(WebhookEndpoint { address, secret }, SystemHost)?)
    }

    /// Its payments, and the requests that it got.
    #[must_use]
    pub const fn sandbox(&self) -> &shop_payments::Sandbox {
        self.server.sandbox()
    }

    /// Makes a change without a request of the shop, and sends a webhook for it.
    pub fn by_itself(&self, reference: &Reference, change: ByItself) -> Result<(), Failure> {
        self.server.by_itself(reference, change)
    }

    /// Stops the provider after it has answered the open requests.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
