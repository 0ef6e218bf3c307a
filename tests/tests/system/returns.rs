//! Goods that come back after the delivery: refunded, credited and put back, once.

use crate::orders::{checked_out_with, ends, ship, shipments, with_mugs};
use crate::refusals::{post, refused};
use crate::shop::stock;
use serde_json::{Value, json};
use shop_payments::{Asked, ByItself, Payment, Standing};
use std::time::Duration;
use tests::{Answer, Client, Shop};

/// A delivered order of two mugs for 30.92 EUR, and everything has settled.
async fn delivered(shop: &Shop, customer: &Client, card: &str) -> String {
    let order = checked_out_with(customer, card).await;
    let _ = ends(customer, &order, "CONFIRMED").await;
    let _ = ship(shop, &order, json!({})).await.expect(202);
    shop.host.settled().await;
    for shipment in shipments(shop, &order).await {
        let _ = shop.staff().post(&format!("/shipments/{shipment}/deliver"), json!({})).await.expect(200);
    }
    let _ = ends(customer, &order, "DELIVERED").await;
    shop.host.settled().await;
    order
}

fn mugs(quantity: u64) -> Value {
    json!({ "lines": [{ "sku": "mug", "quantity": quantity }], "reason": "too big", "warehouse": "berlin" })
}

async fn take_back(shop: &Shop, order: &str, body: Value) -> Answer {
    shop.staff().post(&format!("/orders/{order}/returns"), body).await
}

/// The payment of an order, as its provider knows it.
fn at_provider(shop: &Shop, order: &str) -> Payment {
    shop.provider.sandbox().payments().remove(&order.parse().unwrap()).unwrap()
}

/// The amounts of these refunds or notes.
fn amounts(list: &Value, of: &str) -> Vec<i64> {
    list.as_array().into_iter().flatten().map(|item| item[of]["amount"].as_i64().unwrap()).collect()
}

