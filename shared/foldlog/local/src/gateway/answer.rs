//! The gateway's own answers in JSON: without a function, or instead of its answer.

use crate::issuer::TokenError;
use axum::body::Body;
use http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use serde_json::json;

/// The answer with this body.
pub(super) fn json_response(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Why the gateway answers by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GatewayError {
    /// The request has no token.
    NoToken,
    /// The request has a token that is not accepted.
    BadToken {
        /// The scopes that open the route.
        scopes: Vec<String>,
        /// Why it is not accepted.
        reason: TokenError,
    },
    /// Its token has none of the route's scopes, or its sender is elsewhere.
    Forbidden,
    /// There is no such route.
    NotFound,
    /// Its body is too large.
    TooLarge,
    /// Its body does not come to its end.
    TooSlow,
    /// The function failed, or its answer cannot be used.
    Failed,
    /// The function took too long.
    TimedOut,
}

impl GatewayError {
    /// The answer.
    pub(super) fn response(self) -> Response<Body> {
        let (status, message) = match &self {
            Self::NoToken | Self::BadToken { .. } => (StatusCode::UNAUTHORIZED, "Unauthorized"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "Forbidden"),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not Found"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Self::TimedOut => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        };
        let mut response = json_response(status, &json!({ "message": message }));
        if let Some(challenge) = self.challenge() {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// What is wrong with the token, in the form of API Gateway. (Developer guide, "Troubleshooting issues with HTTP API
    /// JWT authorizers". It has the words for a wrong audience only.)
    fn challenge(&self) -> Option<HeaderValue> {
        match self {
            Self::NoToken => Some(HeaderValue::from_static("Bearer")),
            Self::BadToken { scopes, reason } => {
                let scopes = scopes.join(" ");
                let text = format!("Bearer scope=\"{scopes}\" error=\"invalid_token\" error_description=\"{reason}\"");
                HeaderValue::from_str(&text).ok()
            }
            Self::Forbidden | Self::NotFound | Self::TooLarge | Self::TooSlow | Self::Failed | Self::TimedOut => None,
        }
    }
}
