//! Sales: what was ordered is in the totals, once, however often its messages come.

use crate::shop::{cart, ordered, product};
use aws_sdk_dynamodb::Client as DynamoDb;
use foldlog::{LogScan, Timestamp};
use foldlog_dynamo::Log;
use foldlog_lambda::Invoke;
use serde_json::{Value, json};
use shop_domain::views::sales::Day;
use std::collections::BTreeMap;
use std::sync::Arc;
use tests::payloads::functions_on;
use tests::{Answer, Client, Shop};

/// What was sold by sku or category, without the days: a test may run across midnight.
async fn sold(staff: &Client, by: &str) -> Vec<Value> {
    let now = Timestamp(i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap());
    let (from, to) = (Day::of(Timestamp(now.0 - 86_400_000)), Day::of(now));
    let answer = staff.get(&format!("/sales?from={from}&to={to}&by={by}")).await.expect(200).body;
    let mut sums: BTreeMap<Option<&str>, [i64; 4]> = BTreeMap::new();
    for item in answer["items"].as_array().unwrap() {
        let sums = sums.entry(item[by].as_str()).or_default();
        let figures = [&item["units"], &item["revenue"][0]["amount"], &item["orders"], &item["cancellations"]];
        sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure.as_i64().unwrap_or_default());
    }
    sums.iter()
        .map(|(of, [units, revenue, orders, cancelled])| json!([of, units, revenue, orders, cancelled]))
        .collect()
}

async fn tables(shop: &Shop) -> Value {
    shop.anyone().get("/_local").await.expect(200).body["tables"].clone()
}

/// Every event of every order as one message each.
async fn messages(shop: &Shop) -> Vec<Value> {
    let table = tables(shop).await["EventLog"].as_str().unwrap().to_owned();
    let heads = Log::new(DynamoDb::new(&shop.host.aws_config()), table).heads().await.unwrap();
    let orders = heads.into_iter().filter(|(stream, _)| stream.category() == "order");
    let events = orders.flat_map(|(stream, head)| (1..=head.0).map(move |version| format!("{stream}@{version}")));
    events.map(|id| json!({ "messageId": id, "body": json!({ "detail": { "id": id } }).to_string() })).collect()
}

async fn deliver(function: &Arc<dyn Invoke>, messages: &[Value]) {
    for batch in messages.chunks(10) {
        let answer = function.invoke(json!({ "Records": batch })).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sold_is_summed_up_exactly_and_redelivery_changes_nothing() {
    let shop = Shop::start().await;
    let staff = shop.staff();
    product(&shop, "mug", 1_000, &[("berlin", 100)]).await;
    product(&shop, "pan", 300, &[("berlin", 100)]).await;
    let _ = staff.post("/products/mug/category", json!({ "category": "kitchen" })).await.expect(200);
    let alice = shop.customer_with_account("alice").await;
    let mut carts = vec![];
    for items in [&[("mug", 2), ("pan", 1)][..], &[("mug", 3)], &[("pan", 4)], &[("mug", 1_000)]] {
        let cart = cart(&alice, items).await;
        let _: Answer = ordered(&alice, &cart, &["CONFIRMED", "FAILED"]).await;
        carts.push(cart);
    }
    // What is filed elsewhere later was sold where it stood.
    let _ = staff.post("/products/mug/category", json!({ "category": "gifts" })).await.expect(200);
    let _ = alice.post(&format!("/orders/{}/cancel", carts[1]), json!({})).await.expect(202);
    shop.host.settled().await;

    let by_sku = vec![json!(["mug", 5, 5_000, 2, 1]), json!(["pan", 5, 1_500, 2, 0])];
    let by_category = vec![json!([null, 5, 1_500, 2, 0]), json!(["kitchen", 5, 5_000, 2, 1])];
    assert_eq!(sold(&staff, "sku").await, by_sku);
    assert_eq!(sold(&staff, "category").await, by_category);

    let functions = functions_on(&shop.host);
    let (_, projector) = functions.into_iter().find(|(name, _)| *name == "sales-projector").unwrap();
    let mut messages = messages(&shop).await;
    assert!(messages.len() >= 9, "{} events", messages.len());
    deliver(&projector, &messages).await;
    messages.reverse();
    deliver(&projector, &messages).await;
    assert_eq!(sold(&staff, "sku").await, by_sku);
    assert_eq!(sold(&staff, "category").await, by_category);
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_that_cannot_be_asked_for_are_named() {
    let shop = Shop::start().await;
    for query in [
        "",
        "?from=2026-11-01",
        "?from=2026-11-01&to=2026-11-31",
        "?from=2026-11-02&to=2026-11-01",
        "?from=2026-01-01&to=2026-02-01",
        "?from=2026-11-01&to=2026-11-01&by=day",
    ] {
        let answer = shop.staff().get(&format!("/sales{query}")).await;
        assert_eq!(answer.problem(), Some("invalid-request"), "{query}: {}", answer.body);
    }
    let most = shop.staff().get("/sales?from=2026-01-01&to=2026-01-31").await.expect(200);
    assert_eq!(most.body["items"], json!([]));
    shop.host.stop().await;
}
