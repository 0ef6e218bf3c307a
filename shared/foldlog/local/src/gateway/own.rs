//! The host's own routes beside the template's, for programs on the same machine and not for browsers: `GET /_local`
//! describes what runs here, `POST /_local/tokens` signs a token, `POST /_local/clock` moves the clock ahead by a
//! number of `seconds`, `POST /_local/functions/<name>/pause`, `…/kill` and `…/resume` act on a function, `GET
//! /_local/executions` lists the executions of state machines.

use super::json::json_response;
use crate::controls::{Control, Controls};
use crate::issuer::{Authorizer, Issuer};
use crate::machines::{Execution, Register};
use axum::body::{Body, to_bytes};
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
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
    /// The issuer of tokens.
    pub(crate) issuer: Arc<Issuer>,
    /// The authorizer that tokens are signed for.
    pub(crate) authorizer: Option<Authorizer>,
    /// The clock and the gates of functions.
    pub(crate) controls: Arc<Controls>,
    /// The register of executions.
    pub(crate) register: Register,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ahead {
    seconds: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    subject: String,
    #[serde(default)]
    scopes: Vec<String>,
}

impl OwnRoutes {
    /// Answers a request whose path starts with `/_local`, by the rest of its path.
    pub(super) async fn respond(&self, path: &str, peer: SocketAddr, parts: &Parts, body: Body) -> Response<Body> {
        if !peer.ip().to_canonical().is_loopback() || !from_this_machine(&parts.headers) {
            return json_response(StatusCode::FORBIDDEN, &json!({"message": "Forbidden"}));
        }
        match (&parts.method, path) {
            (&Method::GET, "" | "/") => json_response(StatusCode::OK, &self.description),
            (&Method::GET, "/executions") => {
                let executions: Vec<_> = self.register.executions().iter().map(Execution::json).collect();
                json_response(StatusCode::OK, &json!({ "executions": executions }))
            }
            (&Method::POST, "/tokens") => match read(body).await {
                Ok(wanted) => self.token(&wanted),
                Err(response) => response,
            },
            (&Method::POST, "/clock") => match read(body).await {
                Ok(Ahead { seconds }) => {
                    self.controls.advance_clock(Duration::from_secs(seconds.into())).await;
                    json_response(StatusCode::OK, &json!({"now": self.controls.clock.now().to_string()}))
                }
                Err(response) => response,
            },
            (&Method::POST, path) => self.control(path).await,
            _ => wrong(StatusCode::NOT_FOUND, "Not Found"),
        }
    }

    async fn control(&self, path: &str) -> Response<Body> {
        let words = path.strip_prefix("/functions/").and_then(|words| words.split_once('/'));
        let (name, control) = match words {
            Some((name, "pause")) => (name, Control::Pause),
            Some((name, "kill")) => (name, Control::Kill),
            Some((name, "resume")) => (name, Control::Resume),
            _ => return wrong(StatusCode::NOT_FOUND, "Not Found"),
        };
        match self.controls.function(name, control).await {
            Ok(()) => json_response(StatusCode::OK, &json!({})),
            Err(unknown) => wrong(StatusCode::NOT_FOUND, &unknown.to_string()),
        }
    }

    fn token(&self, wanted: &Wanted) -> Response<Body> {
        let Some(authorizer) = &self.authorizer else {
            return wrong(StatusCode::NOT_FOUND, "the template declares no JWT authorizer");
        };
        let scopes: Vec<_> = wanted.scopes.iter().map(String::as_str).collect();
        match self.issuer.token(authorizer, &wanted.subject, &scopes) {
            Ok(token) => json_response(StatusCode::OK, &json!({ "token": token })),
            Err(error) => wrong(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }
}

async fn read<T: DeserializeOwned>(body: Body) -> Result<T, Response<Body>> {
    let body = to_bytes(body, MAX_BODY_BYTES).await;
    let body = body.map_err(|_| wrong(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"))?;
    serde_json::from_slice(&body).map_err(|error| wrong(StatusCode::BAD_REQUEST, &error.to_string()))
}

fn wrong(status: StatusCode, message: &str) -> Response<Body> {
    json_response(status, &json!({ "message": message }))
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
