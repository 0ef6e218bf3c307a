//! What an issuer of tokens publishes about itself: its description, and the keys that check its tokens.

use super::answer::json_response;
use super::tokens::Tokens;
use axum::body::Body;
use http::header::HOST;
use http::request::Parts;
use http::{Method, Response, StatusCode};

const KEYS: &str = "/.well-known/jwks.json";

/// The answer to a request for either; none for other requests.
pub(super) fn respond(tokens: &Tokens, parts: &Parts) -> Option<Response<Body>> {
    if parts.method != Method::GET {
        return None;
    }
    let body = match parts.uri.path() {
        KEYS => tokens.issuer.published(),
        "/.well-known/openid-configuration" => {
            let host = parts.headers.get(HOST)?.to_str().ok()?;
            tokens.discovery(&format!("http://{host}{KEYS}"))?
        }
        _ => return None,
    };
    Some(json_response(StatusCode::OK, &body))
}
