//! The stories, each on names of its own.

use super::Site;
use super::goods::{cart, keyed, ordered, steps};
use crate::{Answer, Client};
use reqwest::Method;
use serde_json::{Value, json};

/// An order succeeds, and all its users can see it.
pub async fn an_order_comes_from_an_account_to_its_delivery(site: &Site) {
    let (staff, operator) = (site.staff(), site.operator());
    let sku = site.product("delivered", 10).await;
    let shown = site.anyone().awaited(&format!("/products/{sku}"), |answer| answer.body["availability"] == 10).await;
    assert_eq!(shown.body["price"], json!({ "amount": 1_299, "currency": "EUR" }));
    let customer = site.buyer().await;
    let id = cart(&customer, &[(&sku, 2)]).await;
    let (accepted, order) = ordered(&customer, &id, "CONFIRMED").await;
    assert_eq!((order.text("id"), &order.body["net"]["amount"]), (&*id, &json!(2_598)));
    assert_eq!(steps(&order), ["PURCHASED", "PENDING", "CONFIRMED"]);
    site.has(&sku, 10, 2).await;

    let path = format!("/orders/{id}");
    let order = customer.awaited(&path, |answer| answer.body["shipments"][0].is_string()).await;
    let shipment = order.body["shipments"][0].as_str().expect("an id").to_owned();
    let deliver = format!("/shipments/{shipment}/deliver");
    let early = staff.post(&deliver, json!({})).await.expect(422);
    assert_eq!(early.problem(), Some("shipment-not-dispatched"));
    let invoice = format!("/invoices/{id}");
    let billed = customer.awaited(&invoice, |answer| answer.status == 200).await;
    assert_eq!((billed.text("status"), &billed.body["total"]), ("OPEN", &order.body["total"]));

    let tracking = json!({ "tracking": { &*shipment: "1Z-999" } });
    let _ = staff.post(&format!("{path}/ship"), tracking).await.expect(202);
    let dispatched = |answer: &Answer| answer.body["status"] == "DISPATCHED";
    let _ = customer.awaited(&format!("/shipments/{shipment}"), dispatched).await;
    site.has(&sku, 8, 0).await;
    assert_eq!(staff.post(&deliver, json!({})).await.expect(200).body["tracking"], "1Z-999");
    let delivered = customer.awaited(&path, |answer| answer.body["status"] == "DELIVERED").await;
    assert_eq!(steps(&delivered), ["PURCHASED", "PENDING", "CONFIRMED", "SHIPPED", "DELIVERED"]);
    let _ = customer.awaited(&invoice, |answer| answer.body["status"] == "PAID").await;

    let request = accepted.header("x-correlation-id").expect("an id");
    let trace =
        operator.awaited(&format!("/ops/correlations/{request}"), |answer| told(answer, "ShipmentCreated")).await;
    assert!(told(&trace, "OrderConfirmed") && told(&trace, "InvoiceIssued"), "{}", trace.body);
    for stream in ["cart", "order", "payment", "invoice", "fulfilment"] {
        agrees(site, &format!("{stream}-{id}")).await;
    }
    agrees(site, &format!("shipment-{shipment}")).await;
    assert_eq!(site.events(&format!("cart-{id}")).await, ["CartOpened", "ItemAdded", "CartCheckedOut"]);
}

fn told(trace: &Answer, event: &str) -> bool {
    trace.body["events"].as_array().is_some_and(|events| events.iter().any(|told| told["type"] == event))
}

/// A stream's chain is whole, and its rows are what follows from it.
async fn agrees(site: &Site, stream: &str) {
    let verified = site.operator().post("/ops/verify", json!({ "stream": stream })).await.expect(200);
    assert_eq!((&verified.body["agrees"], &verified.body["differences"]), (&json!(true), &json!([])), "{stream}");
}

/// One of two lines is out of stock: nothing stays reserved for the other.
pub async fn what_no_warehouse_has_fails_the_order_and_releases_the_rest(site: &Site) {
    let (had, wanting) = (site.product("had", 5).await, site.product("wanting", 1).await);
    let customer = site.buyer().await;
    let cart = cart(&customer, &[(&had, 2), (&wanting, 3)]).await;
    let (_, order) = ordered(&customer, &cart, "FAILED").await;
    assert!(order.text("reason").contains(&wanting), "{}", order.body);
    site.has(&had, 5, 0).await;
    site.has(&wanting, 1, 0).await;
}

/// A confirmed order is cancelled, once.
pub async fn a_cancelled_order_gives_its_goods_back(site: &Site) {
    let sku = site.product("cancelled", 4).await;
    let customer = site.buyer().await;
    let cart = cart(&customer, &[(&sku, 3)]).await;
    let _ = ordered(&customer, &cart, "CONFIRMED").await;
    site.has(&sku, 4, 3).await;
    let path = format!("/orders/{cart}/cancel");
    let cancelled = customer.post(&path, json!({ "reason": "changed my mind" })).await.expect(202);
    assert_eq!((cancelled.text("status"), cancelled.text("reason")), ("CANCELLED", "changed my mind"));
    site.has(&sku, 4, 0).await;
    let _ = customer.post(&path, json!({})).await.expect(200);
    let _ = customer.awaited(&format!("/invoices/{cart}"), |answer| answer.body["status"] == "CREDITED").await;
}

