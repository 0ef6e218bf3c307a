//! What is for sale, and how much of it can be had.

use crate::shop::{cart, ordered, product};
use serde_json::{Value, json};
use tests::{Client, Shop};

async fn listed(client: &Client, path: &str) -> Vec<(String, u64)> {
    let page = client.get(path).await.expect(200).body;
    let product =
        |product: &Value| (product["sku"].as_str().unwrap().to_owned(), product["availability"].as_u64().unwrap());
    page["items"].as_array().unwrap().iter().map(product).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_shows_what_all_warehouses_can_still_promise() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 3), ("bonn", 4)]).await;
    product(&shop, "pot", 2_499, &[]).await;
    product(&shop, "tea", 499, &[("bonn", 9)]).await;
    let category = json!({ "category": "kitchen" });
    let _ = shop.staff().post("/products/mug/category", category).await.expect(200);
    let buyer = shop.customer_with_account("alice").await;
    let cart = cart(&buyer, &[("mug", 2)]).await;
    let _ = ordered(&buyer, &cart, &["PENDING", "CONFIRMED"]).await;
    shop.host.settled().await;
    let anyone = shop.anyone();
    let entry = |sku: &str, availability| (sku.to_owned(), availability);
    assert_eq!(listed(&anyone, "/catalogue").await, [entry("mug", 5), entry("pot", 0), entry("tea", 9)]);
    assert_eq!(listed(&anyone, "/catalogue?limit=2").await, [entry("mug", 5), entry("pot", 0)]);
    assert_eq!(listed(&anyone, "/catalogue?category=kitchen").await, [entry("mug", 5)]);
    for (sku, availability) in [("mug", 5), ("pot", 0)] {
        let product = anyone.get(&format!("/products/{sku}")).await.expect(200);
        assert_eq!((product.text("sku"), &product.body["availability"]), (sku, &json!(availability)));
    }
    shop.host.stop().await;
}
