//! Payments that end by themselves: the order says so, is not shipped, and comes to an end by another card, a write-off
//! or a refund.

use crate::orders::{cancel, checked_out_with, ends, ship, shipments, status, with_mugs};
use reqwest::Method;
use serde_json::{Value, json};
use shop_payments::webhook::{SIGNATURE, TIMESTAMP, sign};
use shop_payments::{ByItself, Reference, Standing};
use std::time::Duration;
use tests::{Answer, Client, Shop};

async fn pay(client: &Client, order: &str, card: &str) -> Answer {
    client.post(&format!("/orders/{order}/pay"), json!({ "card": card })).await
}

async fn write_off(shop: &Shop, order: &str) -> Answer {
    shop.staff().post(&format!("/orders/{order}/write-off"), json!({ "reason": "moved away" })).await
}

async fn deliver(shop: &Shop, order: &str) {
    for shipment in shipments(shop, order).await {
        let _ = shop.staff().post(&format!("/shipments/{shipment}/deliver"), json!({})).await.expect(200);
    }
}

/// How an order and its invoice stand once everything has settled.
async fn settled(shop: &Shop, customer: &Client, order: &str) -> (Value, String) {
    shop.host.settled().await;
    let shown = customer.get(&format!("/orders/{order}")).await.expect(200);
    (shown.body["status"].clone(), status(shop, &format!("invoice-{order}"), "issued").await)
}

