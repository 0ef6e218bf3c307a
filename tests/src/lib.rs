//! Shared parts of the whole-system tests: a shop on the local host, and its HTTP clients.

#![expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a test panics where it fails")]

mod answer;
mod conformance;
pub mod end_to_end;
mod folds;
mod forms;
pub mod payloads;
mod transport;

pub use answer::Answer;
pub use transport::Silence;

use foldlog::OwnerKey;
use foldlog_aws::OnAws;
use foldlog_functions::KeyPorts;
use foldlog_lambda::Registered;
use foldlog_local::{Host, Options, Storage};
use reqwest::Method;
use serde_json::{Value, json};
use shop_composition::Provider;
use std::path::PathBuf;
use std::time::Duration;
use transport::Transport;

/// A running shop.
pub struct Shop {
    /// The host it runs on.
    pub host: Host,
    /// Its payment provider.
    pub provider: Provider,
    _unlisted: forms::Unlisted,
}

impl Shop {
    /// A new shop, thrown away at the end.
    pub async fn start() -> Self {
        Self::start_on(Storage::Temporary, shop_composition::functions(), &[]).await
    }

    /// The shop whose log is kept in a directory.
    pub async fn start_in(directory: PathBuf) -> Self {
        Self::start_on(Storage::Directory(directory), shop_composition::functions(), &[]).await
    }

    /// The same, with commands off.
    pub async fn start_without_commands_in(directory: PathBuf) -> Self {
        Self::start_on(Storage::Directory(directory), shop_composition::functions(), &[("Commands", "off")]).await
    }

    /// Ends the shop and its provider.
    pub async fn stop(self) {
        self.host.stop().await;
        self.provider.stop().await;
    }

    /// A new shop in which one function is made in another way.
    pub async fn start_with(other: Registered) -> Self {
        let functions = shop_composition::functions().into_iter();
        let functions = functions.map(|function| if function.name == other.name { other } else { function });
        Self::start_on(Storage::Temporary, functions.collect(), &[]).await
    }

    /// A new shop in which each invocation begins in a new environment, with one record or message.
    pub async fn start_cold() -> Self {
        Self::start_as(Storage::Temporary, shop_composition::functions(), &[], true).await
    }

    /// The shop whose log is kept in a directory, where each invocation begins in a new environment, with one record or
    /// message.
    pub async fn start_cold_in(directory: PathBuf) -> Self {
        Self::start_as(Storage::Directory(directory), shop_composition::functions(), &[], true).await
    }

    /// A new shop with other values of the template's parameters.
    pub async fn start_by(parameters: &[(&str, &str)]) -> Self {
        Self::start_on(Storage::Temporary, shop_composition::functions(), parameters).await
    }

    async fn start_on(storage: Storage, functions: Vec<Registered>, others: &[(&str, &str)]) -> Self {
        Self::start_as(storage, functions, others, false).await
    }

    async fn start_as(storage: Storage, functions: Vec<Registered>, others: &[(&str, &str)], counted: bool) -> Self {
        let data = match &storage {
            Storage::Directory(directory) => Some(directory.as_path()),
            Storage::Temporary => None,
        };
        let mut provider = Provider::start(data).await.expect("a provider");
        let parameters = others.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (environment, secrets) = (provider.environment(), provider.secrets().by_arn());
        let options =
            Options { storage, functions, counted, environment, secrets, ..shop_composition::options(parameters) };
        let host = Host::start(options).await.expect("the template starts");
        provider.tell(&host.url()).expect("an address");
        Self { _unlisted: forms::Unlisted::of(&host), host, provider }
    }

    /// A client with a customer's token.
    #[must_use]
    pub fn customer(&self, name: &str) -> Client {
        self.client(&format!("customer:{name}"), "shop/customer")
    }

    /// A client of a customer who may buy: with an active account, an address, and a card that is charged.
    pub async fn customer_with_account(&self, name: &str) -> Client {
        let customer = self.customer(name);
        let profile = json!({ "name": name, "email": format!("{name}@example.org") });
        let opened = customer.post("/accounts", profile).await.expect(201);
        let account = opened.header("location").expect("where it is").to_owned();
        for step in ["confirm", "activate"] {
            let _ = self.staff().post(&format!("{account}/{step}"), json!({})).await.expect(200);
        }
        let card = json!({ "token": "tok_ok", "brand": "Visa", "last4": "4242" });
        let _ = customer.post(&format!("{account}/cards"), card).await.expect(201);
        let address = json!({
            "kind": "shipping", "lines": ["Hafenstraße 3"], "city": "Berlin", "postcode": "10115", "country": "DE",
        });
        let _ = customer.post(&format!("{account}/addresses"), address).await.expect(201);
        Client { account: Some(account), ..customer }
    }

