//! Answers of the shop.

use crate::error::ClientError;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The answer of the shop to a request.
#[derive(Debug)]
pub struct Answer {
    /// Method and path of the request.
    pub(crate) request: String,
    /// The address of the shop.
    pub(crate) api: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// A problem (RFC 9457), or the error body of a gateway.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    detail: String,
    message: String,
}

impl Answer {
    /// When to retry, if the shop says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
    }

    /// The answer, if it is no refusal.
    pub fn accepted(self) -> Result<Self, ClientError> {
        if self.status.is_success() {
            return Ok(self);
        }
        let problem: Problem = serde_json::from_slice(&self.body).unwrap_or_default();
        let said = [problem.title, problem.detail, problem.message];
        let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
        let said = if said.is_empty() { self.status.to_string() } else { said.join(": ") };
        let name = problem.kind.rsplit(':').next().unwrap_or_default().to_owned();
        let reason = match advice(self.status) {
            Some(advice) => format!("{said}; {advice}"),
            None => said,
        };
        Err(ClientError::Answered { request: self.request, status: self.status, problem: name, reason })
    }

    /// The body as a value of its type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(|error| ClientError::Unreadable {
            request: self.request.clone(),
            api: self.api.clone(),
            reason: error.to_string(),
        })
    }
}

/// Advice for an answer that contains none.
fn advice(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::UNAUTHORIZED => Some("the token is not one of this shop, or no longer valid: see `shop token`"),
        StatusCode::FORBIDDEN => Some("the token lacks the scope for it: see `shop token --as`"),
        status if status.is_server_error() => Some("what went wrong stands in the shop's own log"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: StatusCode, body: &str) -> ClientError {
        let request = "POST /carts/1/checkout".to_owned();
        let (api, headers, body) = (String::new(), HeaderMap::new(), body.as_bytes().to_vec());
        Answer { request, api, status, headers, body }.accepted().unwrap_err()
    }

    #[test]
    fn a_problem_is_told_by_title_and_detail_and_known_by_its_type() {
        let body =
            r#"{"type":"urn:shop:problem:empty-cart","title":"Empty cart","detail":"put something in","status":422}"#;
        let failure = refused(StatusCode::UNPROCESSABLE_ENTITY, body);
        assert_eq!(failure.to_string(), "POST /carts/1/checkout: Empty cart: put something in");
        assert!(failure.is_problem("empty-cart") && !failure.is_problem("cart"));
    }

    #[test]
    fn what_a_gateway_says_by_itself_comes_with_advice() {
        let failure = refused(StatusCode::FORBIDDEN, r#"{"message":"Forbidden"}"#).to_string();
        assert!(failure.contains("Forbidden; the token lacks the scope"), "{failure}");
    }

    #[test]
    fn an_answer_that_is_no_json_is_told_by_its_status() {
        let failure = refused(StatusCode::BAD_GATEWAY, "<html>");
        assert!(failure.to_string().contains("502 Bad Gateway"), "{failure}");
    }
}
