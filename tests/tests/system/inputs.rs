//! What is nearly right is wrong: forms of JSON, of queries, of headers and of texts that other programs let pass.

use crate::refusals::{commits, post, raw, refused};
use crate::shop::{cart, product};
use reqwest::Method;
use serde_json::json;
use tests::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_array_is_no_object_and_a_number_without_a_fraction_is_an_integer() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 3)]).await;
    let (alice, staff) = (&shop.customer_with_account("alice").await, &shop.staff());
    let full = cart(alice, &[("mug", 1)]).await;
    let items = format!("/carts/{full}/items");
    let account = alice.post("/accounts", json!({ "name": "alice", "email": "alice@example.org" })).await.expect(200);
    let addresses = format!("/accounts/{}/addresses", account.text("id"));
    refused(
        &shop,
        [
            raw(alice, &items, r#"["mug",2]"#, 422, "invalid-request"),
            raw(alice, "/carts", "[]", 422, "invalid-request"),
            raw(alice, &format!("/carts/{full}/checkout"), "[null,null,null]", 422, "invalid-request"),
            raw(staff, "/products/mug/price", r#"{"price":[100,"EUR"]}"#, 422, "invalid-request").at("/price"),
            raw(staff, "/products/mug/price", r#"[{"amount":100,"currency":"EUR"}]"#, 422, "invalid-request"),
            raw(alice, &addresses, r#"["shipping",["Weg 1"],"Bonn","53113","DE"]"#, 422, "invalid-request"),
            raw(alice, &items, r#"{"sku":"mug","sku":"mug","quantity":1}"#, 422, "invalid-request"),
            raw(alice, &items, r#"{"sku":"mug","quantity":1.5}"#, 422, "invalid-request").at("/quantity"),
            raw(alice, &items, r#"{"sku":"mug","quantity":1e300}"#, 422, "invalid-request").at("/quantity"),
            raw(alice, &items, r#"{"sku":"mug","quantity":-1.0}"#, 422, "invalid-request").at("/quantity"),
        ],
    )
    .await;
    for (body, quantity) in [(r#"{"sku":"mug","quantity":1.0}"#, 2), (r#"{"sku":"mug","quantity":1e1}"#, 12)] {
        let added = alice.send(Method::POST, &items, Some(body.to_owned()), &[]).await.expect(200);
        assert_eq!(added.body["lines"][0]["quantity"], quantity);
    }
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_host_s_own_routes_take_no_array_for_an_object() {
    let shop = Shop::start().await;
    let anyone = shop.anyone();
    for (path, body) in [("/_local/clock", json!([1])), ("/_local/tokens", json!(["a", ["shop/operator"]]))] {
        let _ = anyone.post(path, body).await.expect(400);
    }
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parameter_stands_once_and_a_version_has_one_form() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 3)]).await;
    let alice = shop.customer("alice");
    let of_alice = cart(&alice, &[("mug", 1)]).await;
    for path in
        ["/catalogue?limit=1&limit=2", "/catalogue?limit=1&limit=1", "/catalogue?limit=1&l%69mit=1", "/docs?a&a"]
    {
        let doubled = shop.anyone().get(path).await.expect(400);
        assert_eq!(doubled.problem(), Some("malformed-request"), "{path}");
    }
    // A comma is part of a value.
    let _ = shop.anyone().get("/catalogue?limit=1,2").await.expect(422);
    let none = shop.anyone().get("/catalogue?category=a%2Cb").await.expect(422);
    assert_eq!(none.body["errors"][0]["parameter"], "category");
    for version in ["%2B1", "01", "-1", "1.0", "", "+1"] {
        let _ = alice.get(&format!("/carts/{of_alice}?min_version={version}")).await.expect(422);
        let _ = alice.get(&format!("/carts/{of_alice}?version={version}")).await.expect(422);
    }
    let before = commits(&shop).await;
    for tag in ["\"02\"", "\"+2\"", "\"-2\"", "\"2.0\"", "W/\"2\"", "2", "*", "\"2\", \"3\"", "\"\""] {
        let items = format!("/carts/{of_alice}/items");
        let refused = alice.send(Method::DELETE, &items, None, &[("if-match", tag)]).await.expect(400);
        assert_eq!(refused.problem(), Some("malformed-request"), "{tag}");
    }
    assert_eq!(commits(&shop).await, before);
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_what_it_looks_like_and_hides_no_card_s_number() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 3)]).await;
    let (alice, staff) = (&shop.customer_with_account("alice").await, &shop.staff());
    let account = alice.post("/accounts", json!({ "name": "alice", "email": "alice@example.org" })).await.expect(200);
    let cards = format!("/accounts/{}/cards", account.text("id"));
    let card = |token: &str, brand: &str| json!({ "token": token, "brand": brand, "last4": "4242" });
    let named = |name: &str| json!({ "sku": "x", "name": name, "price": { "amount": 1, "currency": "EUR" } });
    let bob = &shop.customer("bob");
    let profile = |name: &str| json!({ "name": name, "email": "bob@example.org" });
    let mut cases = vec![
        post(alice, &cards, &card("tok_4242424242424242", "Visa"), 422, "invalid-request").at("/token"),
        post(alice, &cards, &card("4242-4242-4242-4242", "Visa"), 422, "invalid-request").at("/token"),
        post(alice, &cards, &card("tok_new", "Visa 4242 4242 4242 4242"), 422, "invalid-request").at("/brand"),
        post(bob, "/accounts", &profile("Bob 4242424242424242"), 422, "invalid-request").at("/name"),
        post(staff, "/products/mug/description", &json!({ "4242424242424242": "x" }), 422, "invalid-request").at(""),
        post(staff, "/stock/berlin/4242424242424242/receive", &json!({ "quantity": 1 }), 400, "malformed-request"),
    ];
    for name in
        ["\u{200b}", "\u{feff} \u{2060}", "a\u{202e}b", "a\u{2067}b", "a\u{e0061}b", "a\nb", "a\u{2028}b", "\u{85}"]
    {
        cases.push(post(staff, "/products", &named(name), 422, "invalid-request").at("/name"));
        cases.push(
            post(staff, "/products/mug/description", &json!({ "name": name }), 422, "invalid-request").at("/name"),
        );
        cases.push(
            post(staff, "/warehouses", &json!({ "id": "bonn", "name": name }), 422, "invalid-request").at("/name"),
        );
        cases.push(post(bob, "/accounts", &profile(name), 422, "invalid-request").at("/name"));
    }
    refused(&shop, cases).await;
    for (client, path, body) in [
        (alice, cards.as_str(), card("tok_4242424242424242", "Visa")),
        (alice, cards.as_str(), json!({ "4242424242424242": 1 })),
        (staff, "/stock/berlin/mug/adjust", json!({ "on_hand": 1, "reason": "4242 4242 4242 4242" })),
    ] {
        let refused = client.post(path, body).await.expect(422);
        assert!(!refused.body.to_string().contains("4242"), "it is not echoed: {}", refused.body);
    }
    let lines = json!({ "name": "Mug", "description": "One line.\nAnother line." });
    let _ = staff.post("/products/mug/description", lines).await.expect(200);
    shop.stop().await;
}
