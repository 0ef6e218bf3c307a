//! What the staff do to orders that are under way: they cancel them, and withdraw what a warehouse holds.

use crate::orders::{cancel, ends, ship, status};
use crate::shop::{cart, ordered, product};
use serde_json::{Value, json};
use tests::{Answer, Client, Shop};

/// A confirmed order of two mugs and a pot.
async fn confirmed(shop: &Shop, customer: &Client) -> String {
    let cart = cart(customer, &[("mug", 2), ("pot", 1)]).await;
    assert_eq!(ordered(customer, &cart, &["CONFIRMED", "FAILED"]).await.body["status"], "CONFIRMED");
    shop.host.settled().await;
    cart
}

async fn withdraw(shop: &Shop, order: &str, warehouse: &str, sku: &str) -> Answer {
    let body = json!({ "warehouse": warehouse, "sku": sku, "reason": "damaged" });
    shop.staff().post(&format!("/orders/{order}/withdraw"), body).await
}

/// What a warehouse holds of a product: on hand and reserved.
async fn stock(shop: &Shop, sku: &str, warehouse: &str) -> (Value, Value) {
    let shown = shop.staff().get(&format!("/products/{sku}/stock")).await.expect(200);
    let of =
        shown.body["warehouses"].as_array().unwrap().iter().find(|of| of["warehouse"] == warehouse).unwrap().clone();
    (of["on_hand"].clone(), of["reserved"].clone())
}

/// The status and contents of an order's shipment from each warehouse.
async fn sent(shop: &Shop, customer: &Client, order: &str) -> Vec<(Value, Value)> {
    shop.host.settled().await;
    let shown = customer.get(&format!("/orders/{order}")).await.expect(200);
    let mut sent = vec![];
    for shipment in shown.body["shipments"].as_array().unwrap() {
        let shipment = customer.get(&format!("/shipments/{}", shipment.as_str().unwrap())).await.expect(200);
        sent.push((shipment.body["status"].clone(), shipment.body["contents"].clone()));
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_goods_are_withdrawn_and_come_from_another_warehouse() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10), ("bonn", 5)]).await;
    product(&shop, "pot", 999, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let order = confirmed(&shop, &alice).await;
    let adjust = json!({ "on_hand": 1, "cause": "loss", "reason": "broken" });
    let refused = shop.staff().post("/stock/berlin/mug/adjust", adjust.clone()).await.expect(422);
    assert!(refused.text("detail").contains("withdraw"), "{}", refused.body);

    assert_eq!(withdraw(&shop, &order, "bonn", "mug").await.expect(422).problem(), Some("nothing-reserved"));
    let _ = alice.post(&format!("/orders/{order}/withdraw"), json!({})).await.expect(403);
    let withdrawn = withdraw(&shop, &order, "berlin", "mug").await.expect(202);
    assert!(withdrawn.text("reason").contains("another warehouse"), "{}", withdrawn.body);
    assert_eq!(
        sent(&shop, &alice, &order).await,
        [(json!("WAITING"), json!({ "pot": 1 })), (json!("WAITING"), json!({ "mug": 2 }))]
    );
    assert_eq!(stock(&shop, "mug", "berlin").await, (json!(10), json!(0)));
    assert_eq!(stock(&shop, "mug", "bonn").await, (json!(5), json!(2)));
    let _ = shop.staff().post("/stock/berlin/mug/adjust", adjust).await.expect(200);

    let _ = ship(&shop, &order, json!({})).await.expect(202);
    for (status, _) in sent(&shop, &alice, &order).await {
        assert_eq!(status, "DISPATCHED");
    }
    assert_eq!(withdraw(&shop, &order, "bonn", "mug").await.expect(422).problem(), Some("order-shipped"));
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_whose_goods_nobody_else_has_is_cancelled_by_the_shop() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    product(&shop, "pot", 999, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let order = confirmed(&shop, &alice).await;
    let _ = withdraw(&shop, &order, "berlin", "pot").await.expect(202);
    let cancelled = ends(&alice, &order, "CANCELLED").await;
    assert_eq!(cancelled.body["cancelled_by"], "STAFF");
    assert!(cancelled.text("reason").contains("out of stock"), "{}", cancelled.body);
    assert_eq!(sent(&shop, &alice, &order).await.iter().map(|(status, _)| status).collect::<Vec<_>>(), ["CANCELLED"]);
    assert_eq!(status(&shop, &format!("invoice-{order}"), "issued").await, "credited");
    assert_eq!(status(&shop, &format!("payment-{order}"), "created").await, "voided");
    for sku in ["mug", "pot"] {
        assert_eq!(stock(&shop, sku, "berlin").await, (json!(10), json!(0)));
    }
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_staff_cancel_an_order_and_the_customer_sees_why() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    product(&shop, "pot", 999, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let order = confirmed(&shop, &alice).await;
    let staff = shop.staff();
    let refuse = async |body: Value| staff.post(&format!("/orders/{order}/cancel"), body).await;
    assert_eq!(refuse(json!({})).await.expect(422).problem(), Some("no-reason"));
    let _ = refuse(json!({ "reason": "the card was stolen" })).await.expect(202);
    let cancelled = ends(&alice, &order, "CANCELLED").await;
    assert_eq!((&cancelled.body["cancelled_by"], cancelled.text("reason")), (&json!("STAFF"), "the card was stolen"));
    let _ = cancel(&alice, &order).await.expect(200);
    shop.host.settled().await;
    assert_eq!(status(&shop, &format!("invoice-{order}"), "issued").await, "credited");

    let other = confirmed(&shop, &alice).await;
    let _ = cancel(&alice, &other).await.expect(202);
    assert_eq!(ends(&alice, &other, "CANCELLED").await.body["cancelled_by"], "CUSTOMER");
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}
