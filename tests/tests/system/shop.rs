//! Small pieces of stories.

use serde_json::{Value, json};
use tests::{Answer, Client, Shop};

/// Registers and lists a product, and receives stock of it.
pub(crate) async fn product(shop: &Shop, sku: &str, amount: u64, stock: &[(&str, u64)]) {
    let staff = shop.staff();
    let price = json!({ "amount": amount, "currency": "EUR" });
    let _ = staff.post("/products", json!({ "sku": sku, "name": sku, "price": price })).await.expect(201);
    let _ = staff.post(&format!("/products/{sku}/list"), json!({})).await.expect(200);
    for (warehouse, quantity) in stock {
        let path = format!("/stock/{warehouse}/{sku}/receive");
        let _ = staff.post(&path, json!({ "quantity": quantity })).await.expect(200);
    }
    // The process asks the warehouses that the view knows.
    shop.host.settled().await;
}

/// Opens a cart with these items, and returns its id.
pub(crate) async fn cart(customer: &Client, items: &[(&str, u64)]) -> String {
    let cart = customer.post("/carts", json!({})).await.expect(201).text("id").to_owned();
    for (sku, quantity) in items {
        let item = json!({ "sku": sku, "quantity": quantity });
        let _ = customer.post(&format!("/carts/{cart}/items"), item).await.expect(200);
    }
    cart
}

/// Checks a cart out, and waits until its order has one of these statuses.
pub(crate) async fn ordered(customer: &Client, cart: &str, statuses: &[&str]) -> Answer {
    let accepted = customer.post(&format!("/carts/{cart}/checkout"), json!({})).await.expect(202);
    let order = accepted.header("location").unwrap().to_owned();
    customer.until(&order, |answer| is_one_of(&answer.body["status"], statuses)).await
}

fn is_one_of(status: &Value, statuses: &[&str]) -> bool {
    status.as_str().is_some_and(|status| statuses.contains(&status))
}

/// On hand, reserved and available of a product in all warehouses, as the view shows it once everything has settled.
pub(crate) async fn stock(shop: &Shop, sku: &str) -> (u64, u64, u64) {
    shop.host.settled().await;
    let stock = shop.staff().get(&format!("/products/{sku}/stock")).await.expect(200).body;
    let number = |name: &str| stock[name].as_u64().unwrap();
    (number("on_hand"), number("reserved"), number("available"))
}
