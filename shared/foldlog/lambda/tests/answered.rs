//! What a function counts of the requests that it answers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use foldlog_lambda::metrics::Emitter;
use foldlog_lambda::{Http, HttpHandler, Invoke, Problem, Request, Response, Settings, SystemHost};
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Answers by the path.
struct Answering;

impl HttpHandler for Answering {
    const PROBLEM_NAMESPACE: &'static str = "urn:example:problem:";

    async fn answer(&self, request: &Request) -> Result<Response, Problem> {
        match request.route().split('/').next_back() {
            Some("done") => Response::json(StatusCode::OK, "done"),
            Some("refused") => Err(Problem::refused("not-so", "not so")),
            _ => Err(Problem::unavailable(&"nobody there")),
        }
    }
}

async fn ask(method: &str, path: &str) -> u64 {
    let request = json!({
        "version": "2.0", "routeKey": format!("{method} {path}"), "rawPath": path, "headers": {},
        "requestContext": {"http": {"method": method, "path": path}}, "isBase64Encoded": false
    });
    Http(Answering, SystemHost).invoke(request).await.unwrap()["statusCode"].as_u64().unwrap()
}

#[tokio::test]
async fn commands_count_by_how_they_end_and_reads_where_they_fail() {
    let emitter = Emitter::of("answering".to_owned(), &Settings::default());
    let counted = || {
        let mut text = Vec::new();
        emitter.print(&mut text);
        let line: Map<String, Value> = serde_json::from_slice(&text).unwrap_or_default();
        let beside = ["level", "timestamp", "Function"];
        line.into_iter().filter(|(name, _)| !beside.contains(&name.as_str())).collect::<Map<_, _>>()
    };
    for (method, path, status, metric) in [
        ("POST", "/done", 200, Some("Commands")),
        ("DELETE", "/done", 200, Some("Commands")),
        ("POST", "/refused", 422, Some("Refusals")),
        ("POST", "/failed", 503, Some("Faults")),
        ("GET", "/done", 200, None),
        ("GET", "/refused", 422, None),
        ("GET", "/failed", 503, Some("Faults")),
    ] {
        assert_eq!(emitter.within(ask(method, path)).await, status, "{method} {path}");
        let expected: Map<_, _> = metric.map(|name| (name.to_owned(), json!(1))).into_iter().collect();
        assert_eq!(counted(), expected, "{method} {path}");
    }
}
