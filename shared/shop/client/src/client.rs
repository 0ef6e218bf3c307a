//! An HTTP client of a shop.

use crate::answer::Answer;
use crate::error::ClientError;
use crate::role::Identity;
use reqwest::{Method, Request, StatusCode, Url, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// A gateway gives a function 29 seconds.
const PATIENCE: Duration = Duration::from_secs(35);

/// A client without an identity.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    pub(crate) given: Option<String>,
}

#[derive(Deserialize)]
struct Signed {
    token: String,
}

impl Client {
    /// A client of the shop at an address. It sends the given token, if there is one.
    pub fn at(base: Url, given: Option<String>) -> Result<Self, ClientError> {
        let builder = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let builder = if is_loopback(&base) { builder.no_proxy() } else { builder };
        let http = builder.build().map_err(|error| ClientError::Machine(cause(&error)))?;
        Ok(Self { http, base, given })
    }

    /// Gets a token from the local host's own issuer.
    pub async fn signed(&self, identity: &Identity) -> Result<String, ClientError> {
        let wanted = json!({"subject": identity.subject, "scopes": [identity.role.scope()]});
        let request = self.request(Method::POST, &["_local", "tokens"], &wanted);
        Ok(self.of_local_host(request, ClientError::NoTokens).await?.json::<Signed>()?.token)
    }

    /// A local host's report about itself.
    pub async fn local<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        self.of_local_host(self.request(Method::GET, &["_local"], &Value::Null), ClientError::NoTables).await?.json()
    }

    /// The answer to a request that only a local host takes. `refusal` is the error of any other shop.
    async fn of_local_host(&self, request: Request, refusal: fn(String) -> ClientError) -> Result<Answer, ClientError> {
        let answer = self.send(request).await?;
        match answer.status {
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Err(refusal(self.address())),
            _ => answer.accepted(),
        }
    }

    /// The address without the slash at its end.
    #[must_use]
    pub fn address(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &[&str], body: &Value) -> Request {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        let mut request = Request::new(method, url);
        if !body.is_null() {
            let json = header::HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::CONTENT_TYPE, json);
            *request.body_mut() = Some(body.to_string().into());
        }
        request
    }

    pub(crate) async fn send(&self, request: Request) -> Result<Answer, ClientError> {
        let name = format!("{} {}", request.method(), request.url().path());
        let interrupted = |error: reqwest::Error| {
            if error.is_connect() {
                return ClientError::Unreachable(self.address());
            }
            let reason = if error.is_timeout() { "it took too long".to_owned() } else { cause(&error) };
            ClientError::Interrupted { request: name.clone(), reason }
        };
        let response = self.http.execute(request).await.map_err(&interrupted)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(&interrupted)?;
        Ok(Answer { request: name, api: self.address(), status, headers, body: body.to_vec() })
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The root cause of an error: the errors above it only repeat the request.
fn cause(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).last().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    fn client(api: &str) -> Client {
        Client::at(api.parse().unwrap(), None).unwrap()
    }

    #[test]
    fn a_path_is_appended_to_that_of_the_api_and_escaped() {
        for api in ["http://example.com/stage", "http://example.com/stage/"] {
            let request = client(api).request(Method::GET, &["ops", "streams", "cart-a/b?c"], &Value::Null);
            assert_eq!(request.url().as_str(), "http://example.com/stage/ops/streams/cart-a%2Fb%3Fc");
        }
    }

    #[test]
    fn loopback_is_never_reached_through_a_proxy() {
        for url in ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"] {
            assert!(is_loopback(&url.parse().unwrap()), "{url}");
        }
        assert!(!is_loopback(&"http://localhost.example:1".parse().unwrap()));
    }

    #[tokio::test]
    async fn where_nobody_listens_the_failure_asks_for_the_server() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let operator = Identity::of(Role::Operator);
        let failure = client(&format!("http://{address}")).signed(&operator).await.unwrap_err();
        assert!(matches!(failure, ClientError::Unreachable(_)), "{failure}");
        assert!(failure.to_string().contains("is `shop serve` running?"));
    }
}
