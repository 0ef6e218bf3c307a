//! What the host answers beside the template's routes, to programs on the same machine and to no browser:
//! `GET /_local` tells what runs here, `POST /_local/tokens` signs a token.

use super::json_response;
use crate::issuer::{Authorizer, Issuer};
use axum::body::{Body, to_bytes};
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The largest request for a token.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// The host's own answers.
pub(crate) struct Own {
    /// What `GET /_local` answers.
    pub(crate) description: Value,
    /// What signs tokens.
    pub(crate) issuer: Arc<Issuer>,
    /// What tokens are signed for.
    pub(crate) authorizer: Option<Authorizer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    subject: String,
    #[serde(default)]
    scopes: Vec<String>,
}

impl Own {
    /// Answers a request whose path starts with `/_local`, by the rest of its path.
    pub(super) async fn respond(&self, path: &str, peer: SocketAddr, parts: &Parts, body: Body) -> Response<Body> {
        if !peer.ip().to_canonical().is_loopback() || !from_this_machine(&parts.headers) {
            return json_response(StatusCode::FORBIDDEN, &json!({"message": "Forbidden"}));
        }
        match (&parts.method, path) {
            (&Method::GET, "" | "/") => json_response(StatusCode::OK, &self.description),
            (&Method::POST, "/tokens") => self.token(body).await,
            _ => json_response(StatusCode::NOT_FOUND, &json!({"message": "Not Found"})),
        }
    }

    async fn token(&self, body: Body) -> Response<Body> {
        let wrong = |status, message: String| json_response(status, &json!({ "message": message }));
        let Ok(body) = to_bytes(body, MAX_BODY_BYTES).await else {
            return wrong(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large".to_owned());
        };
        let wanted: Wanted = match serde_json::from_slice(&body) {
            Ok(wanted) => wanted,
            Err(error) => return wrong(StatusCode::BAD_REQUEST, error.to_string()),
        };
        let Some(authorizer) = &self.authorizer else {
            return wrong(StatusCode::NOT_FOUND, "the template declares no JWT authorizer".to_owned());
        };
        let scopes: Vec<_> = wanted.scopes.iter().map(String::as_str).collect();
        match self.issuer.token(authorizer, &wanted.subject, &scopes) {
            Ok(token) => json_response(StatusCode::OK, &json!({ "token": token })),
            Err(error) => wrong(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }
}

/// No browser sends these requests: none has an `Origin`, and a name that was rebound to this machine is not its own.
pub(crate) fn from_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let loopback = name.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    loopback && !headers.contains_key(ORIGIN)
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
        let mut browser = headers("localhost");
        browser.insert(ORIGIN, HeaderValue::from_static("http://localhost"));
        assert!(!from_this_machine(&browser));
    }
}
