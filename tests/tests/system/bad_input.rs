//! Bad input gets a clear problem and changes nothing.

use crate::shop::{cart, product};
use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_dynamodb::types::Select;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Client, Shop};

async fn commits(shop: &Shop) -> i32 {
    let table = shop.host.environment("cart-commands").unwrap()["EVENT_LOG_TABLE"].clone();
    let scan = DynamoDb::new(&shop.host.aws_config()).scan().table_name(table).select(Select::Count);
    scan.send().await.unwrap().count()
}

struct Case<'a> {
    client: &'a Client,
    request: (Method, String),
    body: String,
    status: u16,
    problem: Option<&'static str>,
    pointer: Option<&'static str>,
}

fn post<'a>(client: &'a Client, path: &str, body: &Value, status: u16, problem: &'static str) -> Case<'a> {
    raw(client, path, &body.to_string(), status, problem)
}

fn raw<'a>(client: &'a Client, path: &str, body: &str, status: u16, problem: &'static str) -> Case<'a> {
    let request = (Method::POST, path.to_owned());
    Case { client, request, body: body.to_owned(), status, problem: Some(problem), pointer: None }
}

/// What the gateway answers itself is no problem document.
fn gateway<'a>(client: &'a Client, path: &str, status: u16) -> Case<'a> {
    Case { problem: None, ..raw(client, path, "{}", status, "") }
}

impl Case<'_> {
    fn at(self, pointer: &'static str) -> Self {
        Self { pointer: Some(pointer), ..self }
    }

    fn by(self, method: Method) -> Self {
        Self { request: (method, self.request.1), ..self }
    }
}

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
        raw(alice, &items, "{} {}", 422, "invalid-request"),
        raw(alice, &items, &deep, 400, "malformed-request"),
        raw(alice, &items, &huge, 413, "body-too-large"),
        post(alice, &items, &json!({ "sku": "mug", "quantity": 1, "colour": "red" }), 422, "invalid-request")
            .at("/colour"),
        post(alice, &items, &json!({ "sku": "mug" }), 422, "invalid-request"),
        post(alice, &items, &item("mug", json!("two")), 422, "invalid-request").at("/quantity"),
        post(alice, &items, &item("a b", json!(1)), 422, "invalid-request").at("/sku"),
        post(alice, &items, &json!([]), 422, "invalid-request"),
        post(alice, &checkout, &json!({ "coupon": "x" }), 422, "invalid-request").at("/coupon"),
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
    let before = commits(&shop).await;
    for case in cases {
        let (method, path) = case.request;
        let answer = case.client.send(method.clone(), &path, Some(case.body.clone()), &[]).await;
        let what = format!("{method} {path} {:.200}: {} {}", case.body, answer.status, answer.body);
        assert_eq!(answer.status.as_u16(), case.status, "{what}");
        assert_eq!(answer.problem(), case.problem, "{what}");
        match case.problem {
            Some(_) => {
                assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
                assert!(answer.body["detail"].is_string() && answer.body["correlation_id"].is_string(), "{what}");
            }
            None => assert!(answer.body["message"].is_string(), "{what}"),
        }
        if let Some(pointer) = case.pointer {
            assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{what}");
        }
    }
    let text = [("content-type", "text/plain")];
    let not_json = alice.send(Method::POST, &items, None, &text).await;
    assert_eq!(not_json.status.as_u16(), 422, "no body is an empty one, whatever its type");
    assert_eq!(commits(&shop).await, before, "not one commit more in the log");
    shop.host.stop().await;
}
