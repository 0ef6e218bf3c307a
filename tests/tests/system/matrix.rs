//! Who gets which answer on which route: every cell of `matrix.tsv`.
//!
//! A row is a route in a variant: the plain request, one with `If-Match: "1"`, or a read with a `min_version` or a
//! `version` that is far beyond the newest. A column is a caller: without a token, with an expired one, with one for
//! another audience, with an ID token (it has no scopes), the customer who owns the thing, another customer, the staff, an
//! operator. `404=` says that the other customer gets the same answer as for a thing that does not exist: the same
//! status, headers and body, after as many requests to the stores.
//!
//! `UPDATE_TABLES=1` writes the file anew. Then read every line that changed.

use crate::shop::{cart, ordered, product};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::LazyLock;
use tests::{Answer, Client, Shop};
use yaml_serde::Value as Yaml;

const CALLERS: [&str; 8] = ["none", "expired", "audience", "id-token", "owner", "other", "staff", "operator"];
const OTHER: &str = "other";
static DOCUMENT: LazyLock<Value> = LazyLock::new(shop_reference::document);

/// A version that nothing has.
const BEYOND: u64 = 1_000_000;

/// The routes of the template, as the functions know them.
fn routes() -> BTreeSet<String> {
    let template: Yaml = yaml_serde::from_str(shop_composition::TEMPLATE).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let events =
        resources.flat_map(|(_, resource)| resource["Properties"]["Events"].as_mapping().into_iter().flatten());
    events
        .filter(|(_, event)| event["Type"].as_str() == Some("HttpApi"))
        .map(|(_, event)| {
            let text = |name: &str| event["Properties"][name].as_str().unwrap();
            format!("{} {}", text("Method").to_uppercase(), text("Path"))
        })
        .collect()
}

/// The variants that a route has by the document.
fn variants(route: &str) -> Vec<&'static str> {
    let parameters = operation(route)["parameters"].as_array().cloned().unwrap_or_default();
    let takes = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
    let others = [("If-Match", "if-match"), ("min_version", "min_version"), ("version", "version")];
    ["plain"]
        .into_iter()
        .chain(others.into_iter().filter(|(name, _)| takes(name)).map(|(_, variant)| variant))
        .collect()
}

/// A route in the document.
fn operation(route: &str) -> Value {
    let (method, path) = route.split_once(' ').unwrap();
    DOCUMENT["paths"][path][method.to_lowercase()].clone()
}

/// What there is in the shop, all of it of the owner.
struct Things {
    cart: String,
    order: String,
    shipment: String,
    account: String,
    /// The account of a third customer, for what only the staff do to one.
    third: String,
    card: String,
    /// A card that no route of the matrix removes.
    other_card: String,
    address: String,
}

/// Whose request is not answered for the thing alone.
fn is_owned(route: &str) -> bool {
    let (_, path) = route.split_once(' ').unwrap();
    ["/carts/{id}", "/orders/{id}", "/accounts/{id}", "/shipments/{id}", "/invoices/{id}"]
        .iter()
        .any(|of| path.starts_with(of))
}

impl Things {
    async fn of(shop: &Shop, owner: &Client) -> Self {
        product(shop, "mug", 1_299, &[("berlin", 9)]).await;
        product(shop, "cup", 999, &[("berlin", 9)]).await;
        let _ = shop.staff().post("/warehouses", json!({ "id": "hamburg", "name": "Hamburg" })).await.expect(201);
        let opened =
            owner.post("/accounts", json!({ "name": "owner", "email": "owner@example.org" })).await.expect(200);
        let carol = shop.customer_with_account("carol").await;
        let of_carol =
            carol.post("/accounts", json!({ "name": "carol", "email": "carol@example.org" })).await.expect(200);
        let order = cart(owner, &[("mug", 1)]).await;
        let confirmed = ordered(owner, &order, &["CONFIRMED"]).await;
        let _ = shop.staff().post(&format!("/orders/{order}/ship"), json!({})).await.expect(202);
        shop.host.settled().await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let shipments = owner.get(&format!("/orders/{order}")).await.expect(200);
        let account = text(&opened.body["id"]);
        assert_eq!(confirmed.body["status"], "CONFIRMED");
        Self {
            cart: String::new(),
            shipment: text(&shipments.body["shipments"][0]),
            card: text(&opened.body["cards"][0]["id"]),
            other_card: owner.card("tok_declined").await,
            address: text(&opened.body["addresses"][0]["id"]),
            third: text(&of_carol.body["id"]),
            account,
            order,
        }
    }