async fn invoice(customer: &Client, order: &str) -> (String, Vec<i64>, i64) {
    let shown = customer.get(&format!("/invoices/{order}")).await.expect(200);
    let due = shown.body["due"]["amount"].as_i64().unwrap();
    (shown.text("status").to_owned(), amounts(&shown.body["credit_notes"], "amount"), due)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_back_is_refunded_credited_and_sold_again() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = delivered(&shop, &alice, "tok_ok").await;
    assert_eq!(stock(&shop, "mug").await, (8, 0, 8));
    let taken = take_back(&shop, &order, mugs(1)).await.expect(202);
    assert_eq!((taken.text("status"), amounts(&taken.body["returns"], "refund")), ("DELIVERED", vec![1_546]));
    shop.host.settled().await;
    assert_eq!(stock(&shop, "mug").await, (9, 0, 9));
    let payment = at_provider(&shop, &order);
    assert_eq!((payment.standing, payment.refunds.len()), (Standing::Captured, 1));
    assert_eq!(invoice(&alice, &order).await, ("PAID".to_owned(), vec![1_546], 0));

    // The other one is damaged: it is worth less, and is not sold again.
    let damaged = json!({
        "lines": [{ "sku": "mug", "quantity": 1 }], "reason": "broken", "refund": { "amount": 500, "currency": "EUR" },
    });
    let _ = take_back(&shop, &order, damaged).await.expect(202);
    shop.host.settled().await;
    assert_eq!(stock(&shop, "mug").await, (9, 0, 9));
    assert_eq!(invoice(&alice, &order).await, ("PAID".to_owned(), vec![1_546, 500], 0));
    let shown = alice.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(
        (&shown.body["status"], amounts(&shown.body["returns"], "refund")),
        (&json!("DELIVERED"), vec![1_546, 500])
    );
    assert!(shown.body["returns"][1]["at"].is_string() && shown.body["returns"][1]["warehouse"].is_null());
    assert_eq!(take_back(&shop, &order, mugs(1)).await.expect(422).problem(), Some("too-many-returned"));

    let asked = shop.provider.sandbox().asked(&order.parse().unwrap());
    let parts = asked.iter().filter(|asked| **asked == Asked::Step("refund_part")).count();
    assert_eq!(parts, 2, "{asked:?}");
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_all_comes_back_all_is_refunded_and_the_invoice_is_credited() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = delivered(&shop, &alice, "tok_ok").await;
    shop.host.pause("payment-reactions").await.unwrap();
    for _ in 0..2 {
        let _ = take_back(&shop, &order, mugs(1)).await.expect(202);
    }
    shop.host.settled().await;
    shop.host.resume("payment-reactions").await.unwrap();
    shop.host.settled().await;
    assert_eq!(invoice(&alice, &order).await, ("CREDITED".to_owned(), vec![1_546, 1_546], 0));
    let payment = at_provider(&shop, &order);
    assert_eq!((payment.standing, payment.refunds.len()), (Standing::Refunded, 2));
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_refund_is_open_until_somebody_refunds_it_by_hand() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = delivered(&shop, &alice, "tok_unrefundable").await;
    let _ = take_back(&shop, &order, mugs(1)).await.expect(202);
    shop.host.settled().await;
    assert_eq!(invoice(&alice, &order).await, ("PAID".to_owned(), vec![1_546], 0));
    let progress = async || {
        shop.host.settled().await;
        let state = shop.operator().get(&format!("/ops/streams/fulfilment-{order}/state")).await.expect(200).body;
        state["state"]["started"]["returns"][0]["refund"].clone()
    };
    assert!(progress().await["refused"].is_number());
    let euro = |amount| shop_domain::values::Money::new(amount, "EUR".parse().unwrap()).unwrap();
    shop.provider.by_itself(&order.parse().unwrap(), ByItself::RefundPart(euro(1_546))).unwrap();
    for _ in 0..50 {
        if progress().await["refunded"].is_number() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(progress().await["refunded"].is_number());
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_somebody_refunded_all_by_hand_the_goods_come_back_and_no_money_leaves() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = delivered(&shop, &alice, "tok_refunded").await;
    assert_eq!(invoice(&alice, &order).await, ("CREDITED".to_owned(), vec![], 0));
    let _ = take_back(&shop, &order, mugs(2)).await.expect(202);
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    assert_eq!(at_provider(&shop, &order).refunds, []);
    assert_eq!(invoice(&alice, &order).await, ("CREDITED".to_owned(), vec![], 0));
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_come_back_is_refused_and_leaves_no_trace() {
    let shop = with_mugs().await;
    let alice = &shop.customer_with_account("alice").await;
    let order = delivered(&shop, alice, "tok_ok").await;
    let under_way = checked_out_with(alice, "tok_ok").await;
    let _ = ends(alice, &under_way, "CONFIRMED").await;
    shop.host.settled().await;
    let staff = &shop.staff();
    let _ = staff.post("/warehouses", json!({ "id": "kiel", "name": "North" })).await.expect(201);
    let _ = staff.post("/warehouses/kiel/close", json!({})).await.expect(200);
    shop.host.settled().await;
    let to = |order: &str| format!("/orders/{order}/returns");
    let with = |field: &str, value: Value| {
        let mut body = mugs(1);
        body[field] = value;
        body
    };
    let euro = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    let pan = json!([{ "sku": "pan", "quantity": 1 }]);
    let twice = json!([{ "sku": "mug", "quantity": 1_000 }, { "sku": "mug", "quantity": 1 }]);
    let cases = [
        post(staff, &to(&"0".repeat(32)), &mugs(1), 404, "unknown-order"),
        post(staff, &to(&under_way), &mugs(1), 422, "order-not-delivered"),
        post(staff, &to(&order), &mugs(3), 422, "too-many-returned"),
        post(staff, &to(&order), &with("refund", euro(1_547)), 422, "refund-too-large"),
        post(staff, &to(&order), &with("refund", euro(-1)), 422, "invalid-request"),
        post(staff, &to(&order), &with("warehouse", json!("kiel")), 422, "warehouse-closed"),
        post(staff, &to(&order), &with("lines", pan), 422, "product-not-bought"),
        post(staff, &to(&order), &with("lines", json!([])), 422, "nothing-returned"),
        post(staff, &to(&order), &with("lines", twice), 422, "invalid-request"),
        post(staff, &to(&order), &with("carrier", json!("by foot")), 422, "invalid-request"),
    ];
    refused(&shop, cases).await;
    let _ = alice.post(&to(&order), mugs(1)).await.expect(403);
    shop.host.stop().await;
}
