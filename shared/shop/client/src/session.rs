//! Requests with the token of a user.

use crate::answer::Answer;
use crate::client::Client;
use crate::error::ClientError;
use crate::role::Identity;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Request, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// The maximum number of tries of a request, and the default pause between two tries.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause that the shop can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Sends requests with one token.
#[derive(Clone, Debug)]
pub struct Session {
    client: Client,
    token: String,
}

/// A request that is being built.
pub struct Unsent<'a> {
    session: &'a Session,
    request: Request,
}

impl Client {
    /// A session of a user: with the given token, or else with one that the local host signs.
    pub async fn session(&self, identity: &Identity) -> Result<Session, ClientError> {
        let token = match &self.given {
            Some(token) => token.clone(),
            None => self.signed(identity).await?,
        };
        Ok(Session { client: self.clone(), token })
    }
}

impl Session {
    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A `GET` request.
    #[must_use]
    pub fn get(&self, path: &[&str]) -> Unsent<'_> {
        Unsent { session: self, request: self.client.request(Method::GET, path, &Value::Null) }
    }

    /// A command that is safe to repeat without a key.
    #[must_use]
    pub fn post(&self, path: &[&str]) -> Unsent<'_> {
        Unsent { session: self, request: self.client.request(Method::POST, path, &Value::Null) }
    }

    /// Adds a body.
    #[must_use]
    pub fn post_body(&self, path: &[&str], body: &Value) -> Unsent<'_> {
        Unsent { session: self, request: self.client.request(Method::POST, path, body) }
    }

    /// A command with an idempotency key. The session repeats it if that may help, because the key makes it the same
    /// command.
    pub async fn command(&self, path: &[&str], key: &str, body: &Value) -> Result<Answer, ClientError> {
        let mut request = self.client.request(Method::POST, path, body);
        request.headers_mut().insert("idempotency-key", header(key)?);
        Unsent { session: self, request }.send().await?.accepted()
    }
}

impl Unsent<'_> {
    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &impl ToString) -> Self {
        self.request.url_mut().query_pairs_mut().append_pair(name, &value.to_string());
        self
    }

    /// Sends it, repeats it while the shop is busy, and returns the last answer.
    pub async fn send(mut self) -> Result<Answer, ClientError> {
        let Session { client, token } = self.session;
        self.request.headers_mut().insert(AUTHORIZATION, header(&format!("Bearer {token}"))?);
        let mut tries = 1;
        loop {
            // No body here is a stream, so the request can always be cloned.
            let Some(request) = self.request.try_clone() else { return client.send(self.request).await };
            let answer = client.send(request).await?;
            match pause(self.request.method(), &answer) {
                Some(pause) if tries < TRIES => tokio::time::sleep(pause).await,
                _ => return Ok(answer),
            }
            tries += 1;
        }
    }
}

/// The pause before a repetition; none if a repetition does not help.
fn pause(method: &Method, answer: &Answer) -> Option<Duration> {
    let busy = match answer.status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => true,
        StatusCode::CONFLICT => method != Method::GET && answer.retry_after().is_some(),
        _ => false,
    };
    busy.then(|| answer.retry_after().unwrap_or(PAUSE).min(LONGEST_PAUSE))
}

fn header(text: &str) -> Result<HeaderValue, ClientError> {
    HeaderValue::from_str(text).map_err(|_| ClientError::Machine("a token or key is no text for a header".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderMap, RETRY_AFTER};

    fn answer(status: StatusCode, retry_after: Option<&'static str>) -> Answer {
        let headers = retry_after.map(|text| (RETRY_AFTER, HeaderValue::from_static(text)));
        let headers = HeaderMap::from_iter(headers);
        Answer { request: String::new(), api: String::new(), status, headers, body: vec![] }
    }

    #[test]
    fn a_busy_shop_is_asked_again_when_it_says() {
        let busy = answer(StatusCode::SERVICE_UNAVAILABLE, Some("5"));
        assert_eq!(pause(&Method::GET, &busy), Some(Duration::from_secs(5)));
        let busy = answer(StatusCode::TOO_MANY_REQUESTS, None);
        assert_eq!(pause(&Method::POST, &busy), Some(PAUSE));
        let patient = answer(StatusCode::SERVICE_UNAVAILABLE, Some("86400"));
        assert_eq!(pause(&Method::GET, &patient), Some(LONGEST_PAUSE));
    }

    #[test]
    fn a_lost_race_is_run_again_and_a_version_that_does_not_exist_is_not_awaited() {
        let conflict = || answer(StatusCode::CONFLICT, Some("1"));
        assert_eq!(pause(&Method::POST, &conflict()), Some(PAUSE));
        assert_eq!(pause(&Method::GET, &conflict()), None);
    }

    #[test]
    fn refusals_are_final() {
        for status in [StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::INTERNAL_SERVER_ERROR] {
            assert_eq!(pause(&Method::POST, &answer(status, Some("1"))), None, "{status}");
        }
    }
}