    /// The path of a route for these things.
    fn path(&self, route: &str) -> String {
        let (_, path) = route.split_once(' ').unwrap();
        let ends = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
        let id = match path.split('/').nth(1).unwrap() {
            "carts" => &self.cart,
            "orders" | "invoices" => &self.order,
            "shipments" => &self.shipment,
            "accounts" if ends(&["/confirm", "/activate", "/suspend", "/archive"]) => &self.third,
            "accounts" => &self.account,
            _ => "none",
        };
        let pairs = [
            ("{id}", id),
            // What the staff do to a product does not matter to the carts.
            ("{sku}", if path.starts_with("/carts") { "mug" } else { "cup" }),
            ("{warehouse}", "berlin"),
            ("{card}", &self.card),
            ("{address}", &self.address),
            ("{stream}", "product-mug"),
            ("{name}", "cart"),
        ];
        let pairs = pairs.map(|(name, value)| {
            if name == "{id}" && path.starts_with("/warehouses") { (name, "hamburg") } else { (name, value) }
        });
        pairs.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
    }

    /// Ids that nothing has.
    fn absent() -> Self {
        let none = || "0".repeat(32);
        Self {
            cart: none(),
            order: none(),
            shipment: none(),
            account: none(),
            third: none(),
            card: none(),
            other_card: none(),
            address: none(),
        }
    }

    /// The text without the ids of these things.
    fn without_ids(&self, text: &str) -> String {
        let Self { cart, order, shipment, account, third, card, other_card, address } = self;
        let ids = [cart, order, shipment, account, third, card, other_card, address];
        ids.into_iter().filter(|id| !id.is_empty()).fold(text.to_owned(), |text, id| text.replace(id.as_str(), "<id>"))
    }
}

/// Sends a route's request in a variant.
async fn send(client: &Client, things: &Things, route: &str, variant: &str) -> Answer {
    let (method, _) = route.split_once(' ').unwrap();
    let operation = operation(route);
    let mut query = vec![];
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] == "query" && parameter["required"] == true {
            let value = parameter["example"].as_str().map_or_else(|| parameter["example"].to_string(), str::to_owned);
            query.push(format!("{}={value}", parameter["name"].as_str().unwrap()));
        }
    }
    if ["min_version", "version"].contains(&variant) {
        query.push(format!("{variant}={BEYOND}"));
    }
    let path = match query.as_slice() {
        [] => things.path(route),
        query => format!("{}?{}", things.path(route), query.join("&")),
    };
    let body = match route {
        "POST /carts/{id}/checkout" => json!({}),
        "POST /orders/{id}/pay" => json!({ "card": things.other_card }),
        _ => operation["requestBody"]["content"]["application/json"]["example"].clone(),
    };
    let headers = if variant == "if-match" { &[("if-match", "\"1\"")][..] } else { &[] };
    client.send(method.parse::<Method>().unwrap(), &path, (!body.is_null()).then(|| body.to_string()), headers).await
}

/// An answer as a stranger sees it: without the ids that they sent, and the correlation id of the request.
fn seen(answer: &Answer, things: &Things) -> String {
    let apart = ["date", "x-correlation-id", "apigw-requestid", "content-length"];
    let headers = answer.headers.iter().filter(|(name, _)| !apart.contains(&name.as_str()));
    let headers: BTreeSet<_> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    let mut body = answer.body.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("correlation_id");
    }
    things.without_ids(&format!("{} {headers:#?} {body}", answer.status))
}

/// How many requests to the stores the functions have sent.
fn asked(shop: &Shop) -> u64 {
    shop.host.requests().values().sum()
}

/// The answer, and how many requests it cost: the least of some tries, because now and then the register of generations is
/// read as well.
async fn cost(shop: &Shop, client: &Client, things: &Things, route: &str, variant: &str) -> (Answer, u64) {
    let mut all = vec![];
    for _ in 0..3 {
        let before = asked(shop);
        let answer = send(client, things, route, variant).await;
        all.push((answer, asked(shop) - before));
    }
    all.into_iter().min_by_key(|(_, cost)| *cost).unwrap()
}

