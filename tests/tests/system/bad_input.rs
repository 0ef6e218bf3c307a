//! Bad input gets a clear problem and changes nothing.

use crate::refusals::{commits, gateway, post, raw, refused};
use crate::shop::{cart, product};
use reqwest::Method;
use serde_json::{Value, json};
use tests::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn bad_input_is_answered_with_a_problem_and_changes_nothing() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 3)]).await;
    let euro = |amount: i64| json!({ "amount": amount, "currency": "EUR" });
    let (staff, alice, bob, anyone) = (&shop.staff(), &shop.customer("alice"), &shop.customer("bob"), &shop.anyone());
    let unlisted = json!({ "sku": "secret", "name": "Secret", "price": euro(1) });
    let _ = staff.post("/products", unlisted).await.expect(201);
    let empty = cart(alice, &[]).await;
    let full = cart(alice, &[("mug", 1)]).await;
    let (items, checkout) = (format!("/carts/{full}/items"), format!("/carts/{full}/checkout"));
    let item = |sku: &str, quantity: Value| json!({ "sku": sku, "quantity": quantity });
    let forged = &alice.with_token("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.AAAA");
    let no_cart = format!("/carts/{}/items", "0".repeat(32));
    let huge = json!({ "sku": "mug", "quantity": 1, "note": "x".repeat(70_000) }).to_string();
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let cases = [
        // Not JSON, or not of the request's shape.
        raw(alice, &items, "{\"sku\": \"mug\",", 400, "malformed-request"),
        raw(alice, &items, "{} {}", 400, "malformed-request"),
        raw(alice, &items, &deep, 400, "malformed-request"),
        raw(alice, &items, &huge, 413, "body-too-large"),
        post(alice, &items, &json!({ "sku": "mug", "quantity": 1, "colour": "red" }), 422, "invalid-request")
            .at("/colour"),
        post(alice, &items, &json!({ "sku": "mug" }), 422, "invalid-request"),
        post(alice, &items, &item("mug", json!("two")), 422, "invalid-request").at("/quantity"),
        post(alice, &items, &item("a b", json!(1)), 422, "invalid-request").at("/sku"),
        post(alice, &items, &json!([]), 422, "invalid-request"),
        post(alice, &checkout, &json!({ "coupon": "x" }), 422, "invalid-request").at("/coupon"),
        post(alice, &checkout, &json!({ "card": "4242424242424242" }), 422, "invalid-request").at("/card"),
        // Quantities that are none.
        post(alice, &items, &item("mug", json!(0)), 422, "invalid-request").at("/quantity"),
        post(alice, &items, &item("mug", json!(-1)), 422, "invalid-request").at("/quantity"),
        post(alice, &items, &item("mug", json!(1.5)), 422, "invalid-request").at("/quantity"),
        post(alice, &items, &item("mug", json!(1_001)), 422, "invalid-request").at("/quantity"),
        post(alice, &items, &item("mug", json!(1_000)), 422, "quantity-too-large"),
        // Products that cannot be bought.
        post(alice, &items, &item("none", json!(1)), 422, "unknown-product"),
        post(alice, &items, &item("secret", json!(1)), 422, "product-not-listed"),
        // Carts that cannot be ordered, or are not the caller's.
        post(alice, &format!("/carts/{empty}/checkout"), &json!({}), 422, "cart-empty"),
        post(bob, &items, &item("mug", json!(1)), 404, "unknown-cart"),
        post(bob, &checkout, &json!({}), 404, "unknown-cart"),
        post(alice, &no_cart, &item("mug", json!(1)), 404, "unknown-cart"),
        post(alice, "/carts/nonsense/items", &item("mug", json!(1)), 404, "not-found"),
        post(alice, &format!("{items}/pot"), &json!({ "quantity": 1 }), 422, "item-not-in-cart").by(Method::PATCH),
        post(alice, &format!("/orders/{full}/cancel"), &json!({}), 404, "unknown-order"),
        // The staff's own.
        post(staff, "/products", &json!({ "sku": "x", "name": "X", "price": euro(-1) }), 422, "invalid-request")
            .at("/price"),
        post(
            staff,
            "/products",
            &json!({ "sku": "mug", "name": "Other", "price": euro(1) }),
            422,
            "product-already-registered",
        ),
        post(staff, "/products/none/list", &json!({}), 404, "unknown-product"),
        post(
            staff,
            "/products/mug/price",
            &json!({ "price": { "amount": 1, "currency": "USD" } }),
            422,
            "foreign-currency",
        ),
        post(
            staff,
            "/products/mug/price",
            &json!({ "price": { "amount": 1, "currency": "EUR", "tax": 1 } }),
            422,
            "invalid-request",
        ),
        post(staff, "/stock/berlin/none/receive", &json!({ "quantity": 1 }), 404, "not-found"),
        post(staff, "/stock/berlin/mug/receive", &json!({ "quantity": 0 }), 422, "invalid-request").at("/quantity"),
        post(
            staff,
            "/stock/berlin/mug/adjust",
            &json!({ "on_hand": 2_000_000, "reason": "count" }),
            422,
            "too-much-stock",
        ),
        post(
            staff,
            "/stock/berlin/mug/adjust",
            &json!({ "on_hand": 2, "cause": "theft", "reason": "count" }),
            422,
            "invalid-request",
        )
        .at("/cause"),
        post(
            staff,
            "/stock/berlin/mug/adjust",
            &json!({ "on_hand": 1_000, "cause": "damage", "reason": "count" }),
            422,
            "loss-adds-stock",
        ),
        post(
            staff,
            "/stock/berlin/mug/receive",
            &json!({ "quantity": 1, "delivery_note": "x".repeat(41) }),
            422,
            "invalid-request",
        )
        .at("/delivery_note"),
        // Tokens, and routes that are none.
        gateway(anyone, &items, 401),
        gateway(forged, &items, 401),
        gateway(alice, "/products", 403),
        gateway(alice, "/nowhere", 404),
    ];
    refused(&shop, cases).await;
    let before = commits(&shop).await;
    let text = [("content-type", "text/plain")];
    let not_json = alice.send(Method::POST, &items, None, &text).await;
    assert_eq!(not_json.status.as_u16(), 422, "no body is an empty one, with any media type");
    assert_eq!(commits(&shop).await, before, "not one commit more in the log");
    shop.host.stop().await;
}