/// An idempotency key identifies a command of one user.
pub async fn a_repeated_command_answers_as_the_first_time(site: &Site) {
    let sku = site.product("repeated", 1).await;
    let (customer, stranger, key) = (site.customer(), site.stranger(), site.name("key"));
    let first = keyed(&customer, "/carts", &key, &json!({})).await.expect(201);
    let again = keyed(&customer, "/carts", &key, &json!({})).await.expect(201);
    assert_eq!((&first.body, first.header("etag")), (&again.body, again.header("etag")));
    let of_stranger = keyed(&stranger, "/carts", &key, &json!({})).await.expect(201);
    assert_ne!(of_stranger.body["id"], first.body["id"], "a key is private to its caller");

    let (cart, item) = (first.text("id"), |quantity: u64| json!({ "sku": sku, "quantity": quantity }));
    let items = format!("/carts/{cart}/items");
    let first = keyed(&customer, &items, &key, &item(1)).await.expect(200);
    let _ = customer.post(&items, item(4)).await.expect(200);
    let again = keyed(&customer, &items, &key, &item(1)).await.expect(200);
    assert_eq!((&first.body, first.header("etag")), (&again.body, again.header("etag")));
    let other = keyed(&customer, &items, &key, &item(2)).await.expect(422);
    assert_eq!(other.problem(), Some("idempotency-key-reused"));
    let stale = [("if-match", "\"1\"")];
    let stale = customer.send(Method::POST, &items, Some(item(1).to_string()), &stale).await.expect(412);
    assert_eq!((stale.problem(), stale.header("etag")), (Some("version-mismatch"), Some("\"3\"")));
    let read = customer.get(&format!("/carts/{cart}?min_version=3")).await.expect(200);
    assert_eq!((read.header("etag"), &read.body["lines"][0]["quantity"]), (Some("\"3\""), &json!(5)));
    assert_eq!(site.events(&format!("cart-{cart}")).await, ["CartOpened", "ItemAdded", "ItemAdded"]);
}

/// Each refusal has its status and its problem, and none leaves a trace in the log.
pub async fn bad_input_and_strangers_are_refused_and_leave_nothing(site: &Site) {
    let sku = site.product("refused", 1).await;
    let (customer, stranger, staff) = (&site.customer(), &site.stranger(), &site.staff());
    let cart = cart(customer, &[(&sku, 1)]).await;
    let (items, checkout) = (format!("/carts/{cart}/items"), format!("/carts/{cart}/checkout"));
    let item = |sku: &str, quantity: Value| json!({ "sku": sku, "quantity": quantity }).to_string();
    let unknown_field = json!({ "sku": sku, "quantity": 1, "colour": "red" }).to_string();
    let receive = format!("/stock/{}/{sku}/receive", site.name("w"));
    let cases: [(&Client, &str, String, u16, &str); 12] = [
        (customer, &items, "{\"sku\":".to_owned(), 400, "malformed-request"),
        (customer, &items, "[".repeat(40), 400, "malformed-request"),
        (customer, &items, json!({ "note": "x".repeat(70_000) }).to_string(), 413, "body-too-large"),
        (customer, &items, unknown_field, 422, "invalid-request"),
        (customer, &items, item(&sku, json!("two")), 422, "invalid-request"),
        (customer, &items, item(&sku, json!(0)), 422, "invalid-request"),
        (customer, &items, item(&sku, json!(1_000)), 422, "quantity-too-large"),
        (customer, &items, item(&site.name("none"), json!(1)), 422, "unknown-product"),
        (stranger, &items, item(&sku, json!(1)), 404, "unknown-cart"),
        (stranger, &checkout, "{}".to_owned(), 404, "unknown-cart"),
        (customer, &format!("/orders/{cart}/cancel"), "{}".to_owned(), 404, "unknown-order"),
        (staff, &receive, json!({ "quantity": 0 }).to_string(), 422, "invalid-request"),
    ];
    for (client, path, body, status, problem) in cases {
        let answer = client.send(Method::POST, path, Some(body.clone()), &[]).await;
        let what = format!("{path} {body:.100}: {} {}", answer.status, answer.body);
        assert_eq!((answer.status.as_u16(), answer.problem()), (status, Some(problem)), "{what}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    }
    let _ = site.anyone().post(&items, json!({})).await.expect(401);
    let _ = customer.post("/products", json!({})).await.expect(403);
    let _ = staff.post(&checkout, json!({})).await.expect(403);
    let _ = customer.get("/ops/streams").await.expect(403);
    assert_eq!(site.events(&format!("cart-{cart}")).await, ["CartOpened", "ItemAdded"]);
    assert_eq!(site.events(&format!("stock-{}.{sku}", site.name("w"))).await, ["StockReceived"]);
}
