//! The host's own routes beside the template's, for programs on the same machine and not for browsers: `GET /_local`
//! describes what runs here, `POST /_local/tokens` signs a token, `POST /_local/clock` moves the clock ahead by a
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
use http::{HeaderMap, Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// The largest request.
const MAX_BODY_BYTES: usize = 64 * 1024;

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
    seconds: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    subject: String,
    #[serde(default)]
    scopes: Vec<String>,
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
        if !peer.ip().to_canonical().is_loopback() || !from_this_machine(&parts.headers) {
            return Err(GatewayError::Forbidden.response());
        }
        match (&parts.method, path) {
            (&Method::GET, "" | "/") => Ok(self.description.clone()),
            (&Method::GET, "/executions") => {
                let executions: Vec<_> = self.register.executions().iter().map(Execution::json).collect();
                Ok(json!({ "executions": executions }))
            }
            (&Method::POST, "/tokens") => {
                let Wanted { subject, scopes } = read(body).await?;
                let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
                let token = self.tokens.sign(&subject, &scopes).map_err(|error| match error {
                    IssuerError::NoAuthorizer => wrong(StatusCode::NOT_FOUND, &error),
                    IssuerError::Key(_) | IssuerError::Randomness(_) | IssuerError::Signing(_) => {
                        wrong(StatusCode::INTERNAL_SERVER_ERROR, &error)
                    }
                });
                Ok(json!({ "token": token? }))
            }
            (&Method::POST, "/clock") => {
                let Ahead { seconds } = read(body).await?;
                self.controls.advance_clock(Duration::from_secs(seconds.into())).await;
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

fn wrong(status: StatusCode, error: &dyn std::error::Error) -> Response<Body> {
    json_response(status, &json!({ "message": error.to_string() }))
}

/// Browsers do not get through: their requests have an `Origin`, and a name that was rebound to this machine is not its
/// own.
pub(crate) fn from_this_machine(headers: &HeaderMap) -> bool {
    addressed_to(headers, Ipv4Addr::LOCALHOST.into())
}

/// The same for requests to an address of this machine, which must name that address or loopback.
pub(crate) fn addressed_to(headers: &HeaderMap, own: IpAddr) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let known = name.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback() || address == own);
    known && !headers.contains_key(ORIGIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

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
