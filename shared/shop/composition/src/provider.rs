//! The payment provider of a shop on one machine: the sandbox behind HTTP.

use crate::stack;
use foldlog_lambda::SystemHost;
use shop_payments::server::{Options, Server, StartError, WebhookEndpoint};
use shop_payments::{ByItself, Failure, Reference};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// The payment provider of one shop.
#[derive(Debug)]
pub struct Provider(Server);

impl Provider {
    /// Listens on this machine only. It keeps its journal in the file, if there is one.
    pub async fn start(books: Option<PathBuf>) -> Result<Self, StartError> {
        Self::start_on(Ipv4Addr::LOCALHOST.into(), books).await
    }

    /// Listens on an address of this machine, such as one that containers reach.
    pub async fn start_on(address: IpAddr, books: Option<PathBuf>) -> Result<Self, StartError> {
        let options = Options { listen: (address, 0).into(), key: stack::provider_key(), books };
        Ok(Self(Server::start(options).await?))
    }

    /// The settings of functions with its address.
    #[must_use]
    pub fn environment(&self) -> BTreeMap<String, String> {
        [(stack::PROVIDER_URL.to_owned(), self.0.url())].into()
    }

    /// Sends webhooks about all changes of payments from now on to the shop at this address.
    pub fn tell(&mut self, shop: &str) -> Result<(), shop_payments::Unusable> {
        let address = format!("{shop}/webhooks/payments");
        self.0.tell(WebhookEndpoint { address, secret: stack::webhook_secret() }, SystemHost)
    }

    /// Its payments, and the requests that it got.
    #[must_use]
    pub const fn sandbox(&self) -> &shop_payments::Sandbox {
        self.0.sandbox()
    }

    /// Makes a change without a request of the shop, and sends a webhook for it.
    pub fn by_itself(&self, reference: &Reference, change: ByItself) -> Result<(), Failure> {
        self.0.by_itself(reference, change)
    }

    /// Stops the provider after it has answered the open requests.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}
