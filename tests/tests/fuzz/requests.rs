//! Requests as the gateway passes them to functions: any method, path, query, headers, body and caller.

use crate::choices::Choices;
use crate::ground::{Ground, SECRET, TOPOLOGY};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use foldlog::Clock;
use foldlog_local::inventory::Inventory;
use serde_json::{Map, Value, json};
use shop_payments::Secret;
use shop_payments::webhook::{SIGNATURE, TIMESTAMP, sign};
use std::sync::LazyLock;
use tests::payloads::payload;

/// The ids of the story.
const CART: &str = "3bfb818187c9508f955ef8f19c4788fe";
const ACCOUNT: &str = "56b7cbf8e680e2eda388c427d7c8ed7e";

/// The routes of the template, each with an example of its body.
static ROUTES: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(shop_reference::openapi()).unwrap();
    let inventory = Inventory::read(shop_composition::TEMPLATE, &shop_composition::parameters()).unwrap();
    let example = |key: &str| {
        let (method, path) = key.split_once(' ').unwrap();
        let operation = &document["paths"][path][method.to_lowercase()];
        operation["requestBody"]["content"]["application/json"]["example"].clone()
    };
    inventory.api.unwrap().routes.into_iter().map(|route| (route.key.clone(), example(&route.key))).collect()
});

const QUERIES: [&str; 12] =
    ["limit", "cursor", "status", "category", "version", "at", "min_version", "order", "after", "from", "to", "by"];
const HEADERS: [&str; 8] = [
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-correlation-id",
    "traceparent",
    SIGNATURE,
    TIMESTAMP,
];
const SCOPES: [&str; 4] = ["shop/customer", "shop/staff", "shop/operator", "shop/other"];

/// Sends requests one after the other. The shop may answer none of them with a fault.
pub(crate) fn try_requests(choices: &mut Choices<'_>) {
    let mut ground = Ground::new();
    for _ in 0..=choices.below(3) {
        let event = request(choices);
        let function = function_of(&event);
        let answer = ground.invoke(&function, event.clone());
        answered(&event, answer);
        ground.project();
    }
}

fn function_of(event: &Value) -> String {
    let method = event["requestContext"]["http"]["method"].as_str().unwrap();
    let path = event["rawPath"].as_str().unwrap();
    TOPOLOGY.route(method, path).map_or_else(|| "queries".to_owned(), |routed| routed.function)
}

/// The property of an answer to a request: it is one, and no fault; an error says what was wrong with the request.
fn answered(event: &Value, answer: Result<Value, foldlog_lambda::Error>) {
    let answer = answer.unwrap_or_else(|error| panic!("no answer: {error}: {event}"));
    let status = answer["statusCode"].as_u64().unwrap_or_default();
    assert!((200..500).contains(&status), "{answer}: {event}");
    if status >= 400 {
        let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        assert_eq!(problem["status"], status, "{answer}: {event}");
        assert!(problem["type"].is_string() && problem["title"].is_string(), "{answer}: {event}");
    }
}

fn request(choices: &mut Choices<'_>) -> Value {
    let (key, example) = choices.pick(&ROUTES);
    let (method, pattern) = key.split_once(' ').unwrap();
    let (mut path, mut parameters) = (String::new(), Map::new());
    for part in pattern.split('/').skip(1) {
        let value = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => {
                let value = known(choices, name, pattern);
                parameters.insert(name.to_owned(), json!(value));
                value
            }
            None => part.to_owned(),
        };
        path.push('/');
        path.extend(form_urlencoded::byte_serialize(value.as_bytes()));
    }
    let query: Vec<String> = (0..choices.below(4)).map(|_| parameter(choices)).collect();
    let headers: Map<_, _> = (0..choices.below(3)).map(|_| header(choices)).collect();
    let (body, encoded) = body(choices, example);
    let mut event = json!({
        "version": "2.0", "routeKey": key, "rawPath": path, "rawQueryString": query.join("&"), "headers": headers,
        "requestContext": {
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "", "userAgent": "" },
            "routeKey": key, "stage": "$default",
        },
        "isBase64Encoded": encoded,
    });
    let context = &mut event["requestContext"];
    if let Some(claims) = caller(choices) {
        context["authorizer"] = claims;
    }
    if method != "GET" {
        event["body"] = json!(body);
    }
    if !parameters.is_empty() {
        event["pathParameters"] = Value::Object(parameters);
    }
    event
}

/// A value of the path: mostly one that there is.
fn known(choices: &mut Choices<'_>, name: &str, pattern: &str) -> String {
    if choices.once_in(4) {
        return choices.text();
    }
    let there = match name {
        "sku" => "mug",
        "warehouse" => "berlin",
        "stream" => {
            choices.pick(&["cart-3bfb818187c9508f955ef8f19c4788fe", "product-mug", "audit-202611", "stock-berlin.mug"])
        }
        "name" => choices.pick(&["order", "catalogue", "sales", "stock"]),
        "id" if pattern.starts_with("/accounts") || pattern.starts_with("/ops/accounts") => ACCOUNT,
        "id" if pattern.starts_with("/warehouses") => "berlin",
        "id" if pattern.starts_with("/ops/parked") => {
            choices.pick(&["relay~product-mug~1", "stock~g1~stock-berlin.mug"])
        }
        _ => CART,
    };
    there.to_owned()
}

