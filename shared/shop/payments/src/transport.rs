//! One HTTP request: certainly not sent, lost, or answered.

use http::{Method, Request, StatusCode, Uri, uri::Scheme};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;

use crate::wire::LARGEST_BODY;

/// The time-outs of a request.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until the connection is made.
    pub connect: Duration,
    /// Until the last byte of the answer, including the connection.
    pub total: Duration,
}

impl Default for Patience {
    /// A function has 15 s. Three requests fit into that, as many as [`settle`](crate::settle) makes if an answer is
    /// lost, and an append.
    fn default() -> Self {
        Self { connect: Duration::from_secs(2), total: Duration::from_secs(4) }
    }
}

/// An address that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Not a web address.
    #[error("{0} is no address of http or https")]
    Address(String),
    /// This machine has no trusted certificates, or they cannot be read.
    #[error("TLS cannot be used: {0}")]
    Tls(String),
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Silence {
    /// No connection was made, so nothing was sent.
    NotSent(String),
    /// The request was sent, or may have been sent.
    Lost(String),
}

/// Sends to one address.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    client: Client<HttpsConnector<HttpConnector>, String>,
    patience: Duration,
}

impl Transport {
    /// A transport for addresses with the scheme of this one.
    pub(crate) fn new(address: &Uri, patience: Patience) -> Result<Self, Unusable> {
        let no_address = || Unusable::Address(address.to_string());
        let scheme = address.scheme().filter(|_| address.host().is_some()).ok_or_else(no_address)?;
        let tls = HttpsConnectorBuilder::new();
        let tls = if *scheme == Scheme::HTTPS {
            let roots = tls.with_provider_and_native_roots(ring::default_provider());
            roots.map_err(|error| Unusable::Tls(error.to_string()))?.https_only()
        } else if *scheme == Scheme::HTTP {
            tls.with_tls_config(trusting_nobody()?).https_or_http()
        } else {
            return Err(no_address());
        };
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        plain.set_connect_timeout(Some(patience.connect));
        let client = Client::builder(TokioExecutor::new()).build(tls.enable_http1().wrap_connector(plain));
        Ok(Self { client, patience: patience.total })
    }

    /// Sends a request and reads its answer to the end. A read whose connection ends without an answer is sent once more:
    /// while a function is frozen, its connections die, and it learns that from the first request after.
    pub(crate) async fn send(&self, request: Request<String>) -> Result<(StatusCode, Vec<u8>), Silence> {
        let answered = async {
            let again = (request.method() == Method::GET).then(|| request.clone());
            match (self.once(request).await, again) {
                (Err(Silence::Lost(_)), Some(again)) => self.once(again).await,
                (answered, _) => answered,
            }
        };
        let late = |_| Err(Silence::Lost(format!("no answer within {:?}", self.patience)));
        tokio::time::timeout(self.patience, answered).await.unwrap_or_else(late)
    }

    async fn once(&self, request: Request<String>) -> Result<(StatusCode, Vec<u8>), Silence> {
        let response = self.client.request(request).await.map_err(|error| {
            let reason = cause(&error);
            if error.is_connect() { Silence::NotSent(reason) } else { Silence::Lost(reason) }
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_BODY).collect().await;
        let body = body.map_err(|error| Silence::Lost(cause(error.as_ref())))?;
        Ok((head.status, body.to_bytes().to_vec()))
    }
}

/// A connection without TLS needs no certificates.
fn trusting_nobody() -> Result<ClientConfig, Unusable> {
    let versions = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let versions = versions.with_safe_default_protocol_versions().map_err(|error| Unusable::Tls(error.to_string()))?;
    Ok(versions.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// The root cause of an error: the errors above it only repeat the request.
fn cause(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).last().map(ToString::to_string).unwrap_or_default()
}
