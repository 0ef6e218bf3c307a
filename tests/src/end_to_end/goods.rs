//! The prerequisites of an order: a customer who may buy, and a product in stock.

use super::Site;
use crate::{Answer, Client};
use reqwest::Method;
use serde_json::json;

impl Site {
    /// The customer, with an active account, an address and a card that is charged; what is there already stays.
    pub(super) async fn buyer(&self) -> Client {
        let (customer, staff) = (self.customer(), self.staff());
        let opened = customer.post("/accounts", json!({ "name": "E2E", "email": "e2e@example.org" })).await;
        let opened = opened.expect_one_of(&[200, 201]);
        let account = format!("/accounts/{}", opened.text("id"));
        if opened.body["status"] == "CREATED" {
            let _ = staff.post(&format!("{account}/confirm"), json!({})).await.expect(200);
        }
        if opened.body["status"] != "ACTIVE" {
            let _ = staff.post(&format!("{account}/activate"), json!({})).await.expect(200);
        }
        let card = json!({ "token": "tok_ok", "brand": "Visa", "last4": "4242" });
        let _ = customer.post(&format!("{account}/cards"), card).await.expect_one_of(&[200, 201]);
        if opened.body["addresses"] == json!([]) {
            let address = json!({
                "kind": "shipping", "lines": ["Hafenstraße 3"], "city": "Berlin", "postcode": "10115", "country": "DE",
            });
            let _ = customer.post(&format!("{account}/addresses"), address).await.expect(201);
        }
        customer
    }

    /// A listed product of 12.99 EUR, of which a warehouse of its own has some; its sku.
    pub(super) async fn product(&self, name: &str, quantity: u64) -> String {
        let (staff, sku) = (self.staff(), self.name(name));
        let price = json!({ "amount": 1_299, "currency": "EUR" });
        let _ = staff.post("/products", json!({ "sku": sku, "name": name, "price": price })).await.expect(201);
        let _ = staff.post(&format!("/products/{sku}/list"), json!({})).await.expect(200);
        let warehouse = self.name("w");
        let site = json!({ "id": warehouse, "name": "A warehouse of a test" });
        let _ = staff.post("/warehouses", site).await.expect_one_of(&[200, 201]);
        let received = staff.post(&format!("/stock/{warehouse}/{sku}/receive"), json!({ "quantity": quantity })).await;
        let _ = received.expect(200);
        // The process asks the warehouses that the view knows.
        self.has(&sku, quantity, 0).await;
        sku
    }

    /// Waits for these quantities on hand and reserved.
    pub(super) async fn has(&self, sku: &str, on_hand: u64, reserved: u64) {
        let numbers = |answer: &Answer| (answer.body["on_hand"].as_u64(), answer.body["reserved"].as_u64());
        let path = format!("/products/{sku}/stock");
        self.staff().awaited(&path, |answer| numbers(answer) == (Some(on_hand), Some(reserved))).await;
    }
}

/// Opens a cart with these items, and returns its id.
pub(super) async fn cart(customer: &Client, items: &[(&str, u64)]) -> String {
    let cart = customer.post("/carts", json!({})).await.expect(201).text("id").to_owned();
    for (sku, quantity) in items {
        let item = json!({ "sku": sku, "quantity": quantity });
        let _ = customer.post(&format!("/carts/{cart}/items"), item).await.expect(200);
    }
    cart
}

/// Checks a cart out, and waits until its order has come to this status; the checkout's answer and the order's.
pub(super) async fn ordered(customer: &Client, cart: &str, status: &str) -> (Answer, Answer) {
    let accepted = customer.post(&format!("/carts/{cart}/checkout"), json!({})).await.expect(202);
    let order = accepted.header("location").expect("where it is").to_owned();
    let decided =
        |answer: &Answer| ["CONFIRMED", "FAILED"].contains(&answer.body["status"].as_str().unwrap_or_default());
    let order = customer.awaited(&order, decided).await;
    assert_eq!(order.body["status"], status, "{}", order.body);
    (accepted, order)
}

/// The same command again, under a key.
pub(super) async fn keyed(client: &Client, path: &str, key: &str, body: &serde_json::Value) -> Answer {
    client.send(Method::POST, path, Some(body.to_string()), &[("idempotency-key", key)]).await
}

/// The last status of a timeline.
pub(super) fn steps(order: &Answer) -> Vec<&str> {
    let steps = order.body["timeline"].as_array().expect("a list").iter();
    steps.map(|step| step["status"].as_str().expect("a status")).collect()
}