/// The cells of a row, as the shop answers now.
async fn row(shop: &Shop, callers: &[Client], things: &Things, route: &str, variant: &str) -> Vec<String> {
    let mut cells = vec![];
    for (name, client) in CALLERS.iter().zip(callers) {
        let status = if *name == OTHER && is_owned(route) {
            shop.host.settled().await;
            let absent = Things::absent();
            let (foreign, requests) = cost(shop, client, things, route, variant).await;
            let (none, fewest) = cost(shop, client, &absent, route, variant).await;
            let (foreign, status) = (seen(&foreign, things), foreign.status);
            let is_same = foreign == seen(&none, &absent) && requests == fewest;
            format!("{}{}", status.as_u16(), if is_same { "=" } else { "!" })
        } else {
            send(client, things, route, variant).await.status.as_u16().to_string()
        };
        cells.push(status);
    }
    cells
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/system/matrix.tsv")
}

fn line(name: &str, variant: &str, cells: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut line = format!("{name}\t{variant}");
    for cell in cells {
        write!(line, "\t{}", cell.as_ref()).unwrap();
    }
    line
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_caller_gets_the_answer_that_the_matrix_says_on_every_route() {
    let shop = Shop::start().await;
    let owner = shop.customer_with_account("owner").await;
    let mut things = Things::of(&shop, &owner).await;
    let callers = [
        shop.anyone(),
        shop.client_with("customer:owner", "shop/customer", &json!({ "exp": 1_700_000_000 })),
        shop.client_with("customer:owner", "shop/customer", &json!({ "client_id": "another-client" })),
        shop.client_with(
            "customer:owner",
            "shop/customer",
            &json!({ "scope": null, "token_use": "id", "aud": "shop" }),
        ),
        owner.clone(),
        shop.customer("other"),
        shop.staff(),
        shop.operator(),
    ];
    let mut found = BTreeMap::new();
    for route in routes() {
        for variant in variants(&route) {
            things.cart = cart(&owner, &[("mug", 1)]).await;
            let cells = row(&shop, &callers, &things, &route, variant).await;
            found.insert((route.clone(), variant), cells);
        }
    }
    shop.stop().await;

    let lines = found.iter().map(|((route, variant), cells)| line(route, variant, cells));
    let table: Vec<_> = std::iter::once(line("route", "variant", CALLERS)).chain(lines).collect();
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(file(), table.join("\n") + "\n").unwrap();
    }
    let stored = std::fs::read_to_string(file()).unwrap();
    let stored: Vec<_> = stored.lines().collect();
    let wrong: Vec<_> = table.iter().filter(|line| !stored.contains(&line.as_str())).collect();
    assert!(wrong.is_empty(), "the shop answers otherwise than the matrix says: {wrong:#?}");
    assert_eq!(stored.len(), table.len(), "the matrix has a line for what is no route");
    for ((route, variant), cells) in &found {
        let other = cells.get(5).unwrap();
        assert!(!is_owned(route) || other.ends_with('='), "{route} {variant}: a stranger learns something: {other}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_that_is_not_listed_is_to_everybody_none() {
    let shop = Shop::start().await;
    product(&shop, "gone", 100, &[]).await;
    let _ = shop.staff().post("/products/gone/delist", json!({})).await.expect(200);
    let draft = json!({ "sku": "draft", "name": "Draft", "price": { "amount": 1, "currency": "EUR" } });
    let _ = shop.staff().post("/products", draft).await.expect(201);
    shop.host.settled().await;
    let anyone = shop.anyone();
    for version in
        ["", "?min_version=1", "?min_version=3", "?min_version=9", "?min_version=1000000", "?version=1000000"]
    {
        let mut answers = vec![];
        for sku in ["gone", "draft", "none"] {
            let mut least = u64::MAX;
            let mut seen = String::new();
            for _ in 0..3 {
                let before = asked(&shop);
                let mut answer = anyone.get(&format!("/products/{sku}{version}")).await;
                least = least.min(asked(&shop) - before);
                answer.body["correlation_id"] = Value::Null;
                seen = format!("{} {:?} {}", answer.status, answer.header("etag"), answer.body).replace(sku, "<sku>");
            }
            answers.push((seen, least));
        }
        assert!(answers.iter().all(|answer| *answer == answers[2]), "{version}: {answers:#?}");
    }
    shop.stop().await;
}
