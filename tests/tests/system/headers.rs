//! The headers that keep answers where they belong.

use crate::shop::product;
use serde_json::json;
use tests::{Answer, Shop};

const GUARDING: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=63072000"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
];

fn guarded(answer: &Answer, cache: &str) {
    for (name, value) in GUARDING {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("cache-control"), Some(cache));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_says_that_it_is_for_its_caller_and_that_nothing_in_it_is_carried_out() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 3)]).await;
    let (alice, anyone) = (shop.customer("alice"), shop.anyone());
    guarded(&alice.post("/carts", json!({})).await.expect(201), "no-store");
    guarded(&alice.get("/orders").await.expect(200), "no-store");
    guarded(&shop.operator().get("/ops/events").await.expect(200), "no-store");
    guarded(&anyone.get("/healthz").await.expect(200), "no-store");
    guarded(&anyone.get("/products/none").await.expect(404), "no-store");
    guarded(&anyone.get("/products/mug?min_version=99").await.expect(409), "no-store");
    // What everybody may see.
    guarded(&anyone.get("/products/mug").await.expect(200), "public, max-age=5");
    guarded(&anyone.get("/catalogue").await.expect(200), "public, max-age=5");
    for path in ["/docs", "/openapi.json"] {
        guarded(&anyone.get(path).await.expect(200), "public, max-age=3600");
    }
    shop.stop().await;
}
