//! Moving the clock and stopping functions, over the host's own paths and its Rust interface.

use crate::support::{host, seen, write};
use foldlog_local::Host;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

async fn post(host: &Host, path: &str, body: &Value) -> Response {
    Client::new().post(format!("{}/_local{path}", host.url())).json(body).send().await.unwrap()
}

fn firings(host: &Host) -> u64 {
    host.requests().get(&("daily".to_owned(), "PutItem".to_owned())).copied().unwrap_or_default()
}

#[tokio::test]
async fn a_schedule_fires_when_the_clock_is_moved_past_its_time() {
    let host = host().await;
    host.settled().await;
    let mut fired = vec![firings(&host)];
    for hours in [23, 2, 22, 2, 240] {
        host.advance_clock(hours * HOUR).await;
        host.settled().await;
        fired.push(firings(&host));
    }
    assert_eq!(fired, [1, 1, 2, 2, 3, 4], "and times that are passed at once are one time");
    host.stop().await;
}

#[tokio::test]
async fn a_paused_function_finds_its_messages_and_its_schedule_when_it_is_resumed() {
    let host = host().await;
    host.settled().await;
    for function in ["worker", "daily"] {
        assert_eq!(post(&host, &format!("/functions/{function}/pause"), &json!({})).await.status(), 200);
    }
    assert_eq!(write(&host, "good-1", "x").await, 201);
    let moved = post(&host, "/clock", &json!({"seconds": 90_000})).await;
    assert!(moved.json::<Value>().await.unwrap()["now"].is_string());
    host.settled().await;
    assert!(!seen(&host).await.contains_key("good-1"));
    assert_eq!(firings(&host), 1);
    for function in ["worker", "daily"] {
        assert_eq!(post(&host, &format!("/functions/{function}/resume"), &json!({})).await.status(), 200);
    }
    host.settled().await;
    assert_eq!(seen(&host).await.get("good-1").map(String::as_str), Some("1"), "received once");
    assert_eq!(firings(&host), 2);
    host.stop().await;
}

#[tokio::test]
async fn a_control_that_is_none_is_refused() {
    let host = host().await;
    assert_eq!(post(&host, "/functions/nobody/pause", &json!({})).await.status(), 404);
    assert_eq!(post(&host, "/functions/worker/stop", &json!({})).await.status(), 404);
    for seconds in [json!(-1), json!(u64::MAX), json!(3_153_600_001_u64), json!(1e30), json!("1")] {
        let refused = post(&host, "/clock", &json!({ "seconds": seconds })).await;
        assert_eq!(refused.status(), 400, "{seconds}");
        assert!(refused.json::<Value>().await.unwrap()["message"].is_string(), "{seconds}");
    }
    assert_eq!(post(&host, "/clock", &json!({"seconds": u32::MAX / 2})).await.status(), 200, "68 years take no time");
    host.settled().await;
    host.stop().await;
}
