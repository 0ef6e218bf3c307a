//! What HTTP promises: entity tags, repetitions, freshness, pages, correlation.

use crate::shop::{cart, ordered, product};
use reqwest::Method;
use serde_json::json;
use tests::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_command_answers_as_the_first_time() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[]).await;
    let alice = shop.customer("alice");
    let key = [("idempotency-key", "k-1")];
    let first = alice.send(Method::POST, "/carts", Some("{}".to_owned()), &key).await.expect(201);
    let again = alice.send(Method::POST, "/carts", Some("{}".to_owned()), &key).await.expect(201);
    assert_eq!((&first.body, first.header("etag")), (&again.body, again.header("etag")));
    let items = format!("{}/items", first.header("location").unwrap());
    let add = |quantity: u64| json!({ "sku": "mug", "quantity": quantity }).to_string();
    let first = alice.send(Method::POST, &items, Some(add(1)), &key).await.expect(200);
    let _ = alice.post(&items, json!({ "sku": "mug", "quantity": 5 })).await.expect(200);
    let quoted = [("idempotency-key", "\"k-1\""), ("if-match", "\"1\"")];
    let again = alice.send(Method::POST, &items, Some(add(1)), &quoted).await.expect(200);
    assert_eq!((&first.body, first.header("etag")), (&again.body, again.header("etag")));
    let other = alice.send(Method::POST, &items, Some(add(2)), &key).await.expect(422);
    assert_eq!(other.problem(), Some("idempotency-key-reused"));
    let bob = shop.customer("bob");
    let of_bob = bob.send(Method::POST, "/carts", Some("{}".to_owned()), &key).await.expect(201);
    assert_ne!(of_bob.body["id"], again.body["id"], "a key is private to its caller");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_on_another_version_than_it_names_is_refused_with_the_current_one() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[]).await;
    let alice = shop.customer("alice");
    let items = format!("/carts/{}/items", cart(&alice, &[("mug", 1)]).await);
    let item = Some(json!({ "sku": "mug", "quantity": 1 }).to_string());
    let mismatch = alice.send(Method::POST, &items, item.clone(), &[("if-match", "\"1\"")]).await.expect(412);
    assert_eq!((mismatch.problem(), mismatch.header("etag")), (Some("version-mismatch"), Some("\"2\"")));
    let matched = alice.send(Method::POST, &items, item.clone(), &[("if-match", "\"2\"")]).await.expect(200);
    assert_eq!(matched.header("etag"), Some("\"3\""));
    let malformed = alice.send(Method::POST, &items, item, &[("if-match", "3")]).await.expect(400);
    assert_eq!(malformed.problem(), Some("malformed-request"));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_learns_nothing_of_another_one_s_cart() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[]).await;
    let (alice, bob) = (shop.customer("alice"), shop.customer("bob"));
    let of_alice = cart(&alice, &[("mug", 1)]).await;
    let item = Some(json!({ "sku": "mug", "quantity": 1 }).to_string());
    for cart in [of_alice, "0".repeat(32)] {
        let requests = [
            (Method::POST, format!("/carts/{cart}/items"), item.clone()),
            (Method::DELETE, format!("/carts/{cart}/items"), None),
            (Method::POST, format!("/carts/{cart}/checkout"), Some("{}".to_owned())),
        ];
        for (method, path, body) in requests {
            for version in ["\"1\"", "\"2\"", "\"3\""] {
                let refused = bob.send(method.clone(), &path, body.clone(), &[("if-match", version)]).await.expect(404);
                assert_eq!(
                    (refused.problem(), refused.header("etag")),
                    (Some("unknown-cart"), None),
                    "{path} {version}"
                );
            }
        }
    }
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_sees_what_it_wrote() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[]).await;
    let alice = shop.customer("alice");
    let cart = cart(&alice, &[]).await;
    for version in 2..12 {
        let item = json!({ "sku": "mug", "quantity": 1 });
        let written = alice.post(&format!("/carts/{cart}/items"), item).await.expect(200);
        let read = alice.get(&format!("/carts/{cart}?min_version={version}")).await.expect(200);
        assert_eq!((&read.body, read.header("etag")), (&written.body, written.header("etag")));
    }
    let beyond = alice.get(&format!("/carts/{cart}?min_version=12")).await.expect(409);
    assert_eq!((beyond.problem(), beyond.header("retry-after")), (Some("version-beyond-head"), Some("1")));
    let far_beyond = alice.get(&format!("/carts/{cart}?min_version=5000")).await.expect(409);
    assert_eq!(far_beyond.problem(), Some("version-beyond-head"), "however far the view would be behind");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_come_in_pages_that_leave_nothing_out() {
    let shop = Shop::start().await;
    for number in 0..7 {
        product(&shop, &format!("sku-{number}"), 100, &[("berlin", 9)]).await;
    }
    let staff = shop.staff();
    let _ = staff.post("/products/sku-3/delist", json!({})).await.expect(200);
    let _ = staff.post("/products/sku-5/category", json!({ "category": "kitchen" })).await.expect(200);
    shop.host.settled().await;
    let anyone = shop.anyone();
    let (mut path, mut listed) = ("/catalogue?limit=2".to_owned(), vec![]);
    loop {
        let page = anyone.get(&path).await.expect(200).body;
        listed.extend(page["items"].as_array().unwrap().iter().map(|product| product["sku"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        path = next.to_owned();
    }
    assert_eq!(listed, ["sku-0", "sku-1", "sku-2", "sku-4", "sku-5", "sku-6"]);
    let kitchen = anyone.get("/catalogue?category=kitchen").await.expect(200).body;
    assert_eq!((kitchen["items"][0]["sku"].as_str(), kitchen["items"].as_array().unwrap().len()), (Some("sku-5"), 1));

    let alice = shop.customer_with_account("alice").await;
    let mut placed = vec![];
    for number in 0..3 {
        let cart = cart(&alice, &[(&format!("sku-{number}"), 1)]).await;
        let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
        placed.insert(0, cart);
    }
    shop.host.settled().await;
    let first = alice.get("/orders?limit=2").await.expect(200).body;
    let next = first["next"].as_str().unwrap();
    let second = alice.get(next).await.expect(200).body;
    let ids = |page: &serde_json::Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!([ids(&first), ids(&second)].concat(), placed, "newest first");
    assert_eq!(second["next"], json!(null));
    let foreign = shop.customer("bob").get(next).await.expect(422);
    assert_eq!(foreign.problem(), Some("invalid-request"), "a cursor is bound to its list");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_s_correlation_is_echoed_and_stored_beside_the_server_s() {
    let shop = Shop::start().await;
    let alice = shop.customer("alice");
    let opened = alice.send(Method::POST, "/carts", None, &[("x-correlation-id", "from-alice")]).await.expect(201);
    assert_eq!(opened.header("x-correlation-id"), Some("from-alice"));
    let stream = format!("/ops/streams/cart-{}", opened.text("id"));
    let event = shop.operator().get(&stream).await.expect(200).body["items"][0].clone();
    assert_eq!(event["client_correlation"], "from-alice");
    assert_eq!(event["correlation"].as_str().unwrap().len(), 32);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_of_any_version_can_be_read() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 3)]).await;
    let operator = shop.operator();
    let state = async |version: u64| {
        let path = format!("/ops/streams/product-mug/state?version={version}");
        operator.get(&path).await.expect(200).body["state"].clone()
    };
    assert_eq!(state(0).await, "unregistered");
    assert_eq!(state(1).await["unlisted"]["name"], "mug");
    assert_eq!(state(2).await["listed"]["name"], "mug");
    let beyond = operator.get("/ops/streams/product-mug/state?version=3").await.expect(409);
    assert_eq!(beyond.problem(), Some("version-beyond-head"));
    let _ = operator.get("/ops/streams/product-none/state").await.expect(404);
    shop.host.stop().await;
}

/// Without an issuer of its owner, the template has a user pool. The host issues tokens in its place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_user_pool_of_the_template_lets_its_users_in() {
    let shop = Shop::start_by(&[("JwtIssuer", ""), ("JwtAudience", "")]).await;
    let _ = shop.customer("alice").post("/carts", json!({})).await.expect(201);
    let _ = shop.staff().get("/orders?status=CONFIRMED").await.expect(200);
    for (claim, value) in [("client_id", json!("shop")), ("iss", json!("https://issuer.shop.local"))] {
        let other = shop.client_with("customer:alice", "shop/customer", &json!({ claim: value }));
        assert_eq!(other.post("/carts", json!({})).await.status.as_u16(), 401, "{claim}");
    }
    // Each client's tokens are accepted.
    let staff = shop.client_with("staff:sam", "shop/staff", &json!({ "client_id": "localstaffclient" }));
    let _ = staff.get("/orders?status=CONFIRMED").await.expect(200);
    shop.stop().await;
}