fn parameter(choices: &mut Choices<'_>) -> String {
    let name = if choices.once_in(8) { choices.text() } else { (*choices.pick(&QUERIES)).to_owned() };
    let value = match choices.below(6) {
        0 => choices.pick(&["1", "20", "100", "0", "101", "18446744073709551615"]).to_string(),
        1 => choices.pick(&["FAILED", "CONFIRMED", "asc", "desc", "sku", "category", "kitchen"]).to_string(),
        2 => choices
            .pick(&["2026-11-21", "2026-11-21T10:00:01Z", "0001-01-01", "9999-12-31", "product-mug@1"])
            .to_string(),
        3 => BASE64_URL_SAFE_NO_PAD.encode(choices.bytes(120)),
        4 => return format!("{name}={}", String::from_utf8_lossy(&choices.bytes(20))),
        _ => choices.text(),
    };
    format!("{name}={}", form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>())
}

/// A header. The gateway refuses control characters in one.
fn header(choices: &mut Choices<'_>) -> (String, Value) {
    let value = match choices.below(6) {
        0 => "application/json".to_owned(),
        1 => "\"3\"".to_owned(),
        2 => "key-1".to_owned(),
        3 => "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
        _ => choices.text(),
    };
    let value: String = value.chars().filter(|letter| !letter.is_control()).collect();
    ((*choices.pick(&HEADERS)).to_owned(), json!(value))
}

fn body(choices: &mut Choices<'_>, example: &Value) -> (String, bool) {
    let mut document = example.clone();
    match choices.below(8) {
        0 => (String::from_utf8_lossy(&choices.bytes(200)).into_owned(), choices.once_in(4)),
        1 => (choices.value(0).to_string(), false),
        2 => (BASE64_STANDARD.encode(choices.value(0).to_string()), true),
        3 => (document.to_string(), false),
        _ => {
            choices.change(&mut document);
            (document.to_string(), false)
        }
    }
}

fn caller(choices: &mut Choices<'_>) -> Option<Value> {
    let (subject, scope) = match choices.below(8) {
        0..=2 => ("customer:alice", 0),
        3 => ("customer:bob", 0),
        4 | 5 => ("staff:sam", 1),
        6 => ("operator:olga", 2),
        _ => return None,
    };
    let mut scopes = vec![SCOPES[scope]];
    if choices.once_in(8) {
        scopes.push(*choices.pick::<&str>(&SCOPES));
    }
    Some(json!({ "jwt": { "claims": { "iss": "https://issuer.example", "sub": subject }, "scopes": scopes } }))
}

/// A cursor of a list that has a next page, with a few changes, and on other lists.
pub(crate) fn try_cursors(choices: &mut Choices<'_>) {
    let ground = Ground::new();
    let list = |cursor: Option<&str>, at: usize| {
        let mut event = payload("queries.order-events");
        let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        event["rawQueryString"] = json!(format!("limit=1&order={}{cursor}", ["asc", "desc"][at % 2]));
        event
    };
    let first = ground.invoke("queries", list(None, 0)).unwrap();
    let page: Value = serde_json::from_str(first["body"].as_str().unwrap()).unwrap();
    let cursor = page["next"].as_str().expect("a next page").split_once("cursor=").unwrap().1.to_owned();
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    let same = match choices.below(4) {
        0 => cursor.clone(),
        1 => choices.text(),
        2 => BASE64_URL_SAFE_NO_PAD.encode(choices.bytes(200)),
        _ => {
            for _ in 0..=choices.below(3) {
                let index = choices.below(bytes.len());
                bytes[index] ^= choices.byte();
            }
            bytes.truncate(bytes.len() - choices.below(bytes.len()));
            BASE64_URL_SAFE_NO_PAD.encode(&bytes)
        }
    };
    let other = choices.below(2);
    let encoded: String = form_urlencoded::byte_serialize(same.as_bytes()).collect();
    let event = list(Some(&encoded), other);
    let answer = ground.invoke("queries", event.clone());
    let expected = if same == cursor && other == 0 { 200 } else { 422 };
    // A text may be none that a query may have.
    let status = answer.as_ref().map(|answer| answer["statusCode"].as_u64()).ok().flatten();
    assert!(status == Some(expected) || (expected == 422 && status == Some(400)), "{same}: {answer:?}");
    answered(&event, answer);
}

/// A webhook that the provider has signed, whatever is in it.
pub(crate) fn try_webhooks(choices: &mut Choices<'_>) {
    let mut ground = Ground::new();
    for _ in 0..=choices.below(2) {
        let mut event = payload("payment-commands.forged-notice");
        let mut body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        let body = match choices.below(8) {
            0 => choices.bytes(200),
            1 => choices.value(0).to_string().into_bytes(),
            _ => {
                body["standing"] = json!(choices.pick(&["authorised", "captured", "voided", "refunded", "declined"]));
                choices.change(&mut body);
                body.to_string().into_bytes()
            }
        };
        let mut at = ground.host.now();
        if choices.once_in(8) {
            at.0 = *choices.pick(&[0, -1, i64::MIN, i64::MAX, at.0 + 300_001]);
        }
        let secret: Secret = SECRET.parse().unwrap();
        event["headers"][SIGNATURE] = json!(sign(&secret, at, &body));
        event["headers"][TIMESTAMP] = json!(at.0.to_string());
        event["body"] = json!(BASE64_STANDARD.encode(&body));
        event["isBase64Encoded"] = json!(true);
        if choices.once_in(16) {
            let headers = &mut event["headers"];
            let name = *choices.pick(&[SIGNATURE, TIMESTAMP]);
            headers[name] = json!(choices.text().chars().filter(|letter| !letter.is_control()).collect::<String>());
        }
        let answer = ground.invoke("payment-commands", event.clone());
        answered(&event, answer);
        ground.project();
    }
}