/// How each attempt stands at the provider.
fn attempts(shop: &Shop, order: &str) -> Vec<Standing> {
    let payments = shop.provider.sandbox().payments().into_iter();
    let mut of_order: Vec<_> = payments.filter(|(reference, _)| reference.as_str().starts_with(order)).collect();
    of_order.sort_by(|(one, _), (other, _)| one.cmp(other));
    of_order.into_iter().map(|(_, payment)| payment.standing).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_lapsed_is_authorised_anew_before_the_goods_leave() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = checked_out_with(&alice, "tok_ok").await;
    let _ = ends(&alice, &order, "CONFIRMED").await;
    shop.host.settled().await;
    let reference: Reference = order.parse().unwrap();
    shop.provider.by_itself(&reference, ByItself::Lapse).unwrap();
    let _ =
        alice.until(&format!("/orders/{order}"), |answer| answer.body["timeline"].as_array().unwrap().len() == 5).await;
    assert_eq!(settled(&shop, &alice, &order).await, (json!("CONFIRMED"), "open".to_owned()));
    let shown = alice.get(&format!("/orders/{order}")).await.expect(200);
    let steps: Vec<_> = shown.body["timeline"].as_array().unwrap().iter().map(|step| step["status"].clone()).collect();
    assert_eq!(steps, ["PURCHASED", "PENDING", "CONFIRMED", "UNPAID", "CONFIRMED"]);
    let _ = ship(&shop, &order, json!({})).await.expect(202);
    assert_eq!(settled(&shop, &alice, &order).await, (json!("SHIPPED"), "open".to_owned()));
    assert_eq!(attempts(&shop, &order), [Standing::Voided, Standing::Captured]);
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_secret_of_webhooks_is_changed_both_are_accepted() {
    let shop = with_mugs().await;
    let told = shop.host.environment("payment-commands").unwrap();
    // The provider still signs with the one before.
    shop.host.put_secret(&told["PAYMENT_WEBHOOK_SECRET_ARN"], "the-secret-after-this-one");
    let alice = shop.customer_with_account("alice").await;
    let order = checked_out_with(&alice, "tok_ok").await;
    let _ = ends(&alice, &order, "CONFIRMED").await;
    shop.host.settled().await;
    shop.provider.by_itself(&order.parse().unwrap(), ByItself::Lapse).unwrap();
    let told = |answer: &Answer| answer.body["timeline"].as_array().unwrap().len() == 5;
    let _ = alice.until(&format!("/orders/{order}"), told).await;
    // Each secret is asked for once, both versions of it.
    let reads = shop.host.requests()[&("payment-commands".to_owned(), "GetSecretValue".to_owned())];
    assert_eq!((reads, shop.host.refusals().len()), (2, 0));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_new_hold_is_declined_the_order_is_not_shipped_and_says_why() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let bob = shop.customer_with_account("bob").await;
    let order = checked_out_with(&alice, "tok_ok_then_declined").await;
    let _ = ends(&alice, &order, "CONFIRMED").await;
    assert_eq!(pay(&alice, &order, &alice.card("tok_ok").await).await.expect(422).problem(), Some("nothing-owed"));
    shop.host.settled().await;
    shop.provider.by_itself(&order.parse().unwrap(), ByItself::Lapse).unwrap();
    let unpaid = |answer: &Answer| answer.body["reason"].as_str().is_some_and(|reason| reason.contains("declined"));
    let shown = alice.until(&format!("/orders/{order}"), unpaid).await;
    assert_eq!(shown.body["status"], "UNPAID");
    let unpaid = shop.staff().get("/orders?status=UNPAID").await.expect(200).body;
    assert_eq!(unpaid["items"][0]["id"], json!(order));
    assert_eq!(ship(&shop, &order, json!({})).await.expect(422).problem(), Some("order-unpaid"));
    assert_eq!(write_off(&shop, &order).await.expect(422).problem(), Some("order-not-shipped"));
    assert_eq!(pay(&bob, &order, &bob.card("tok_ok").await).await.expect(404).problem(), Some("unknown-order"));
    let _ = pay(&alice, &order, &alice.card("tok_gone_then_ok").await).await.expect(202);
    let _ = ends(&alice, &order, "CONFIRMED").await;
    let _ = ship(&shop, &order, json!({})).await.expect(202);
    assert_eq!(settled(&shop, &alice, &order).await, (json!("SHIPPED"), "open".to_owned()));
    assert_eq!(attempts(&shop, &order)[2], Standing::Captured);
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_overdue_order_is_paid_by_another_card_or_written_off() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    for by_card in [true, false] {
        let order = checked_out_with(&alice, "tok_gone_then_declined").await;
        let _ = ends(&alice, &order, "CONFIRMED").await;
        let _ = ship(&shop, &order, json!({})).await.expect(202);
        let _ = ends(&alice, &order, "OVERDUE").await;
        shop.host.settled().await;
        deliver(&shop, &order).await;
        assert_eq!(settled(&shop, &alice, &order).await, (json!("OVERDUE"), "open".to_owned()));
        let invoice = if by_card {
            let card = alice.post("/accounts", json!({ "name": "alice", "email": "alice@example.org" })).await;
            let own = &card.body["cards"][0]["id"];
            let _ = pay(&shop.staff(), &order, own.as_str().unwrap()).await.expect(202);
            "paid"
        } else {
            let _ = write_off(&shop, &order).await.expect(202);
            assert_eq!(
                write_off(&shop, &order).await.expect(200).body["reason"],
                "the amount was written off: moved away"
            );
            "written_off"
        };
        let _ = ends(&alice, &order, "DELIVERED").await;
        assert_eq!(settled(&shop, &alice, &order).await, (json!("DELIVERED"), invoice.to_owned()));
    }
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_by_hand_credits_the_invoice_and_a_wrong_amount_pays_nothing() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let refunded = checked_out_with(&alice, "tok_refunded").await;
    let other = checked_out_with(&alice, "tok_other_amount").await;
    for order in [&refunded, &other] {
        let _ = ends(&alice, order, "CONFIRMED").await;
        let _ = ship(&shop, order, json!({})).await.expect(202);
    }
    let _ = ends(&alice, &other, "OVERDUE").await;
    assert_eq!(settled(&shop, &alice, &other).await, (json!("OVERDUE"), "open".to_owned()));
    assert_eq!(settled(&shop, &alice, &refunded).await, (json!("SHIPPED"), "credited".to_owned()));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_is_about_to_end_is_renewed_and_nobody_sees_it() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = checked_out_with(&alice, "tok_brief_then_ok").await;
    let _ = ends(&alice, &order, "CONFIRMED").await;
    shop.host.settled().await;
    shop.host.advance_clock(Duration::from_secs(560)).await;
    for _ in 0..60 {
        if attempts(&shop, &order) == [Standing::Voided, Standing::Authorised] {
            break;
        }
        shop.host.advance_clock(Duration::from_secs(1)).await;
        shop.host.settled().await;
    }
    assert_eq!(attempts(&shop, &order), [Standing::Voided, Standing::Authorised]);
    let shown = alice.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!((&shown.body["status"], shown.body["timeline"].as_array().unwrap().len()), (&json!("CONFIRMED"), 3));
    let _ = cancel(&alice, &order).await.expect(202);
    assert_eq!(settled(&shop, &alice, &order).await, (json!("CANCELLED"), "credited".to_owned()));
    assert_eq!(attempts(&shop, &order), [Standing::Voided, Standing::Voided]);
    shop.host.stop().await;
}

/// Sends a webhook of the provider about a payment.
async fn told(shop: &Shop, order: &str, standing: &str, amount: &Value) -> Answer {
    let id = format!("{order}:{standing}:{amount}");
    let body = json!({ "id": id, "reference": order, "amount": amount, "standing": standing }).to_string();
    let now = foldlog::Clock::now(&foldlog_lambda::SystemHost);
    let signature = sign(&shop.provider.secrets().webhook().unwrap(), now, body.as_bytes());
    let headers = [(SIGNATURE, signature.as_str()), (TIMESTAMP, &now.0.to_string())];
    shop.anyone().send(Method::POST, "/webhooks/payments", Some(body), &headers).await
}

/// What the payment of an order has in the log, and where it stands in the end.
async fn events_of(shop: &Shop, order: &str) -> Vec<Value> {
    let shown = shop.operator().get(&format!("/ops/streams/payment-{order}")).await.expect(200);
    shown.body["items"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_step_that_is_reported_of_another_amount_or_currency_is_believed() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let wrong = [json!({ "amount": 1, "currency": "EUR" }), json!({ "amount": 3092, "currency": "USD" })];
    // What is held becomes a dispute, whatever the report says of it, and the shop asks the provider what is true.
    for standing in ["authorised", "captured", "voided", "refunded"] {
        for amount in &wrong {
            let order = checked_out_with(&alice, "tok_ok").await;
            let _ = ends(&alice, &order, "CONFIRMED").await;
            shop.host.settled().await;
            shop.host.pause("fulfilment").await.unwrap();
            let disputed = told(&shop, &order, standing, amount).await.expect(200);
            assert_eq!(disputed.body["status"], "DISPUTED", "{standing} {amount}");
            let events = events_of(&shop, &order).await;
            assert_eq!(events, ["PaymentCreated", "PaymentAuthorised", "PaymentDisputed"], "{standing} {amount}");
            shop.host.resume("fulfilment").await.unwrap();
            shop.host.settled().await;
            let _ = cancel(&alice, &order).await;
            shop.host.settled().await;
        }
    }
    // Of what is captured, no other amount is recorded.
    let order = checked_out_with(&alice, "tok_ok").await;
    let _ = ends(&alice, &order, "CONFIRMED").await;
    let _ = ship(&shop, &order, json!({})).await.expect(202);
    shop.host.settled().await;
    let before = events_of(&shop, &order).await;
    assert_eq!(before.last().unwrap(), "PaymentCaptured");
    for standing in ["authorised", "captured", "voided", "refunded"] {
        for amount in &wrong {
            let refused = told(&shop, &order, standing, amount).await.expect(422);
            assert_eq!(refused.problem(), Some("other-amount"), "{standing} {amount}");
        }
    }
    assert_eq!(events_of(&shop, &order).await, before);
    let notice = told(&shop, &order, "captured", &json!([3092, "EUR"])).await.expect(400);
    assert_eq!(notice.problem(), Some("malformed-request"), "an array is no amount");
    shop.stop().await;
}
