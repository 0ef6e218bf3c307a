//! The host's own routes beside the template's, for programs on the same machine and not for browsers: `GET /_local`
//! describes what runs here, `POST /_local/tokens` signs a token, `POST /_local/keys` makes a new key for it, `POST /_local/clock` moves the clock ahead by a
//! number of `seconds`, `POST /_local/functions/<name>/pause`, `…/kill` and `…/resume` act on a function, `GET
//! /_local/executions` lists the executions of state machines.

use super::answer::{GatewayError, json_response};
use super::tokens::Tokens;
use crate::controls::Controls;
use crate::issuer::IssuerError;
use crate::machines::{Execution, Register};
use axum::body::{Body, to_bytes};
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The largest request.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The headers, beside `X-Forwarded-…`, by which proxies say that they forward a request, and for whom.
const FORWARDED: [&str; 8] = [
    "cf-connecting-ip",
    "forwarded",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-host",
    "x-real-ip",
];

/// The host's own routes.
pub(crate) struct OwnRoutes {
    /// The body of `GET /_local`.
    pub(crate) description: Value,
    /// The signer of tokens.
    pub(crate) tokens: Arc<Tokens>,
    /// The clock and the gates of functions.
    pub(crate) controls: Arc<Controls>,
    /// The register of executions.
    pub(crate) register: Register,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ahead {
    seconds: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    subject: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    claims: Map<String, Value>,
}

impl OwnRoutes {
    /// Answers a request whose path starts with `/_local`, by the rest of its path.
    pub(super) async fn respond(&self, path: &str, peer: SocketAddr, parts: &Parts, body: Body) -> Response<Body> {
        match self.answer(path, peer, parts, body).await {
            Ok(answer) => json_response(StatusCode::OK, &answer),
            Err(refusal) => refusal,
        }
    }

    async fn answer(&self, path: &str, peer: SocketAddr, parts: &Parts, body: Body) -> Result<Value, Response<Body>> {
        let stranger = match peer.ip().to_canonical() {
            address if address.is_loopback() => stranger(&parts.headers, Ipv4Addr::LOCALHOST.into()),
            address => Some(format!("it comes from {address}")),
        };
        if let Some(reason) = stranger {
            let message = format!("Forbidden: /_local is for programs on this machine, and of this request {reason}");
            return Err(json_response(StatusCode::FORBIDDEN, &json!({ "message": message })));
        }
        match (&parts.method, path) {
            (&Method::GET, "" | "/") => Ok(self.description.clone()),
            (&Method::GET, "/executions") => {
                let executions: Vec<_> = self.register.executions().iter().map(Execution::json).collect();
                Ok(json!({ "executions": executions }))
            }
            (&Method::POST, "/tokens") => {
                let Wanted { subject, scopes, claims } = read(body).await?;
                let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
                let token = self.tokens.sign(&subject, &scopes, claims).map_err(|error| issuer_error(&error));
                Ok(json!({ "token": token? }))
            }
            (&Method::POST, "/keys") => {
                self.tokens.issuer.rotate().map_err(|error| issuer_error(&error))?;
                Ok(self.tokens.issuer.published())
            }
            (&Method::POST, "/clock") => {
                let Ahead { seconds } = read(body).await?;
                let moved = self.controls.advance_clock(Duration::from_secs(seconds)).await;
                moved.map_err(|error| wrong(StatusCode::BAD_REQUEST, &error))?;
                Ok(json!({"now": self.controls.clock.now().to_string()}))
            }
            (&Method::POST, path) => self.control(path).await,
            _ => Err(GatewayError::NotFound.response()),
        }
    }

    async fn control(&self, path: &str) -> Result<Value, Response<Body>> {
        let words = path.strip_prefix("/functions/").and_then(|words| words.split_once('/'));
        let Some((name, action @ ("pause" | "kill" | "resume"))) = words else {
            return Err(GatewayError::NotFound.response());
        };
        let gate = self.controls.gate(name).map_err(|unknown| wrong(StatusCode::NOT_FOUND, &unknown))?;
        match action {
            "pause" => gate.pause().await,
            "kill" => gate.kill().await,
            _ => gate.resume(),
        }
        Ok(json!({}))
    }
}

async fn read<T: DeserializeOwned + Serialize>(body: Body) -> Result<T, Response<Body>> {
    let body = to_bytes(body, MAX_BODY_BYTES).await;
    let body = body.map_err(|_| GatewayError::TooLarge.response())?;
    foldlog::json::sent(&body).map_err(|error| wrong(StatusCode::BAD_REQUEST, &error))
}

fn issuer_error(error: &IssuerError) -> Response<Body> {
    let status = match error {
        IssuerError::NoAuthorizer => StatusCode::NOT_FOUND,
        IssuerError::Key(_) | IssuerError::Generation | IssuerError::Signing(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    wrong(status, error)
}

fn wrong(status: StatusCode, error: &dyn std::error::Error) -> Response<Body> {
    json_response(status, &json!({ "message": error.to_string() }))
}

/// The header that shows that a request is not of a program on this machine which sent it to this address or loopback,
/// and why; none if it seems to be one. A browser sends an `Origin`. A name that was rebound to this machine is not its
/// own. And a proxy on this machine forwards what others sent.
pub(crate) fn stranger(headers: &HeaderMap, own: IpAddr) -> Option<String> {
    let forwarded = |name: &&str| FORWARDED.contains(name) || name.starts_with("x-forwarded-");
    if let Some(name) = headers.keys().map(HeaderName::as_str).find(forwarded) {
        return Some(format!("the header {name} says that it was forwarded"));
    }
    if headers.contains_key(ORIGIN) {
        return Some("the header origin says that a page sent it".to_owned());
    }
    (!names(headers, own)).then(|| "the header host does not name this machine".to_owned())
}

fn names(headers: &HeaderMap, own: IpAddr) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback() || address == own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn from_this_machine(headers: &HeaderMap) -> bool {
        stranger(headers, Ipv4Addr::LOCALHOST.into()).is_none()
    }

    fn addressed_to(headers: &HeaderMap, own: IpAddr) -> bool {
        stranger(headers, own).is_none()
    }

    #[test]
    fn what_was_forwarded_is_not_from_this_machine() {
        for name in ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"] {
            let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost"))]);
            headers.insert(name, HeaderValue::from_static("x"));
            let reason = stranger(&headers, Ipv4Addr::LOCALHOST.into()).unwrap();
            assert!(reason.contains(name), "{reason}");
        }
    }

    #[test]
    fn only_loopback_hosts_without_an_origin_are_from_this_machine() {
        let headers = |host: &str| HeaderMap::from_iter([(HOST, HeaderValue::from_str(host).unwrap())]);
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]:8080", "[::1]", "127.1.2.3"] {
            assert!(from_this_machine(&headers(host)), "{host}");
        }
        for host in ["evil.example:8080", "localhost.evil.example", "10.0.0.1", "", "127.0.0.1.evil"] {
            assert!(!from_this_machine(&headers(host)), "{host}");
        }
        let bridge = "198.18.0.1".parse().unwrap();
        assert!(addressed_to(&headers("198.18.0.1:8000"), bridge) && addressed_to(&headers("localhost:1"), bridge));
        for host in ["198.18.0.2:8000", "bridge.example:8000", "198.18.0.1.evil.example"] {
            assert!(!addressed_to(&headers(host), bridge), "{host}");
        }
        let mut browser = headers("localhost");
        browser.insert(ORIGIN, HeaderValue::from_static("http://localhost"));
        assert!(!from_this_machine(&browser));
    }
}
