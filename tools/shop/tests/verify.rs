//! `shop verify` on the tables of a shop: each way of spoiling them is named by where it was done, ends with exit code
//! 3, and is recorded; an untouched shop verifies.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

mod command;

use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::types::AttributeValue;
use command::run;
use serde_json::{Value, json};
use std::collections::HashMap;
use tests::Shop;

type Item = HashMap<String, AttributeValue>;

/// A shop with an order that is confirmed, and access to its tables past every function.
struct World {
    shop: Shop,
    database: Database,
    order: String,
}

impl World {
    async fn new() -> Self {
        let shop = Shop::start().await;
        let staff = shop.staff();
        let price = json!({ "amount": 1_299, "currency": "EUR" });
        let _ = staff.post("/products", json!({ "sku": "mug", "name": "Mug", "price": price })).await.expect(201);
        let _ = staff.post("/products/mug/list", json!({})).await.expect(200);
        let _ = staff.post("/stock/berlin/mug/receive", json!({ "quantity": 10 })).await.expect(200);
        shop.host.settled().await;
        let alice = shop.customer_with_account("alice").await;
        let cart = alice.post("/carts", json!({})).await.expect(201).text("id").to_owned();
        let item = json!({ "sku": "mug", "quantity": 2 });
        let _ = alice.post(&format!("/carts/{cart}/items"), item).await.expect(200);
        let _ = alice.post(&format!("/carts/{cart}/checkout"), json!({})).await.expect(202);
        let _ = alice.until(&format!("/orders/{cart}"), |answer| answer.body["status"] == "CONFIRMED").await;
        shop.host.settled().await;
        // Items that the test puts in by hand must trigger no function.
        shop.host.pause("relay").await.unwrap();
        let database = Database::new(&shop.host.aws_config());
        Self { shop, database, order: cart }
    }

    fn stream(&self) -> String {
        format!("order-{}", self.order)
    }

    /// The commits of the order.
    async fn commits(&self) -> Vec<Item> {
        let query = self.database.query().table_name("local-EventLog").key_condition_expression("#stream = :stream");
        let query = query.expression_attribute_names("#stream", "stream");
        let query = query.expression_attribute_values(":stream", AttributeValue::S(self.stream()));
        query.send().await.unwrap().items.unwrap()
    }

    async fn item(&self, table: &str, key: &str) -> Item {
        let get = self.database.get_item().table_name(table).key("key", AttributeValue::S(key.to_owned()));
        get.send().await.unwrap().item.unwrap()
    }

    async fn put(&self, table: &str, item: &Item) {
        self.database.put_item().table_name(table).set_item(Some(item.clone())).send().await.unwrap();
    }

    async fn remove(&self, commit: &Item) {
        let key = ["stream", "version"].map(|name| (name.to_owned(), commit[name].clone()));
        let delete = self.database.delete_item().table_name("local-EventLog").set_key(Some(key.into()));
        delete.send().await.unwrap();
    }

    /// What was recorded last.
    async fn recorded(&self) -> Value {
        let scan = self.database.scan().table_name("local-EventLog").filter_expression("begins_with(#stream, :audit)");
        let scan = scan.expression_attribute_names("#stream", "stream");
        let scan = scan.expression_attribute_values(":audit", AttributeValue::S("audit-".to_owned()));
        let commits = scan.send().await.unwrap().items.unwrap();
        let newest = |commit: &&Item| (commit["stream"].as_s().unwrap().clone(), number(commit, "version"));
        let last = commits.iter().max_by_key(newest).unwrap();
        assert_eq!(last["actor"].as_s().unwrap(), "operator");
        let events: Value = serde_json::from_str(last["events"].as_s().unwrap()).unwrap();
        assert_eq!(events[0]["type"], "VerificationReported");
        events[0]["data"].clone()
    }

