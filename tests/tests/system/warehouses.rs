//! Warehouses over HTTP: opened, moved and closed by the staff.

use crate::refusals::{gateway, post, refused};
use crate::shop::{product, stock};
use reqwest::Method;
use serde_json::{Value, json};
use tests::Shop;

fn address(city: &str) -> Value {
    json!({ "lines": ["Hafen 3"], "city": city, "postcode": "53113", "country": "DE" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warehouse_is_opened_once_moves_and_is_closed_for_ever() {
    let shop = Shop::start().await;
    let staff = shop.staff();
    let east = json!({ "id": "east", "name": "East" });
    let key = [("idempotency-key", "k-1")];
    let first = staff.send(Method::POST, "/warehouses", Some(east.to_string()), &key).await.expect(201);
    assert_eq!(first.body, json!({ "id": "east", "version": 1, "status": "OPEN", "name": "East" }));
    assert_eq!((first.header("etag"), first.header("location")), (Some("\"1\""), Some("/warehouses/east")));
    let again = staff.send(Method::POST, "/warehouses", Some(east.to_string()), &key).await.expect(201);
    assert_eq!(again.body, first.body);
    let _ = staff.post("/warehouses", east.clone()).await.expect(200);
    let moved = staff.post("/warehouses/east/move", json!({ "address": address("Bonn") })).await.expect(200);
    assert_eq!((&moved.body["address"], moved.header("etag")), (&address("Bonn"), Some("\"2\"")));
    let there = staff.post("/warehouses/east/move", json!({ "address": address("Bonn") })).await.expect(200);
    assert_eq!(there.header("etag"), Some("\"2\""), "it is there already");
    let renamed = staff.post("/warehouses/east/rename", json!({ "name": "East 2" })).await.expect(200);
    assert_eq!((renamed.text("name"), renamed.header("etag")), ("East 2", Some("\"3\"")));
    for _ in 0..2 {
        let closed = staff.post("/warehouses/east/close", json!({})).await.expect(200);
        assert_eq!((closed.text("status"), closed.header("etag")), ("CLOSED", Some("\"4\"")));
    }
    let cases = [
        post(&staff, "/warehouses", &east, 422, "warehouse-closed"),
        post(&staff, "/warehouses/east/move", &json!({ "address": address("Kiel") }), 422, "warehouse-closed"),
    ];
    refused(&shop, cases).await;
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_warehouse_takes_nothing_in_and_can_still_be_emptied() {
    let shop = Shop::start().await;
    let staff = shop.staff();
    let _ = staff.post("/warehouses", json!({ "id": "east", "name": "East" })).await.expect(201);
    product(&shop, "mug", 1_299, &[("west", 1)]).await;
    let receive = "/stock/east/mug/receive";
    let three = json!({ "quantity": 3 });
    let key = [("idempotency-key", "k-1")];
    let first = staff.send(Method::POST, receive, Some(three.to_string()), &key).await.expect(200);
    let _ = staff.post("/warehouses/east/close", json!({})).await.expect(200);
    refused(&shop, [post(&staff, receive, &three, 422, "warehouse-closed")]).await;
    let again = staff.send(Method::POST, receive, Some(three.to_string()), &key).await.expect(200);
    assert_eq!((&again.body, again.header("etag")), (&first.body, first.header("etag")), "it came in before");
    assert_eq!(stock(&shop, "mug").await, (4, 0, 4));
    let counted = json!({ "on_hand": 0, "reason": "brought to the west" });
    let _ = staff.post("/stock/east/mug/adjust", counted).await.expect(200);
    let _ = staff.post("/stock/west/mug/receive", three).await.expect(200);
    assert_eq!(stock(&shop, "mug").await, (4, 0, 4));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_warehouse_is_refused() {
    let shop = Shop::start().await;
    let (staff, alice) = (&shop.staff(), &shop.customer("alice"));
    let _ = staff.post("/warehouses", json!({ "id": "east", "name": "East" })).await.expect(201);
    let place = |field: &str, value: Value| {
        let mut address = address("Bonn");
        address[field] = value;
        json!({ "id": "west", "name": "West", "address": address })
    };
    let cases = [
        post(staff, "/warehouses", &json!({ "id": "west" }), 422, "invalid-request"),
        post(staff, "/warehouses", &json!({ "id": "we.st", "name": "West" }), 422, "invalid-request").at("/id"),
        post(staff, "/warehouses", &json!({ "id": "west", "name": "" }), 422, "invalid-request").at("/name"),
        post(staff, "/warehouses", &place("country", json!("de")), 422, "invalid-request").at("/address/country"),
        post(staff, "/warehouses", &place("lines", json!([])), 422, "invalid-request").at("/address"),
        post(staff, "/warehouses", &place("floor", json!(1)), 422, "invalid-request").at("/address/floor"),
        post(staff, "/warehouses", &json!({ "id": "east", "name": "Other" }), 422, "warehouse-already-open"),
        post(staff, "/warehouses/east/move", &json!({}), 422, "invalid-request"),
        post(staff, "/warehouses/west/rename", &json!({ "name": "West" }), 404, "unknown-warehouse"),
        post(staff, "/warehouses/west/move", &json!({ "address": address("Bonn") }), 404, "unknown-warehouse"),
        post(staff, "/warehouses/west/close", &json!({}), 404, "unknown-warehouse"),
        post(staff, "/warehouses/we.st/close", &json!({}), 404, "not-found"),
        gateway(alice, "/warehouses", 403),
    ];
    refused(&shop, cases).await;
    shop.host.stop().await;
}
