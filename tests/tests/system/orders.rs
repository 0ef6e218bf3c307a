//! Orders to their end: shipped and delivered, declined, cancelled, out of stock, too late. At each end stock, payment,
//! invoice and order agree.

use crate::refusals::{post, raw, refused};
use crate::shop::{cart, ordered, product, stock};
use reqwest::Method;
use serde_json::{Value, json};
use shop_payments::{Asked, Reference, Standing};
use std::time::Duration;
use tests::{Answer, Client, Shop};

/// How an order's streams stand, once everything has settled.
#[derive(Debug, PartialEq, Eq)]
struct Books {
    order: String,
    /// What became of the payment, and of the same one at the provider.
    payment: (String, Option<Standing>),
    invoice: String,
    shipments: Vec<String>,
}

/// The name of a status: a text, or the one key of an object.
fn name(status: &Value) -> String {
    let tagged = || status.as_object().and_then(|object| object.keys().next().cloned());
    status.as_str().map(ToOwned::to_owned).or_else(tagged).unwrap_or_default()
}

pub(crate) async fn status(shop: &Shop, stream: &str, of: &str) -> String {
    let state = shop.operator().get(&format!("/ops/streams/{stream}/state")).await;
    name(&state.body["state"][of]["status"])
}

pub(crate) async fn shipments(shop: &Shop, order: &str) -> Vec<String> {
    let events = shop.operator().get(&format!("/ops/streams/fulfilment-{order}?limit=1000")).await.expect(200).body;
    let noted = events["items"].as_array().unwrap().iter().filter(|event| event["type"] == "ShipmentNoted");
    noted.map(|event| event["data"]["shipment"].as_str().unwrap().to_owned()).collect()
}

async fn books(shop: &Shop, order: &str) -> Books {
    shop.host.settled().await;
    let mut sent = vec![];
    for shipment in shipments(shop, order).await {
        sent.push(status(shop, &format!("shipment-{shipment}"), "created").await);
    }
    let reference: Reference = order.parse().unwrap();
    let at_provider = shop.provider.sandbox().payments().get(&reference).map(|payment| payment.standing);
    Books {
        order: status(shop, &format!("order-{order}"), "placed").await,
        payment: (status(shop, &format!("payment-{order}"), "created").await, at_provider),
        invoice: status(shop, &format!("invoice-{order}"), "issued").await,
        shipments: sent,
    }
}

fn expected(order: &str, payment: &str, standing: impl Into<Option<Standing>>, invoice: &str, sent: &[&str]) -> Books {
    Books {
        order: order.to_owned(),
        payment: (payment.to_owned(), standing.into()),
        invoice: invoice.to_owned(),
        shipments: sent.iter().map(|status| (*status).to_owned()).collect(),
    }
}

/// A shop with ten mugs in Berlin.
pub(crate) async fn with_mugs() -> Shop {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    shop
}

/// A confirmed order of two mugs.
async fn confirmed(customer: &Client) -> String {
    let cart = cart(customer, &[("mug", 2)]).await;
    assert_eq!(ordered(customer, &cart, &["CONFIRMED", "FAILED"]).await.body["status"], "CONFIRMED");
    cart
}

/// Checks a cart of two mugs out with a card.
pub(crate) async fn checked_out_with(customer: &Client, card: &str) -> String {
    let order = cart(customer, &[("mug", 2)]).await;
    let card = customer.card(card).await;
    let _ = customer.post(&format!("/carts/{order}/checkout"), json!({ "card": card })).await.expect(202);
    order
}

pub(crate) async fn ship(shop: &Shop, order: &str, tracking: Value) -> Answer {
    shop.staff().post(&format!("/orders/{order}/ship"), json!({ "tracking": tracking })).await
}

pub(crate) async fn cancel(customer: &Client, order: &str) -> Answer {
    customer.post(&format!("/orders/{order}/cancel"), json!({ "reason": "changed my mind" })).await
}

