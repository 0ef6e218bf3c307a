//! What a function prints, and what of it Lambda would keep.

use crate::support::{options, request};
use foldlog_lambda::{Error, Invoke, Registered};
use foldlog_local::{Host, Options, Storage, Usage};
use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

/// Says something at three levels, and measures.
struct Talker;

impl Invoke for Talker {
    fn invoke(&self, _: Value) -> BoxFuture<'_, Result<Value, Error>> {
        async {
            tracing::info!("a message");
            tracing::warn!("a warning");
            tracing::error!("an error");
            foldlog_lambda::metrics::lost(3);
            Ok(json!({"statusCode": 204}))
        }
        .boxed()
    }
}

/// What was counted of one invocation at a level.
async fn talked(level: &str) -> Usage {
    let options = options(Storage::Temporary);
    let template = options.template.replace("ApplicationLogLevel: WARN", &format!("ApplicationLogLevel: {level}"));
    let mut functions = options.functions.clone();
    functions.retain(|function| function.name != "front");
    functions.push(Registered { name: "front", build: |_, _| Ok(Arc::new(Talker)) });
    let host = Host::start(Options { template, functions, counted: true, ..options }).await.unwrap();
    let answer = request(&host, Method::GET, "/mine", &[]).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    host.settled().await;
    let usage = host.usage();
    host.stop().await;
    usage
}

#[tokio::test]
async fn lines_below_the_level_never_reach_the_log_and_metrics_always_do() {
    let mut bytes = Vec::new();
    for level in ["INFO", "WARN", "ERROR", "FATAL"] {
        let usage = talked(level).await;
        assert_eq!(usage.metrics["front"], [("LostBatches front".to_owned(), 1)].into(), "{level}");
        bytes.push(usage.logged["front"]);
    }
    assert!(bytes.is_sorted_by(|more, fewer| more > fewer), "each level leaves out one line more: {bytes:?}");
}
