//! From an empty shop to orders that are confirmed, fail and are cancelled.

use crate::shop::{cart, ordered, product, stock};
use serde_json::json;
use tests::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_checked_out_becomes_a_confirmed_order() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let order = ordered(&alice, &cart, &["CONFIRMED", "FAILED"]).await;
    assert_eq!(order.body["status"], "CONFIRMED");
    assert_eq!(order.body["id"], cart.as_str());
    assert_eq!(order.body["total"], json!({ "amount": 3_092, "currency": "EUR" }));
    let steps: Vec<_> = order.body["timeline"].as_array().unwrap().iter().map(|step| &step["status"]).collect();
    assert_eq!(steps, ["PURCHASED", "PENDING", "CONFIRMED"]);
    assert_eq!(stock(&shop, "mug").await, (10, 2, 8));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_no_warehouse_has_fails_the_order_and_releases_the_others() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    product(&shop, "pot", 2_499, &[("berlin", 1), ("bonn", 1)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2), ("pot", 3)]).await;
    let order = ordered(&alice, &cart, &["CONFIRMED", "FAILED"]).await;
    assert_eq!(order.body["status"], "FAILED");
    assert!(order.text("reason").contains("pot"), "{}", order.body);
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    assert_eq!(stock(&shop, "pot").await, (2, 0, 2));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warehouse_that_has_enough_is_asked_before_one_that_has_not() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 1), ("bonn", 5)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 3)]).await;
    assert_eq!(ordered(&alice, &cart, &["CONFIRMED", "FAILED"]).await.body["status"], "CONFIRMED");
    assert_eq!(stock(&shop, "mug").await, (6, 3, 3));
    let of_berlin = shop.operator().get("/ops/streams/stock-berlin.mug").await.expect(200);
    assert_eq!(of_berlin.body["items"].as_array().unwrap().len(), 1, "berlin was not asked");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confirmed_order_that_is_cancelled_gives_its_goods_back() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
    let path = format!("/orders/{cart}/cancel");
    let cancelled = alice.post(&path, json!({ "reason": "changed my mind" })).await.expect(202);
    assert_eq!((&cancelled.body["status"], cancelled.text("reason")), (&json!("CANCELLED"), "changed my mind"));
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    let _ = alice.post(&path, json!({})).await.expect(200);
    let order = alice.get(&format!("/orders/{cart}")).await.expect(200);
    assert_eq!((&order.body["status"], &order.body["version"]), (&json!("CANCELLED"), &json!(8)));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_tells_the_story_with_what_caused_what() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
    shop.host.settled().await;
    let events = shop.operator().get("/ops/events?limit=1000").await.expect(200);
    let events = events.body["items"].as_array().unwrap().clone();
    let checkout = events.iter().find(|event| event["type"] == "CartCheckedOut").unwrap();
    let account = alice.account().rsplit('/').next().unwrap();
    assert_eq!((&checkout["actor"], &checkout["causation"]), (&json!(account), &json!(null)));
    let story: Vec<_> = events.iter().filter(|event| event["correlation"] == checkout["correlation"]).collect();
    let told: Vec<_> = story.iter().map(|event| event["type"].as_str().unwrap()).collect();
    // What two owners do at once may stand in either order.
    let first: Vec<_> = told[..23].to_vec();
    let expected = [
        "CartCheckedOut",
        "OrderPlacementRequested",
        "DeadlineSet",
        "OrderPlaced",
        "AccountConnected",
        "ReservationRequested",
        "PlacementNoted",
        "ReservationRequested",
        "StockReserved",
        "ReservationNoted",
        "PaymentRequested",
        "PaymentCreated",
        "PaymentAuthorised",
        "AuthorisationNoted",
        "RenewalSet",
        "ConfirmationRequested",
        "ReservationSucceeded",
        "PaymentConnected",
        "PaymentSucceeded",
        "OrderConfirmed",
        "ConfirmationNoted",
        "InvoiceRequested",
        "ShipmentRequested",
    ];
    assert_eq!(first, expected);
    let mut last = told[23..].to_vec();
    last.sort_unstable();
    assert_eq!(last, ["DeadlineSet", "InvoiceIssued", "InvoiceNoted", "ShipmentCreated", "ShipmentNoted"]);
    for event in &story[1..] {
        let cause = story.iter().find(|cause| cause["id"] == event["causation"]).unwrap();
        assert!(cause["at"].as_str() < event["at"].as_str(), "{event} is later than its cause");
    }
    shop.host.stop().await;
}
