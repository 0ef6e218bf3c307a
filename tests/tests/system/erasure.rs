//! The erasure of a person's data: what was personal is in no table before it, and cannot be opened after it, and
//! everything else goes on.

use crate::shop::{cart, ordered, product};
use aws_sdk_dynamodb::Client as Database;
use serde_json::{Value, json};
use std::fmt::Write;
use tests::{Client, Shop};

/// Texts that are nowhere but in the data of one person.
const CANARIES: [&str; 8] = [
    "Cassandra Canary",
    "cassandra@canary.example",
    "Vogelweide 77",
    "Kanarienstadt",
    "tok_ok",
    "Canarycard",
    "customer:cassandra",
    "the bird has flown",
];

/// A customer whose every word is a canary, with an order that is confirmed and one that the customer cancels.
async fn cassandra(shop: &Shop) -> (Client, String, [String; 2]) {
    let customer = shop.customer("cassandra");
    let profile = json!({ "name": CANARIES[0], "email": CANARIES[1] });
    let opened = customer.post("/accounts", profile).await.expect(201);
    let account = opened.header("location").unwrap().to_owned();
    for step in ["confirm", "activate"] {
        let _ = shop.staff().post(&format!("{account}/{step}"), json!({})).await.expect(200);
    }
    let card = json!({ "token": CANARIES[4], "brand": CANARIES[5], "last4": "4242" });
    let _ = customer.post(&format!("{account}/cards"), card).await.expect(201);
    let address = json!({
        "kind": "shipping", "lines": [CANARIES[2]], "city": CANARIES[3], "postcode": "10115", "country": "DE",
    });
    let _ = customer.post(&format!("{account}/addresses"), address).await.expect(201);
    let mut orders = Vec::new();
    for _ in 0..2 {
        let order = cart(&customer, &[("mug", 1)]).await;
        let _ = ordered(&customer, &order, &["CONFIRMED"]).await;
        orders.push(order);
    }
    let cancel = json!({ "reason": CANARIES[7] });
    let _ = customer.post(&format!("/orders/{}/cancel", orders[1]), cancel).await.expect(202);
    shop.host.settled().await;
    (customer, account, orders.try_into().unwrap())
}

/// The text of everything that the tables hold.
async fn tables(shop: &Shop) -> String {
    let database = Database::new(&shop.host.aws_config());
    let mut text = String::new();
    for table in database.list_tables().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.unwrap() {
        let mut items = database.scan().table_name(&table).into_paginator().items().send();
        while let Some(item) = items.next().await {
            writeln!(text, "{table} {:?}", item.unwrap()).unwrap();
        }
    }
    text
}

fn canaries_in(text: &str) -> Vec<&'static str> {
    CANARIES.into_iter().filter(|canary| text.contains(canary)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_personal_is_sealed_everywhere_and_unreadable_once_it_is_erased() {
    let directory = std::env::temp_dir().join(format!("erasure-{}", std::process::id()));
    let shop = Shop::start_in(directory.clone()).await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let (customer, account, [kept, cancelled]) = cassandra(&shop).await;
    let own = customer.get(&account).await.expect(200).body;
    assert_eq!((&own["name"], &own["email"]), (&json!(CANARIES[0]), &json!(CANARIES[1])));
    assert_eq!(own["addresses"][0]["city"], CANARIES[3]);
    assert_eq!(
        (own["cards"][0]["brand"].as_str(), own["cards"][0]["last4"].as_str()),
        (Some(CANARIES[5]), Some("4242"))
    );
    let order = format!("/orders/{cancelled}");
    assert_eq!(customer.get(&order).await.expect(200).text("reason"), CANARIES[7]);
    assert_eq!(customer.get("/orders").await.expect(200).body["items"][0]["reason"], CANARIES[7]);
    let trail = customer.get(&format!("{account}/events")).await.expect(200).body.to_string();
    assert!(trail.contains(CANARIES[0]) && trail.contains(CANARIES[3]) && !trail.contains(CANARIES[4]), "{trail}");
    // The tables hold nothing of it, nor do operators see it.
    assert_eq!(canaries_in(&tables(&shop).await), [""; 0]);
    let operator = shop.operator();
    let id = account.rsplit('/').next().unwrap();
    for path in
        [format!("/ops/streams/account-{id}"), format!("/ops/streams/order-{cancelled}"), "/ops/events".to_owned()]
    {
        assert_eq!(canaries_in(&operator.get(&path).await.expect(200).body.to_string()), [""; 0], "{path}");
    }

    let _ = operator.post(&format!("/ops{account}/erase"), json!({})).await.expect(200);
    let _ = operator.post(&format!("/ops{account}/erase"), json!({})).await.expect(200);
    // A function remembers a key for some minutes, and a new environment remembers none.
    shop.host.settled().await;
    shop.stop().await;
    let shop = Shop::start_in(directory.clone()).await;
    let (customer, operator) = (shop.customer("cassandra"), shop.operator());
    let erased = customer.get(&account).await.expect(200).body;
    assert_eq!((&erased["name"], &erased["email"]), (&Value::Null, &Value::Null));
    assert_eq!((&erased["addresses"][0]["city"], &erased["cards"][0]["brand"]), (&Value::Null, &Value::Null));
    assert!(customer.get(&order).await.expect(200).body.get("reason").is_none());
    for path in
        [account.clone(), format!("{account}/events"), order.clone(), format!("{order}/events"), "/orders".to_owned()]
    {
        let told = customer.get(&path).await.expect(200).body.to_string();
        let told = told.replace("customer:cassandra", "");
        assert_eq!(canaries_in(&told), [""; 0], "{path}: {told}");
    }
    let records = operator.get("/ops/events?limit=100").await.expect(200).body.to_string();
    assert!(records.contains("AccountErased"), "{records}");

    // Nothing new is taken from a person who was erased, and everything else goes on.
    let address = json!({
        "kind": "shipping", "lines": ["x"], "city": "y", "postcode": "1", "country": "DE",
    });
    let refused = customer.post(&format!("{account}/addresses"), address).await.expect(409);
    assert_eq!(refused.problem(), Some("erased"));
    let _ = shop.staff().post(&format!("/orders/{kept}/ship"), json!({})).await.expect(202);
    shop.host.settled().await;
    assert_eq!(customer.get(&format!("/orders/{kept}")).await.expect(200).text("status"), "SHIPPED");
    assert_eq!(shop.difference().await, None, "the log is whole, and every row is its fold");
    let _ = operator.post(&format!("/ops/accounts/{}/erase", "f".repeat(32)), json!({})).await.expect(404);
    shop.stop().await;
    std::fs::remove_dir_all(directory).unwrap();
}
