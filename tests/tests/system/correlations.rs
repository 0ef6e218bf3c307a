//! Correlation ids of clients stay apart from the server's own.

use reqwest::Method;
use serde_json::json;
use tests::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_cannot_put_its_commits_among_those_of_another_s_request() {
    let shop = Shop::start().await;
    let (alice, mallory, operator) = (shop.customer("alice"), shop.customer("mallory"), shop.operator());
    let of_alice = alice.post("/carts", json!({})).await.expect(201);
    let id = of_alice.header("x-correlation-id").unwrap().to_owned();
    let claimed = [("x-correlation-id", id.as_str())];
    let refused = mallory.send(Method::POST, "/carts", None, &claimed).await.expect(400);
    assert_eq!(refused.problem(), Some("malformed-request"));
    assert_ne!(refused.header("x-correlation-id"), Some(id.as_str()), "it is not echoed either");
    let prefixed = format!("mallory-{id}");
    let _ = mallory.send(Method::POST, "/carts", None, &[("x-correlation-id", &prefixed)]).await.expect(201);
    shop.host.settled().await;
    let traced = operator.get(&format!("/ops/correlations/{id}")).await.expect(200);
    let events = traced.body["events"].as_array().unwrap();
    assert!(!events.is_empty() && events.iter().all(|event| event["correlation"] == *id), "{events:#?}");
    assert!(events.iter().all(|event| event["stream"] == format!("cart-{}", of_alice.text("id"))));
    shop.stop().await;
}