    /// The difference is what `shop verify` finds, and what it has recorded, but for what stands there.
    async fn finds(&self, what: &str, expected: Value) {
        let (code, out, _) = run(&self.shop, "verify --json").await;
        let found: Value = serde_json::from_str(&out).unwrap();
        let shown = |name: &str| (name.to_owned(), found["difference"][name].clone());
        let named = expected.as_object().unwrap().keys().map(|name| shown(name)).collect::<serde_json::Map<_, _>>();
        assert_eq!((code, Value::Object(named)), (3, expected.clone()), "{what}: {found}");
        let mut place = expected;
        let kind = place.as_object_mut().unwrap().remove("kind").unwrap();
        place
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !["found", "folded", "summed", "reason"].contains(&name.as_str()));
        let report = self.recorded().await;
        assert_eq!(report["differences"], json!([{ kind.as_str().unwrap(): place }]), "{what}: {report}");
        assert_eq!((&report["by"], &report["scope"]), (&json!("shop"), &json!("whole")));
    }

    /// That a shop with another item in the place of this one is found out; afterwards it is as it was.
    async fn with_other(&self, what: &str, table: &str, item: &Item, other: Item, expected: Value) {
        self.put(table, &other).await;
        self.finds(what, expected).await;
        self.put(table, item).await;
    }

    async fn agrees(&self) -> Value {
        let (code, out, err) = run(&self.shop, "verify --json").await;
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        serde_json::from_str(&out).unwrap()
    }
}

fn number(item: &Item, name: &str) -> u64 {
    item[name].as_n().unwrap().parse().unwrap()
}

/// The item with another value, made of the text or the number that stands there.
fn other(item: &Item, name: &str, change: impl FnOnce(&str) -> String) -> Item {
    let value = &item[name];
    let changed = match value.as_s() {
        Ok(text) => AttributeValue::S(change(text)),
        Err(_) => AttributeValue::N(change(value.as_n().unwrap())),
    };
    let mut item = item.clone();
    assert_ne!(item.insert(name.to_owned(), changed.clone()), Some(changed));
    item
}

