//! Requests that are refused: each with its status and problem, and none leaves a trace in the log.

use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_dynamodb::types::Select;
use reqwest::Method;
use serde_json::Value;
use tests::{Client, Shop};

/// How many commits there are.
pub(crate) async fn commits(shop: &Shop) -> i32 {
    let table = shop.host.environment("cart-commands").unwrap()["EVENT_LOG_TABLE"].clone();
    let scan = DynamoDb::new(&shop.host.aws_config()).scan().table_name(table).select(Select::Count);
    scan.send().await.unwrap().count()
}

/// A request and how it is refused.
pub(crate) struct Case<'a> {
    client: &'a Client,
    request: (Method, String),
    body: String,
    status: u16,
    problem: Option<&'static str>,
    pointer: Option<&'static str>,
}

/// A refused `POST`.
pub(crate) fn post<'a>(client: &'a Client, path: &str, body: &Value, status: u16, problem: &'static str) -> Case<'a> {
    raw(client, path, &body.to_string(), status, problem)
}

/// A refused `POST` of any text.
pub(crate) fn raw<'a>(client: &'a Client, path: &str, body: &str, status: u16, problem: &'static str) -> Case<'a> {
    let request = (Method::POST, path.to_owned());
    Case { client, request, body: body.to_owned(), status, problem: Some(problem), pointer: None }
}

/// What the gateway answers itself is no problem document.
pub(crate) fn gateway<'a>(client: &'a Client, path: &str, status: u16) -> Case<'a> {
    Case { problem: None, ..raw(client, path, "{}", status, "") }
}

impl Case<'_> {
    /// The same at this place of the body.
    pub(crate) fn at(self, pointer: &'static str) -> Self {
        Self { pointer: Some(pointer), ..self }
    }

    /// The same by another method.
    pub(crate) fn by(self, method: Method) -> Self {
        Self { request: (method, self.request.1), ..self }
    }
}

/// Sends each request, and compares what is answered.
pub(crate) async fn refused(shop: &Shop, cases: impl IntoIterator<Item = Case<'_>>) {
    let before = commits(shop).await;
    for case in cases {
        let (method, path) = case.request;
        let answer = case.client.send(method.clone(), &path, Some(case.body.clone()), &[]).await;
        let what = format!("{method} {path} {:.200}: {} {}", case.body, answer.status, answer.body);
        assert_eq!(answer.status.as_u16(), case.status, "{what}");
        assert_eq!(answer.problem(), case.problem, "{what}");
        match case.problem {
            Some(_) => {
                assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
                assert!(answer.body["detail"].is_string() && answer.body["correlation_id"].is_string(), "{what}");
            }
            None => assert!(answer.body["message"].is_string(), "{what}"),
        }
        if let Some(pointer) = case.pointer {
            assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{what}");
        }
    }
    assert_eq!(commits(shop).await, before, "not one commit more in the log");
}
