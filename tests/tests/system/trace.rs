//! What came of a request: every event once, below the one that it follows from.

use crate::log::{execute, shop_without_bus};
use crate::shop::{cart, ordered, product};
use reqwest::Method;
use serde_json::{Value, json};
use shop_domain::product::{Command, Product};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Client, Shop};

async fn traced(operator: &Client, id: &str) -> Value {
    operator.get(&format!("/ops/correlations/{id}")).await.expect(200).body
}

fn ids(trace: &Value) -> Vec<&str> {
    trace["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect()
}

/// All events of the log that a test chooses.
async fn of_log(operator: &Client, chosen: impl Fn(&Value) -> bool) -> Vec<Value> {
    let streams = operator.get("/ops/streams?limit=100").await.expect(200).body;
    assert_eq!(streams["next"], Value::Null);
    let mut found = vec![];
    for stream in streams["items"].as_array().unwrap() {
        let path = format!("/ops/streams/{}?limit=1000", stream["stream"].as_str().unwrap());
        let events = operator.get(&path).await.expect(200).body["items"].clone();
        found.extend(events.as_array().unwrap().iter().filter(|event| chosen(event)).cloned());
    }
    found
}

/// Each event stands behind its cause, with nothing between them but what else came of that.
fn is_a_tree(trace: &Value) {
    let mut path: Vec<&str> = vec![];
    let known: BTreeSet<_> = ids(trace).into_iter().collect();
    for event in trace["events"].as_array().unwrap() {
        let depth = usize::try_from(event["depth"].as_u64().unwrap()).unwrap();
        path.truncate(depth);
        let cause = event["causation"].as_str().filter(|cause| known.contains(cause));
        assert_eq!((path.len(), path.last().copied()), (depth, cause), "{event}");
        path.push(event["id"].as_str().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkout_is_traced_through_every_stream_that_it_moved() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let (alice, bob) = (shop.customer_with_account("alice").await, shop.customer_with_account("bob").await);
    let (of_alice, of_bob) = (cart(&alice, &[("mug", 2)]).await, cart(&bob, &[("mug", 1)]).await);
    let checkout = format!("/carts/{of_alice}/checkout");
    let (accepted, _) = tokio::join!(alice.post(&checkout, json!({})), ordered(&bob, &of_bob, &["CONFIRMED"]));
    let id = accepted.header("x-correlation-id").unwrap().to_owned();
    let confirmed = |answer: &tests::Answer| answer.body["status"] == "CONFIRMED";
    alice.until(&format!("/orders/{of_alice}"), confirmed).await;
    shop.host.settled().await;

    let operator = shop.operator();
    let trace = traced(&operator, &id).await;
    let whole = of_log(&operator, |event| event["correlation"] == id.as_str()).await;
    let streams: BTreeSet<_> = whole.iter().map(|event| event["stream"].as_str().unwrap().split('-').next()).collect();
    let categories = ["cart", "fulfilment", "invoice", "order", "payment", "shipment", "stock"];
    assert_eq!(streams, categories.into_iter().map(Some).collect());
    let sorted = |mut ids: Vec<String>| {
        ids.sort();
        ids
    };
    let of_whole = whole.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sorted(ids(&trace).into_iter().map(ToOwned::to_owned).collect()), sorted(of_whole), "each once");
    assert_eq!((&trace["truncated"], trace["events"][0]["type"].as_str()), (&json!(false), Some("CartCheckedOut")));
    let roots = trace["events"].as_array().unwrap().iter().filter(|event| event["depth"] == 0);
    assert_eq!(roots.count(), 1, "all came of the checkout");
    is_a_tree(&trace);
    let event = |id: &str| whole.iter().find(|event| event["id"] == id).unwrap();
    for traced in trace["events"].as_array().unwrap() {
        let mut traced = traced.clone();
        traced.as_object_mut().unwrap().remove("depth");
        assert_eq!(&traced, event(traced["id"].as_str().unwrap()), "as the log has it");
    }
    assert_eq!(shop.difference().await, None, "every run's row is there");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_finds_what_came_of_its_requests_by_its_own_id() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
    let own = [("x-correlation-id", "parcel:7@desk")];
    let path = format!("/orders/{cart}/ship");
    let _ = shop.staff().send(Method::POST, &path, Some("{}".to_owned()), &own).await.expect(202);
    let _ = shop.staff().send(Method::POST, "/products/mug/delist", Some("{}".to_owned()), &own).await.expect(200);
    shop.host.settled().await;
    let operator = shop.operator();
    let trace = traced(&operator, "parcel:7@desk").await;
    let named = of_log(&operator, |event| event["client_correlation"] == "parcel:7@desk").await;
    let server_s: BTreeSet<_> = named.iter().map(|event| event["correlation"].as_str().unwrap().to_owned()).collect();
    assert_eq!(server_s.len(), 2, "two requests");
    let whole = of_log(&operator, |event| server_s.contains(event["correlation"].as_str().unwrap())).await;
    let expected: BTreeSet<_> = whole.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert!(expected.len() > named.len() + 3, "what followed by itself has no id of the client's");
    assert_eq!((ids(&trace).len(), ids(&trace).into_iter().collect::<BTreeSet<_>>()), (expected.len(), expected));
    is_a_tree(&trace);
    for id in &server_s {
        let of_one = traced(&operator, id).await;
        assert!(ids(&of_one).iter().all(|event| ids(&trace).contains(event)));
    }
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_run_is_read_to_its_end_and_no_further() {
    let shop = shop_without_bus().await;
    product(&shop, "mug", 1_299, &[]).await;
    for nth in 0..50_u32 {
        let command = if nth % 2 == 0 { Command::Delist } else { Command::List };
        execute::<Product>(&shop, "mug", command).await;
    }
    let _ = shop.staff().post("/products/mug/delist", json!({})).await;
    let _ = shop.staff().post("/products/mug/list", json!({})).await.expect(200);
    shop.host.settled().await;
    let operator = shop.operator();
    let events = of_log(&operator, |_| true).await;
    let mut runs: BTreeMap<&str, usize> = BTreeMap::new();
    for event in &events {
        *runs.entry(event["correlation"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(runs.values().max(), Some(&50), "{runs:?}");
    for (id, count) in runs {
        let trace = traced(&operator, id).await;
        assert_eq!((ids(&trace).len(), &trace["truncated"]), (count, &json!(false)), "{id}");
        assert!(trace["events"].as_array().unwrap().iter().all(|event| event["correlation"] == id));
    }
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_more_than_one_answer_holds_the_earliest_are_shown_and_it_says_so() {
    let shop = shop_without_bus().await;
    product(&shop, "mug", 1_299, &[]).await;
    let staff = shop.staff();
    for nth in 0..210 {
        let command = if nth % 2 == 0 { "delist" } else { "list" };
        let path = format!("/products/mug/{command}");
        let own = [("x-correlation-id", "robot")];
        let _ = staff.send(Method::POST, &path, Some("{}".to_owned()), &own).await.expect(200);
    }
    shop.host.settled().await;
    let trace = traced(&shop.operator(), "robot").await;
    let expected: Vec<_> = (3..203).map(|version| format!("product-mug@{version}")).collect();
    assert_eq!((ids(&trace), &trace["truncated"]), (expected.iter().map(String::as_str).collect(), &json!(true)));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_knows_is_not_found_and_traces_are_the_operators_own() {
    let shop = Shop::start().await;
    let operator = shop.operator();
    for id in ["0195f1c2a0b07000800000001234abcd", "nobody%20knows", &"x".repeat(3_000)] {
        let refused = operator.get(&format!("/ops/correlations/{id}")).await.expect(404);
        assert_eq!(refused.problem(), Some("not-found"));
    }
    let _ = shop.staff().get("/ops/correlations/x").await.expect(403);
    shop.host.stop().await;
}
