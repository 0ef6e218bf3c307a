//! What operators did can be told afterwards: who, what, when, and under which correlation.

use crate::shop::product;
use foldlog::read::parked::{Class, Trouble};
use foldlog::{Clock, ParkingLot, Version};
use foldlog_lambda::SystemHost;
use reqwest::Method;
use serde_json::{Value, json};
use tests::Shop;

/// The stream of the month of the last request.
pub(crate) async fn month(shop: &Shop) -> String {
    shop.host.settled().await;
    let events = shop.operator().get("/ops/events?limit=1000").await.expect(200).body;
    let mut streams = events["items"].as_array().unwrap().iter().map(|event| event["stream"].as_str().unwrap());
    streams.find(|stream| stream.starts_with("audit-")).unwrap().to_owned()
}

/// What operators did, oldest first, without what functions reported of it.
pub(crate) async fn recorded(shop: &Shop) -> Vec<Value> {
    all_recorded(shop).await.into_iter().filter(|event| event["causation"].is_null()).collect()
}

/// The same with the reports.
pub(crate) async fn all_recorded(shop: &Shop) -> Vec<Value> {
    let path = format!("/ops/streams/{}?limit=1000", month(shop).await);
    shop.operator().get(&path).await.expect(200).body["items"].as_array().unwrap().clone()
}

/// A note that a function is said to have left.
pub(crate) async fn park(shop: &Shop, id: &str) {
    let parked = foldlog_dynamo::Parked::new(aws_sdk_dynamodb::Client::new(&shop.host.aws_config()), "local-Parked");
    let (subject, version) = (id.parse().unwrap(), Version(1));
    let error = "the cause is unknown".to_owned();
    let trouble =
        Trouble { subject, version, passed_over: version, error, class: Class::Permanent, at: SystemHost.now() };
    parked.park(&trouble).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_an_operator_does_is_recorded_and_what_he_cannot_do_is_not() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let operator = shop.operator();
    for id in ["relay~stock-berlin.mug~1", "stock~g1~stock-berlin.mug"] {
        park(&shop, id).await;
    }
    let note = |id: &str, action: &str| format!("/ops/parked/{id}/{action}");
    let _ = operator.post(&note("stock~g1~stock-berlin.mug", "discard"), json!({})).await.expect(422);
    let _ = operator.post(&note("stock~g1~stock-berlin.cup", "redrive"), json!({})).await.expect(404);
    let _ = operator.post("/ops/reconcile", json!({ "now": true })).await.expect(422);
    let redriven = operator.reported(&note("stock~g1~stock-berlin.mug", "redrive")).await;
    assert_eq!(redriven, json!({ "note": "stock~g1~stock-berlin.mug", "outcome": { "follows": 1 } }));
    let _ = operator.post(&note("relay~stock-berlin.mug~1", "discard"), json!({})).await.expect(200);
    let named = [("x-correlation-id", "monday-morning")];
    let _ = operator.send(Method::POST, "/ops/lost/redrive", None, &named).await.expect(202);
    let found = operator.reported("/ops/reconcile").await;
    assert_eq!((&found["parked"], &found["left"]), (&json!(0), &json!(0)), "{found}");

    let events = recorded(&shop).await;
    let told: Vec<_> = events.iter().map(|event| (event["type"].as_str().unwrap(), event["data"].clone())).collect();
    let expected = [
        ("ParkedRedriven", json!({ "note": "stock~g1~stock-berlin.mug" })),
        ("ParkedDiscarded", json!({ "note": "relay~stock-berlin.mug~1" })),
        ("LostBatchesRedriven", json!({})),
        ("Reconciled", json!({})),
    ];
    assert_eq!(told, expected);
    assert!(events.iter().all(|event| event["actor"] == "operator:olga"), "{events:?}");
    assert_eq!(events[2]["client_correlation"], "monday-morning");
    let state = operator.get(&format!("/ops/streams/{}/state", month(&shop).await)).await.expect(200).body;
    assert_eq!(state["state"]["recorded"]["ParkedDiscarded"], 1, "{state}");
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_action_that_is_repeated_under_its_key_is_recorded_once() {
    let shop = Shop::start().await;
    let operator = shop.operator();
    let reconcile = async |key: &str| {
        let headers = [("idempotency-key", key), ("if-match", "\"7\"")];
        operator.send(Method::POST, "/ops/reconcile", None, &headers).await
    };
    for key in ["monday", "monday", "tuesday"] {
        let _ = reconcile(key).await.expect(202);
    }
    assert_eq!(recorded(&shop).await.len(), 2);
    park(&shop, "relay~cart-1~1").await;
    park(&shop, "relay~cart-2~1").await;
    let discard = async |id: &str| {
        let path = format!("/ops/parked/{id}/discard");
        operator.send(Method::POST, &path, None, &[("idempotency-key", "the-one")]).await
    };
    let first = discard("relay~cart-1~1").await.expect(200);
    let other = discard("relay~cart-2~1").await.expect(422);
    assert_eq!(other.problem(), Some("idempotency-key-reused"));
    let again = discard("relay~cart-1~1").await.expect(200);
    assert_eq!(again.body["version"], first.body["version"], "the same record");
    assert_eq!(operator.get("/ops/parked").await.expect(200).body["items"].as_array().unwrap().len(), 1);
    shop.host.stop().await;
}
