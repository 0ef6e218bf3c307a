//! The response of a handler.

use super::Request;
use crate::problem::Problem;
use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body;
use foldlog::Version;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

/// The headers of every answer that has none of its own instead. An answer is for its caller alone, and nothing that it
/// contains is carried out, framed or taken for another type. A page brings its own style and nothing else.
const GUARDING: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Status, headers and body.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Response {
    /// A JSON document.
    pub fn json<T: Serialize + ?Sized>(status: StatusCode, document: &T) -> Result<Self, Problem> {
        let body = serde_json::to_string(document).map_err(|error| Problem::internal(&error))?;
        Ok(Self::text(status, "application/json", body))
    }

    /// A text of another type.
    #[must_use]
    pub fn text(status: StatusCode, content_type: &'static str, body: String) -> Self {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self { status, headers, body }
    }

    /// A status alone.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: String::new() }
    }

    /// A problem of an API. Its type begins with the API's namespace.
    pub(super) fn of_problem(problem: &Problem, namespace: &str, correlation: &str) -> Self {
        let document = problem.document(namespace, correlation);
        let mut response = Self::text(problem.status(), "application/problem+json", document);
        if let Some(version) = problem.version {
            response = response.etag(version);
        }
        match problem.retry_after {
            Some(seconds) => response.retry_after(seconds),
            None => response,
        }
    }

    /// Adds the resource's version as its strong entity tag.
    #[must_use]
    pub fn etag(self, version: Version) -> Self {
        self.header(header::ETAG, &format!("\"{version}\""))
    }

    /// Adds the location of what was created, or of what to watch.
    #[must_use]
    pub fn location(self, path: &str) -> Self {
        self.header(header::LOCATION, path)
    }

    /// Adds the seconds after which to ask again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header(header::RETRY_AFTER, &seconds.to_string())
    }

    /// Lets a client, and a cache on the way, keep the answer for some seconds. Without this, none keeps it.
    #[must_use]
    pub fn public(self, seconds: u32) -> Self {
        self.header(header::CACHE_CONTROL, &format!("public, max-age={seconds}"))
    }

    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The response in the gateway's format, with the request's correlation id, and what keeps a browser from mischief.
    pub(super) fn finish(self, request: &Request) -> ApiGatewayV2httpResponse {
        let correlation = request.correlation();
        let echoed = request.header("x-correlation-id").and(correlation.client.as_deref()).unwrap_or(&correlation.id);
        let mut finished = self.header(HeaderName::from_static("x-correlation-id"), echoed);
        if let Some(parent) = request.header("traceparent") {
            finished = finished.header(HeaderName::from_static("traceparent"), parent);
        }
        for (name, value) in GUARDING {
            finished.headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = finished.status.as_u16().into();
        response.headers = finished.headers;
        response.body = Some(Body::Text(finished.body));
        response
    }
}
