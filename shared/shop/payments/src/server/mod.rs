//! A provider for one machine: the sandbox behind HTTP, with webhooks for its changes.

mod routes;
mod webhooks;

use crate::provider::Failure;
use crate::sandbox::{ByItself, Sandbox};
use crate::transport::{Patience, Transport, Unusable};
use crate::values::{Reference, Secret};
use foldlog::Clock;
use http::Uri;
use routes::Desk;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use webhooks::Notices;

/// The settings of a provider.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on; port 0 takes any free port.
    pub listen: SocketAddr,
    /// The key of the shop.
    pub key: Secret,
    /// The file of its journal; without one, it keeps its payments in memory.
    pub books: Option<PathBuf>,
}

/// The receiver of a provider's webhooks.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint {
    /// The address of the receiver, with the scheme `http` or `https`.
    pub address: String,
    /// The secret that signs them.
    pub secret: Secret,
}

/// Why a provider does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen on the address.
    #[error("cannot listen at {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// Its journal cannot be read or written.
    #[error("the books: {0}")]
    Books(#[from] io::Error),
}

/// A running provider.
#[derive(Debug)]
pub struct Server {
    sandbox: Sandbox,
    moved: Arc<Notify>,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    telling: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts to listen and to answer.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let unbound = |error| StartError::Listen(options.listen, error);
        let listener = TcpListener::bind(options.listen).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let sandbox = options.books.map_or_else(|| Ok(Sandbox::default()), |books| Sandbox::kept_in(&books))?;
        let moved = Arc::new(Notify::new());
        let (stop, stopped) = oneshot::channel();
        let desk = Desk { sandbox: sandbox.clone(), key: options.key, moved: Arc::clone(&moved) };
        let serving = axum::serve(listener, routes::router(desk)).with_graceful_shutdown(async {
            // The provider stops when the server is dropped, too.
            let _: Result<(), oneshot::error::RecvError> = stopped.await;
        });
        let serving = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the payment provider stopped");
            }
        });
        Ok(Self { sandbox, moved, address, stop, serving, telling: vec![] })
    }

    /// Sends webhooks for all changes from now on. The clock dates the webhooks, times their repetitions, and ends holds.
    pub fn tell<C: Clock + 'static>(&mut self, webhook: WebhookEndpoint, clock: C) -> Result<(), Unusable> {
        let unusable = |_| Unusable::Address(webhook.address.clone());
        let address: Uri = webhook.address.parse().map_err(unusable)?;
        let transport = Transport::new(&address, Patience::default())?;
        let webhooks = Arc::new(Notices { address, secret: webhook.secret, transport, clock });
        let timed = Arc::clone(&webhooks);
        self.sandbox = self.sandbox.clone().dated(move || timed.clock.now());
        let known = self.sandbox.changes(0).len();
        self.telling.push(tokio::spawn(webhooks.tell(self.sandbox.clone(), known, Arc::clone(&self.moved))));
        Ok(())
    }

    /// The base address of its routes.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its payments, and the requests that it got.
    #[must_use]
    pub const fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Makes a change without a request of the shop, and sends a webhook for it.
    pub fn by_itself(&self, reference: &Reference, change: ByItself) -> Result<(), Failure> {
        self.sandbox.by_itself(reference, change)?;
        self.moved.notify_one();
        Ok(())
    }

    /// Stops the provider after it has answered the open requests. Webhooks that did not arrive yet are not sent again.
    pub async fn stop(self) {
        self.telling.iter().for_each(JoinHandle::abort);
        if self.stop.send(()).is_ok()
            && let Err(error) = self.serving.await
        {
            tracing::error!(%error, "the payment provider failed");
        }
    }
}
