//! A provider for one machine: the sandbox behind HTTP, which tells of what it did by webhook.

mod routes;
mod webhooks;

use crate::sandbox::Sandbox;
use crate::transport::{Patience, Transport, Unusable};
use crate::values::Secret;
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

/// How a provider is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// The key that it knows the shop by.
    pub key: Secret,
    /// The file that it keeps its books in; only in memory, where there is none.
    pub books: Option<PathBuf>,
}

/// Who is told of what a provider did.
#[derive(Clone, Debug)]
pub struct WebhookEndpoint {
    /// Where webhooks are sent, of the scheme `http` or `https`.
    pub address: String,
    /// What they are signed with.
    pub secret: Secret,
}

/// Why a provider does not run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen there.
    #[error("cannot listen at {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// Its books do not read, or cannot be written.
    #[error("the books: {0}")]
    Books(#[from] io::Error),
}

/// A provider that runs until it is stopped.
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
    /// Listens, and answers from now on.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let unbound = |error| StartError::Listen(options.listen, error);
        let listener = TcpListener::bind(options.listen).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let sandbox = options.books.map_or_else(|| Ok(Sandbox::default()), |books| Sandbox::kept_in(&books))?;
        let moved = Arc::new(Notify::new());
        let (stop, stopped) = oneshot::channel();
        let desk = Desk { sandbox: sandbox.clone(), key: options.key, moved: Arc::clone(&moved) };
        let serving = axum::serve(listener, routes::router(desk)).with_graceful_shutdown(async {
            // Whoever drops the server stops it too.
            let _: Result<(), oneshot::error::RecvError> = stopped.await;
        });
        let serving = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the payment provider stopped");
            }
        });
        Ok(Self { sandbox, moved, address, stop, serving, telling: vec![] })
    }

    /// Tells somebody of what it does from now on. The clock dates the webhooks, and paces them where they have to be
    /// repeated.
    pub fn tell<C: Clock + 'static>(&mut self, webhook: WebhookEndpoint, clock: C) -> Result<(), Unusable> {
        let unusable = |_| Unusable::Address(webhook.address.clone());
        let address: Uri = webhook.address.parse().map_err(unusable)?;
        let transport = Transport::new(&address, Patience::default())?;
        let webhooks = Arc::new(Notices { address, secret: webhook.secret, transport, clock });
        let known = self.sandbox.changes(0).len();
        self.telling.push(tokio::spawn(webhooks.tell(self.sandbox.clone(), known, Arc::clone(&self.moved))));
        Ok(())
    }

    /// Where its routes begin.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it knows, and what it was asked.
    #[must_use]
    pub const fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Answers what it was asked before, and nothing more. Notices that did not arrive yet are not sent again.
    pub async fn stop(self) {
        self.telling.iter().for_each(JoinHandle::abort);
        if self.stop.send(()).is_ok()
            && let Err(error) = self.serving.await
        {
            tracing::error!(%error, "the payment provider failed");
        }
    }
}
