//! HTTP to a shop anywhere: plain, or with TLS by this machine's certificates.

use http_body_util::BodyExt;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::fmt::{Display, Formatter};
use std::sync::Arc;
use std::time::Duration;

/// How long an answer is waited for: as long as API Gateway waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends requests to one shop.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    client: Client<HttpsConnector<HttpConnector>, String>,
    base: String,
}

impl Transport {
    /// To a shop at this address.
    pub(crate) fn to(base: &str) -> Self {
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let tls = tls.with_safe_default_protocol_versions().expect("versions");
        let tls = if base.starts_with("https:") {
            tls.with_native_roots().expect("this machine's certificates")
        } else {
            tls.with_root_certificates(RootCertStore::empty())
        };
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls.with_no_client_auth()).https_or_http();
        let mut plain = HttpConnector::new();
        plain.enforce_http(false);
        plain.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector.enable_http1().wrap_connector(plain));
        Self { client, base: base.to_owned() }
    }

    /// Sends what is built, to a path; the answer's status, headers and body.
    pub(crate) async fn send(
        &self,
        path: &str,
        request: http::request::Builder,
        body: String,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), Silence> {
        let url = Url::parse(&format!("{}{path}", self.base)).expect("an address");
        let request = request.uri(url.as_str()).body(body).expect("a request");
        let answered = async {
            let (head, body) = self.client.request(request).await.map_err(Silence::of)?.into_parts();
            let body = body.collect().await.map_err(Silence::of)?.to_bytes();
            Ok((head.status, head.headers, body.to_vec()))
        };
        tokio::time::timeout(PATIENCE, answered).await.unwrap_or_else(|late| Err(Silence::of(late)))
    }
}

/// There was no answer.
#[derive(Debug)]
pub struct Silence(Box<dyn Error + Send + Sync>);

impl Silence {
    fn of(reason: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(reason))
    }
}

impl Display for Silence {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        Display::fmt(&self.0, f)
    }
}