fn one_more(number: &str) -> String {
    (number.parse::<u64>().unwrap() + 1).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_was_changed_removed_or_put_in_is_named() {
    let world = World::new().await;
    assert_eq!(world.agrees().await["agrees"], true);
    let commits = world.commits().await;
    let of_log = |version: u64, reason: &str| json!({ "kind": "log", "stream": world.stream(), "version": version, "reason": reason });
    let changed = of_log(1, "the commit, or the whole of the one before it, was changed");
    let log = "local-EventLog";

    let byte = other(&commits[0], "events", |events| events.replacen("\"mug\"", "\"mud\"", 1));
    world.with_other("a byte of an event", log, &commits[0], byte, changed.clone()).await;

    let shorter = other(&commits[0], "events", |events| {
        let mut events: Vec<Value> = serde_json::from_str(events).unwrap();
        assert!(events.pop().is_some() && !events.is_empty());
        serde_json::to_string(&events).unwrap()
    });
    world.with_other("an event of a commit", log, &commits[0], shorter, changed).await;

    let second = number(&commits[1], "version");
    world.remove(&commits[1]).await;
    world.finds("a commit in the middle", of_log(second, "a commit is missing")).await;
    world.put(log, &commits[1]).await;

    assert!(second > 2, "the first commit has several events");
    let between = other(&commits[0], "version", one_more);
    world.put(log, &between).await;
    world.finds("a commit between others", of_log(2, "a commit was put between others")).await;
    world.remove(&between).await;

    let last = commits.last().unwrap();
    world.remove(last).await;
    world.finds("the newest commit", of_log(number(last, "version"), "a commit is missing")).await;
    for commit in &commits {
        world.remove(commit).await;
    }
    world.finds("a whole stream", of_log(1, "a commit is missing")).await;
    for commit in &commits {
        world.put(log, commit).await;
    }
    assert_eq!(world.agrees().await["agrees"], true, "once everything is as it was");
    world.shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_a_total_or_a_checkpoint_that_was_changed_is_named_with_its_field() {
    let world = World::new().await;
    let key = format!("g1/{}", world.order);
    let row = world.item("local-OrderView", &key).await;
    let version = number(&row, "version");
    let of_row = |view: &str, version: u64, field: &str| json!({ "kind": "row", "stream": world.stream(), "view": view, "version": version, "field": field });
    let spoilt = other(&row, "document", |document| document.replacen("\"quantity\":2", "\"quantity\":3", 1));
    let (code, out, _) = {
        world.put("local-OrderView", &spoilt).await;
        run(&world.shop, "verify --json").await
    };
    let found: Value = serde_json::from_str(&out).unwrap();
    let field = found["difference"]["field"].as_str().unwrap().to_owned();
    assert!(code == 3 && field.starts_with("document/") && field.ends_with("/quantity"), "{found}");
    assert_eq!((&found["difference"]["found"], &found["difference"]["folded"]), (&json!("3"), &json!("2")));
    world.with_other("a document", "local-OrderView", &row, spoilt, of_row("order", version, &field)).await;

    for moved in [version + 1, version - 1] {
        let other = other(&row, "version", |_| moved.to_string());
        let expected = of_row("order", moved, "version");
        world.with_other("a row's version", "local-OrderView", &row, other, expected).await;
    }

    let checkpoint = world.item("local-SalesCheckpoints", &key).await;
    let reached = number(&checkpoint, "version");
    let further = other(&checkpoint, "version", |_| (version + 7).to_string());
    let expected = of_row("sales", version + 7, "checkpoint/version");
    world.with_other("a checkpoint's version", "local-SalesCheckpoints", &checkpoint, further, expected).await;
    let more = other(&checkpoint, "document", |document| document.replacen("\"quantity\":2", "\"quantity\":3", 1));
    let expected = of_row("sales", reached, "checkpoint/document/0/quantity");
    world.with_other("a checkpoint's document", "local-SalesCheckpoints", &checkpoint, more, expected).await;

    let totals = world.database.scan().table_name("local-SalesView").send().await.unwrap().items.unwrap();
    let total = totals.iter().find(|total| total.contains_key("units")).unwrap();
    let (partition, name) = (total["partition"].as_s().unwrap(), total["name"].as_s().unwrap());
    let row = format!("{}/{name}", partition.strip_prefix("g1/").unwrap());
    let expected =
        json!({ "kind": "total", "view": "sales", "row": row, "field": "units", "found": "3", "summed": "2" });
    world.with_other("a total", "local-SalesView", total, other(total, "units", one_more), expected).await;
    assert_eq!(world.agrees().await["agrees"], true, "once everything is as it was");
    world.shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_of_the_shop_is_verified_by_name_or_by_chance_and_all_differences_are_told_if_asked_for() {
    let world = World::new().await;
    let shop = &world.shop;
    let stream = format!("verify --json --stream {}", world.stream());
    let (code, out, _) = run(shop, &stream).await;
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["streams"], &found["agrees"]), (0, &json!(1), &json!(true)), "{found}");
    let report = world.recorded().await;
    assert_eq!((&report["scope"], &report["extent"]), (&json!({ "stream": world.stream() }), &json!("all")));
    let (code, out, _) = run(shop, "verify --json --sample 3").await;
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &found["streams"]), (0, &json!(3)), "{found}");
    assert_eq!(world.recorded().await["scope"], json!({ "sample": 3 }));
    assert_eq!(run(shop, "verify --stream product-cup").await.0, 4);
    assert_eq!(run(shop, "verify --stream product-mug --sample 3").await.0, 2);

    let key = format!("g1/{}", world.order);
    for (table, key) in [("local-OrderView", key.as_str()), ("local-StockView", "g1/berlin.mug")] {
        let row = world.item(table, key).await;
        world.put(table, &other(&row, "document", |_| "null".to_owned())).await;
    }
    let (code, out, err) = run(shop, "verify --all").await;
    assert_eq!((code, out.lines().count()), (3, 2), "{out}");
    assert!(out.contains("in view stock") && out.contains("in view order") && err.contains("2 differences"), "{err}");
    let report = world.recorded().await;
    assert_eq!((report["differences"].as_array().unwrap().len(), &report["extent"]), (2, &json!("all")));
    let (code, _, err) = run(shop, &format!("{stream} --token nobody")).await;
    assert!(code == 3 && err.contains("not recorded"), "{err}");
    world.shop.host.stop().await;
}