    /// The key of an account's personal data, as `queries` gets it.
    pub async fn key_of(&self, account: &str) -> Option<OwnerKey> {
        let settings = self.host.environment("queries").expect("its settings").into_iter().collect();
        let keys = OnAws::new(&settings, &self.host.aws_config()).keyring().expect("a keyring");
        keys.key(account).await.expect("an answer")
    }

    /// A client with a staff member's token.
    #[must_use]
    pub fn staff(&self) -> Client {
        self.client("staff:sam", "shop/staff")
    }

    /// A client with an operator's token.
    #[must_use]
    pub fn operator(&self) -> Client {
        self.client("operator:olga", "shop/operator")
    }

    /// A client without a token.
    #[must_use]
    pub fn anyone(&self) -> Client {
        Client { token: None, ..Client::of(&self.host.url(), "") }
    }

    /// A client whose token has these claims instead of, or beside, those of an access token for a subject with a scope.
    /// A claim that is null is left out.
    #[must_use]
    pub fn client_with(&self, subject: &str, scope: &str, claims: &Value) -> Client {
        let claims = claims.as_object().cloned().unwrap_or_default();
        self.anyone().with_token(&self.host.token_with(subject, &[scope], claims).expect("a token"))
    }

    fn client(&self, subject: &str, scope: &str) -> Client {
        self.client_with(subject, scope, &Value::Null)
    }
}

/// An HTTP client of the shop.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
    token: Option<String>,
    account: Option<String>,
}

impl Client {
    /// A client of a shop elsewhere.
    #[must_use]
    pub fn of(base: &str, token: &str) -> Self {
        Self { transport: Transport::to(base), token: Some(token.to_owned()), account: None }
    }

    /// The same client with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The id of a card in the account of this customer, who may buy. It is added first, if it is not there.
    pub async fn card(&self, token: &str) -> String {
        let cards = format!("{}/cards", self.account.as_deref().expect("a customer with an account"));
        let card = serde_json::json!({ "token": token, "brand": "Visa", "last4": "4242" });
        let added = self.post(&cards, card).await.expect_one_of(&[200, 201]);
        let place = added.header("location").expect("where it is");
        place.rsplit('/').next().expect("an id").to_owned()
    }

    /// The path of this customer's account.
    #[must_use]
    pub fn account(&self) -> &str {
        self.account.as_deref().expect("a customer with an account")
    }

    /// The path of a card of this customer.
    #[must_use]
    pub fn place_of_card(&self, id: &str) -> String {
        format!("{}/cards/{id}", self.account.as_deref().expect("a customer with an account"))
    }

    /// `GET path`
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string()), &[]).await
    }

    /// `POST path` of an operator that another function carries out; what it reports of it.
    pub async fn reported(&self, path: &str) -> Value {
        let asked = self.post(path, json!({})).await.expect(202);
        let cause = format!("{}@{}", asked.text("stream"), asked.body["version"]);
        let report = |answer: &Answer| {
            let mut events = answer.body["items"].as_array().into_iter().flatten();
            events.find(|event| event["causation"] == *cause).cloned()
        };
        let place = asked.header("location").expect("a place");
        let found = self.until(place, |answer| report(answer).is_some()).await;
        report(&found).expect("a report")["data"].take()
    }

    /// Any request, with any body and headers.
    pub async fn send(&self, method: Method, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        self.try_send(method, path, body, headers).await.expect("an answer")
    }

    /// Any request; an error where there is no answer. Panics where it is none that the API's document tells of.
    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &[(&str, &str)],
    ) -> Result<Answer, Silence> {
        let mut request = http::Request::builder().method(method.clone());
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (status, headers, body) = self.transport.send(path, request, body.unwrap_or_default()).await?;
        let answer = Answer { status, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) };
        conformance::check(&method, path, &answer);
        Ok(answer)
    }

    /// Repeats a request until the answer is as expected; gives up after half a minute.
    pub async fn until(&self, path: &str, done: impl Fn(&Answer) -> bool) -> Answer {
        let asked = async {
            loop {
                let answer = self.get(path).await;
                if done(&answer) {
                    return answer;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), asked).await.expect("the answer comes")
    }
}