pub(crate) async fn ends(customer: &Client, order: &str, status: &str) -> Answer {
    customer.until(&format!("/orders/{order}"), |answer| answer.body["status"] == status).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_an_account_to_a_delivered_order() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = confirmed(&alice).await;
    let waiting = expected("confirmed", "authorised", Standing::Authorised, "open", &["waiting"]);
    assert_eq!(books(&shop, &order).await, waiting);
    let shipments = shipments(&shop, &order).await;
    let early = shop.staff().post(&format!("/shipments/{}/deliver", shipments[0]), json!({})).await.expect(422);
    assert_eq!(early.problem(), Some("shipment-not-dispatched"));

    let shipped = ship(&shop, &order, json!({ &*shipments[0]: "1Z-999" })).await.expect(202);
    assert_eq!(shipped.header("location"), Some(&*format!("/orders/{order}")));
    let under_way = expected("shipped", "captured", Standing::Captured, "open", &["dispatched"]);
    assert_eq!(books(&shop, &order).await, under_way);
    assert_eq!(stock(&shop, "mug").await, (8, 0, 8), "the goods are gone");

    let delivered = shop.staff().post(&format!("/shipments/{}/deliver", shipments[0]), json!({})).await.expect(200);
    assert_eq!((&delivered.body["status"], &delivered.body["tracking"]), (&json!("DELIVERED"), &json!("1Z-999")));
    let order_view = ends(&alice, &order, "DELIVERED").await;
    let steps: Vec<_> = order_view.body["timeline"].as_array().unwrap().iter().map(|step| &step["status"]).collect();
    assert_eq!(steps, ["PURCHASED", "PENDING", "CONFIRMED", "SHIPPED", "DELIVERED"]);
    assert_eq!(
        books(&shop, &order).await,
        expected("delivered", "captured", Standing::Captured, "paid", &["delivered"])
    );
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declined_card_fails_the_order_and_releases_its_goods() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = checked_out_with(&alice, "tok_declined").await;
    let failed = ends(&alice, &order, "FAILED").await;
    assert!(failed.text("reason").contains("declined"), "{}", failed.body);
    let found = books(&shop, &order).await;
    assert_eq!((found.order.as_str(), found.payment.0.as_str(), found.invoice.as_str()), ("failed", "declined", ""));
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_out_is_asked_about_and_the_card_is_charged_once() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = checked_out_with(&alice, "tok_timeout_then_charged").await;
    let _ = ends(&alice, &order, "CONFIRMED").await;
    let _ = ship(&shop, &order, json!({})).await.expect(202);
    assert_eq!(
        books(&shop, &order).await,
        expected("shipped", "captured", Standing::Captured, "open", &["dispatched"])
    );
    let asked = shop.provider.sandbox().asked(&order.parse().unwrap());
    let steps = |step| asked.iter().filter(|asked| **asked == Asked::Step(step)).count();
    assert_eq!((steps("authorise"), steps("capture")), (1, 1), "{asked:?}");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_not_there_for_a_while_holds_the_order_up_and_no_more() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = checked_out_with(&alice, "tok_unavailable").await;
    shop.host.settled().await;
    // What a queue has taken back comes again when its time is over.
    for _ in 0..2 {
        shop.host.advance_clock(Duration::from_secs(100)).await;
        shop.host.settled().await;
    }
    let confirmed = expected("confirmed", "authorised", Standing::Authorised, "open", &["waiting"]);
    assert_eq!(books(&shop, &order).await, confirmed);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_is_split_over_warehouses_and_fails_where_all_of_them_have_too_little() {
    let shop = Shop::start().await;
    product(&shop, "pot", 2_499, &[("berlin", 1), ("bonn", 2)]).await;
    let alice = shop.customer_with_account("alice").await;
    let split = cart(&alice, &[("pot", 3)]).await;
    assert_eq!(ordered(&alice, &split, &["CONFIRMED", "FAILED"]).await.body["status"], "CONFIRMED");
    let waiting = expected("confirmed", "authorised", Standing::Authorised, "open", &["waiting", "waiting"]);
    assert_eq!(books(&shop, &split).await, waiting);
    assert_eq!(stock(&shop, "pot").await, (3, 3, 0));
    let nothing_left = cart(&alice, &[("pot", 1)]).await;
    let failed = ordered(&alice, &nothing_left, &["CONFIRMED", "FAILED"]).await;
    assert_eq!(failed.body["status"], "FAILED");
    assert!(failed.text("reason").contains("pot"), "{}", failed.body);
    assert_eq!(books(&shop, &nothing_left).await, expected("failed", "", None, "", &[]));
    assert_eq!(stock(&shop, "pot").await, (3, 3, 0));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_warehouses_do_not_stand_before_one_that_has_something() {
    let shop = Shop::start().await;
    let names: Vec<_> = (10..30).map(|number| format!("berlin-{number}")).collect();
    let first: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
    product(&shop, "mug", 1_299, &first).await;
    let alice = shop.customer_with_account("alice").await;
    let all = cart(&alice, &[("mug", 20)]).await;
    assert_eq!(ordered(&alice, &all, &["CONFIRMED", "FAILED"]).await.body["status"], "CONFIRMED");
    assert_eq!(stock(&shop, "mug").await, (20, 20, 0));
    let _ = shop.staff().post("/stock/zurich/mug/receive", json!({ "quantity": 2 })).await.expect(200);
    shop.host.settled().await;
    let order = cart(&alice, &[("mug", 2)]).await;
    assert_eq!(ordered(&alice, &order, &["CONFIRMED", "FAILED"]).await.body["status"], "CONFIRMED");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cancels_before_the_confirmation_is_not_charged() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    shop.host.pause("payment-reactions").await.unwrap();
    let order = checked_out_with(&alice, "tok_ok").await;
    shop.host.settled().await;
    assert_eq!(alice.get(&format!("/orders/{order}")).await.expect(200).body["status"], "PENDING");
    let _ = cancel(&alice, &order).await.expect(202);
    shop.host.settled().await;
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10), "released before the payment is known of");
    shop.host.resume("payment-reactions").await.unwrap();
    assert_eq!(books(&shop, &order).await, expected("cancelled", "voided", Standing::Voided, "", &[]));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cancels_after_the_confirmation_gets_everything_undone() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let order = confirmed(&alice).await;
    let _ = books(&shop, &order).await;
    let _ = cancel(&alice, &order).await.expect(202);
    let undone = expected("cancelled", "voided", Standing::Voided, "credited", &["cancelled"]);
    assert_eq!(books(&shop, &order).await, undone);
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    let late = ship(&shop, &order, json!({})).await.expect(422);
    assert_eq!(late.problem(), Some("order-cancelled"));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_cancelling_and_shipping_at_once_exactly_one_wins() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    for _ in 0..4 {
        let order = confirmed(&alice).await;
        shop.host.settled().await;
        let (cancelled, shipped) = tokio::join!(cancel(&alice, &order), ship(&shop, &order, json!({})));
        let found = books(&shop, &order).await;
        match (cancelled.status.as_u16(), shipped.status.as_u16()) {
            (202, 422) => {
                assert_eq!(shipped.problem(), Some("order-cancelled"));
                assert_eq!(found, expected("cancelled", "voided", Standing::Voided, "credited", &["cancelled"]));
            }
            (422, 202) => {
                assert_eq!(cancelled.problem(), Some("order-shipped"));
                assert_eq!(found, expected("shipped", "captured", Standing::Captured, "open", &["dispatched"]));
            }
            both => panic!("{both:?}"),
        }
    }
    let late = confirmed(&alice).await;
    let _ = ship(&shop, &late, json!({})).await.expect(202);
    assert_eq!(cancel(&alice, &late).await.expect(422).problem(), Some("order-shipped"));
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_account_cannot_buy() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    let account = alice.post("/accounts", json!({ "name": "alice", "email": "alice@example.org" })).await;
    let suspend = format!("/accounts/{}/suspend", account.text("id"));
    let _ = shop.staff().post(&suspend, json!({})).await.expect(200);
    let order = cart(&alice, &[("mug", 2)]).await;
    let own = json!({ "card": account.body["cards"][0]["id"] });
    let _ = alice.post(&format!("/carts/{order}/checkout"), own).await.expect(202);
    let failed = ends(&alice, &order, "FAILED").await;
    assert!(failed.text("reason").contains("account"), "{}", failed.body);
    assert_eq!(books(&shop, &order).await, expected("failed", "", None, "", &[]));
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_not_confirmed_in_time_fails_and_what_comes_late_is_undone() {
    let shop = with_mugs().await;
    let alice = shop.customer_with_account("alice").await;
    shop.host.pause("payment-reactions").await.unwrap();
    let order = checked_out_with(&alice, "tok_ok").await;
    shop.host.settled().await;
    shop.host.advance_clock(Duration::from_mins(17)).await;
    let failed = ends(&alice, &order, "FAILED").await;
    assert!(failed.text("reason").contains("too long") || failed.text("reason").contains("time"), "{}", failed.body);
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    shop.host.resume("payment-reactions").await.unwrap();
    shop.host.advance_clock(Duration::from_mins(2)).await;
    assert_eq!(books(&shop, &order).await, expected("failed", "voided", Standing::Voided, "", &[]));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_order_and_its_shipments_refuse_leaves_no_trace() {
    let shop = with_mugs().await;
    let alice = &shop.customer_with_account("alice").await;
    let bob = &shop.customer_with_account("bob").await;
    let (staff, anyone) = (&shop.staff(), &shop.anyone());
    let failed = checked_out_with(alice, "tok_declined").await;
    let _ = ends(alice, &failed, "FAILED").await;
    let cancelled = confirmed(alice).await;
    let _ = books(&shop, &cancelled).await;
    let stays = shipments(&shop, &cancelled).await.remove(0);
    let _ = cancel(alice, &cancelled).await.expect(202);
    let shipped = confirmed(alice).await;
    let _ = ship(&shop, &shipped, json!({})).await.expect(202);
    shop.host.settled().await;
    shop.host.pause("payment-reactions").await.unwrap();
    let pending = checked_out_with(alice, "tok_ok").await;
    shop.host.settled().await;
    let nobody = "0".repeat(32);
    let (none, to_ship) = (json!({}), |order: &str| format!("/orders/{order}/ship"));
    let to_cancel = |order: &str| format!("/orders/{order}/cancel");
    let cases = [
        post(staff, &to_ship(&nobody), &none, 404, "unknown-order"),
        post(staff, &to_ship(&failed), &none, 422, "order-failed"),
        post(staff, &to_ship(&cancelled), &none, 422, "order-cancelled"),
        post(staff, &to_ship(&pending), &none, 422, "order-not-confirmed"),
        post(staff, &to_ship(&pending), &json!({ "tracking": { "x": "1Z" } }), 422, "invalid-request"),
        post(staff, &to_ship(&pending), &json!({ "carrier": "by foot" }), 422, "invalid-request"),
        post(alice, &to_cancel(&failed), &none, 422, "order-failed"),
        post(alice, &to_cancel(&shipped), &none, 422, "order-shipped"),
        post(bob, &to_cancel(&pending), &none, 404, "unknown-order"),
        post(staff, &format!("/shipments/{nobody}/deliver"), &none, 404, "unknown-shipment"),
        post(staff, &format!("/shipments/{stays}/deliver"), &none, 422, "shipment-cancelled"),
        raw(anyone, "/webhooks/payments", "{}", 401, "not-believed"),
    ];
    refused(&shop, cases).await;
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_who_names_the_total_is_not_charged_more() {
    let shop = Shop::start().await;
    let euro = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    product(&shop, "mug", 1_000, &[("berlin", 10)]).await;
    let (staff, alice) = (shop.staff(), shop.customer_with_account("alice").await);
    let cart = cart(&alice, &[("mug", 2)]).await;
    let shown = alice.until(&format!("/carts/{cart}"), |answer| answer.body["net"] == 2_000).await;
    assert_eq!(shown.body["totals"]["total"], euro(2_380), "with 19 % tax");
    let _ = staff.post("/products/mug/price", json!({ "price": euro(1_100) })).await.expect(200);
    let check_out =
        async |total: i64| alice.post(&format!("/carts/{cart}/checkout"), json!({ "total": euro(total) })).await;
    let refused = check_out(2_380).await.expect(422);
    assert_eq!((refused.problem(), &refused.body["total"]), (Some("total-has-risen"), &euro(2_618)));
    assert!(refused.text("detail").contains("26.18 EUR"), "{}", refused.body);
    let done = check_out(2_618).await.expect(202);
    assert_eq!(done.body["totals"]["total"], euro(2_618));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkout_takes_the_account_s_own_cards_and_a_second_one_chooses_nothing_else() {
    let shop = with_mugs().await;
    let (alice, bob) = (shop.customer_with_account("alice").await, shop.customer_with_account("bob").await);
    let (own, other, foreign) =
        (alice.card("tok_ok").await, alice.card("tok_other_amount").await, bob.card("tok_declined").await);
    let order = cart(&alice, &[("mug", 1)]).await;
    let checkout = format!("/carts/{order}/checkout");
    for card in [foreign.as_str(), "tok_declined", "tok_never_added", &"0".repeat(32)] {
        let refused = alice.post(&checkout, json!({ "card": card })).await.expect(422);
        assert_eq!(refused.problem(), Some("invalid-request"), "{card}");
    }
    let unknown = shop.customer("carol");
    let cart_of_carol = cart(&unknown, &[("mug", 1)]).await;
    let path = format!("/carts/{cart_of_carol}/checkout");
    let refused = unknown.post(&path, json!({ "card": "tok_ok" })).await.expect(422);
    assert_eq!(refused.problem(), Some("invalid-request"), "without an account there is no card");

    // Nor does a token name a card: without the account's key, the shop cannot tell whose it is.
    let refused = alice.post(&checkout, json!({ "card": "tok_ok" })).await.expect(422);
    assert_eq!(refused.problem(), Some("invalid-request"));
    let key = [("idempotency-key", "first")];
    let body = Some(json!({ "card": own }).to_string());
    let first = alice.send(Method::POST, &checkout, body.clone(), &key).await.expect(202);
    for same in [json!({}), json!({ "card": own })] {
        let again = alice.post(&checkout, same).await.expect(202);
        assert_eq!(again.header("etag"), first.header("etag"));
    }
    for otherwise in [json!({ "card": other }), json!({ "address": "0".repeat(32) })] {
        let refused = alice.post(&checkout, otherwise).await.expect(422);
        assert_eq!(refused.problem(), Some("checked-out-otherwise"));
    }
    let events = shop.operator().get(&format!("/ops/streams/cart-{order}")).await.expect(200).body;
    let events = events["items"].as_array().unwrap();
    assert_eq!(events.last().unwrap()["data"]["card"], own, "the event has the id of the card");
    // The first answer stays, also without the card.
    let gone = alice.send(Method::DELETE, &alice.place_of_card(&own), None, &[]).await.expect(200);
    assert_eq!(gone.body["cards"].as_array().unwrap().len(), 1);
    let again = alice.send(Method::POST, &checkout, body, &key).await.expect(202);
    assert_eq!(again.header("etag"), first.header("etag"));
    shop.stop().await;
}
