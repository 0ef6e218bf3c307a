//! A shop's log taken elsewhere, and its read models as they were: `shop export`, `import` and `projections as-of`.

#![expect(clippy::unwrap_used, reason = "a test panics where it fails")]

use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::types::{AttributeValue, GlobalSecondaryIndex};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use foldlog::{Clock, Timestamp};
use foldlog_lambda::SystemHost;
use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use shop_domain::views::read_models;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tests::{Client, Shop};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

/// Exit code, standard output and standard error of a command line.
async fn run(shop: &Shop, line: &[&str]) -> (i32, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_shop")).args(line).args(["--api", &shop.host.url()]).output().await.unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code().unwrap(), out, err)
}

/// The one JSON document that a command line prints that ends well.
async fn document(shop: &Shop, line: &[&str]) -> Value {
    let (code, out, err) = run(shop, &[line, &["--json"]].concat()).await;
    assert_eq!(code, 0, "{line:?}: {err}");
    serde_json::from_str(&out).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn stock(shop: &Shop) {
    let staff = shop.staff();
    let price = json!({ "amount": 1_299, "currency": "EUR" });
    let _ = staff.post("/products", json!({ "sku": "mug", "name": "Mug", "price": price })).await.expect(201);
    let _ = staff.post("/products/mug/list", json!({})).await.expect(200);
    let _ = staff.post("/stock/berlin/mug/receive", json!({ "quantity": 10 })).await.expect(200);
    let _ = staff.until("/products/mug/stock", |answer| answer.body["on_hand"] == 10).await;
}

/// Checks out this number of mugs.
async fn check_out(customer: &Client, quantity: u64) -> String {
    let cart = customer.post("/carts", json!({})).await.expect(201).text("id").to_owned();
    let line = json!({ "sku": "mug", "quantity": quantity });
    let _ = customer.post(&format!("/carts/{cart}/items"), line).await.expect(200);
    let _ = customer.post(&format!("/carts/{cart}/checkout"), json!({})).await.expect(202);
    cart
}

async fn confirmed(customer: &Client, order: &str) {
    let _ = customer.until(&format!("/orders/{order}"), |answer| answer.body["status"] == "CONFIRMED").await;
}

/// A moment behind everything that was committed, and before everything that will be.
async fn moment() -> Timestamp {
    let moment = SystemHost.now();
    while SystemHost.now() <= moment {
        tokio::task::yield_now().await;
    }
    moment
}

/// The rows of a view that show something, as its table holds them: version and document by key.
async fn rows(shop: &Shop, view: &str) -> BTreeMap<String, (u64, Value)> {
    let table = format!("local-{}{}View", view[..1].to_uppercase(), &view[1..]);
    let scan = Database::new(&shop.host.aws_config()).scan().table_name(table).send().await.unwrap();
    let row = |item: &HashMap<String, AttributeValue>| {
        let key = item["key"].as_s().unwrap().strip_prefix("g1/").unwrap().to_owned();
        let document = serde_json::from_str(item["document"].as_s().unwrap()).unwrap();
        (key, (item["version"].as_n().unwrap().parse().unwrap(), document))
    };
    scan.items().iter().map(row).filter(|(_, (_, document))| *document != Value::Null).collect()
}

async fn as_of(shop: &Shop, view: &str, at: Timestamp, out: &Path) -> Vec<Value> {
    let at = at.to_string();
    let told = document(shop, &["projections", "as-of", view, "--at", &at, "--out", text(out)]).await;
    let lines = lines(out);
    assert_eq!(told, json!({ "name": view, "at": at, "rows": lines.len() }));
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_read_model_as_of_a_moment_is_what_it_was_then() {
    let shop = Shop::start().await;
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("rows.ndjson");
    stock(&shop).await;
    let alice = shop.customer_with_account("alice").await;
    confirmed(&alice, &check_out(&alice, 3).await).await;
    shop.host.settled().await;
    let sales = format!("/sales?by=sku&from={0}&to={0}", shop_domain::views::sales::Day::of(SystemHost.now()));
    let sold_then = shop.staff().get(&sales).await.expect(200).body;
    let mut then = BTreeMap::new();
    for subscription in read_models().views {
        then.insert(subscription.name(), rows(&shop, subscription.name()).await);
    }
    let month_end = moment().await;

    let _ = shop.staff().post("/stock/berlin/mug/receive", json!({ "quantity": 5 })).await.expect(200);
    let _ = shop.staff().post("/stock/anvers/mug/receive", json!({ "quantity": 5 })).await.expect(200);
    confirmed(&alice, &check_out(&alice, 4).await).await;
    shop.host.settled().await;
    assert_ne!(rows(&shop, "stock").await, then["stock"]);
    for (view, rows) in &then {
        let mut found = as_of(&shop, view, month_end, &out).await;
        found.sort_by_key(|line| line["key"].as_str().unwrap().to_owned());
        let expected: Vec<_> = rows
            .iter()
            .map(|(key, (version, document))| json!({ "key": key, "version": version, "document": document }))
            .collect();
        assert_eq!(found, expected, "{view}");
    }
    assert_eq!(then["stock"]["berlin.mug"].1["state"]["on_hand"], 10);

    let sold = as_of(&shop, "sales", month_end, &out).await;
    let figures = sold_then["items"][0].clone();
    let of_mugs = sold.iter().find(|line| line["key"].as_str().unwrap().starts_with("sku/")).unwrap();
    assert_eq!((sold.len(), &of_mugs["document"]["units"]), (2, &json!(3)), "{sold:?}");
    assert_eq!(of_mugs["document"]["units"], figures["units"], "{sold_then}");
    assert_eq!(as_of(&shop, "sales", SystemHost.now(), &out).await[1]["document"]["units"], 7);
    assert_eq!(as_of(&shop, "stock", Timestamp(0), &out).await, Vec::<Value>::new());

    let (code, _, err) =
        run(&shop, &["projections", "as-of", "stocks", "--at", "2026-11-01T00:00:00Z", "--out", "x"]).await;
    assert!(code == 2 && err.contains("stock, cart"), "{err}");
    shop.host.stop().await;
}

/// All items of a table of the local host.
async fn items(shop: &Shop, logical: &str) -> Vec<HashMap<String, AttributeValue>> {
    let scan = Database::new(&shop.host.aws_config()).scan().table_name(format!("local-{logical}"));
    scan.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap()
}

/// The items without an attribute, in the order of the texts that they are.
fn without(items: Vec<HashMap<String, AttributeValue>>, attribute: &str) -> Vec<String> {
    let sorted = |mut item: HashMap<String, AttributeValue>| {
        item.remove(attribute);
        format!("{:?}", item.into_iter().collect::<BTreeMap<_, _>>())
    };
    let mut texts: Vec<_> = items.into_iter().map(sorted).collect();
    texts.sort();
    texts
}

/// What the orders' provider was asked to authorise since it started.
fn authorised(shop: &Shop, order: &str) -> usize {
    let asked = shop.provider.sandbox().asked(&order.parse().unwrap());
    asked.iter().filter(|asked| **asked == shop_payments::Asked::Step("authorise")).count()
}

/// A shop whose orders are under way: one confirmed, one whose payment is authorised though its process does not know,
/// and a cart that was checked out and has no process yet.
struct UnderWay {
    shop: Shop,
    alice: Client,
    orders: [String; 3],
}

impl UnderWay {
    async fn start(directory: &Path) -> Self {
        std::fs::create_dir_all(directory).unwrap();
        let shop = Shop::start_in(directory.to_owned()).await;
        stock(&shop).await;
        let alice = shop.customer_with_account("alice").await;
        let first = check_out(&alice, 1).await;
        confirmed(&alice, &first).await;
        shop.host.pause("payment-reactions").await.unwrap();
        let second = check_out(&alice, 2).await;
        shop.host.settled().await;
        shop.host.pause("fulfilment").await.unwrap();
        shop.host.resume("payment-reactions").await.unwrap();
        shop.host.settled().await;
        let third = check_out(&alice, 3).await;
        shop.host.settled().await;
        assert_eq!([&first, &second, &third].map(|order| authorised(&shop, order)), [1, 1, 0]);
        Self { shop, alice, orders: [first, second, third] }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_shop_is_equal_and_finishes_what_was_under_way_charging_nobody_twice() {
    let root = TempDir::new().unwrap();
    let names = ["here", "there", "export", "again", "keys"];
    let [here, there, export, again, keys] = names.map(|name| root.path().join(name));
    let UnderWay { shop, alice, orders } = UnderWay::start(&here).await;
    let told = document(&shop, &["export", text(&export), "--keys", text(&keys)]).await;
    let then = alice.get(&format!("/orders/{}", orders[1])).await.expect(200).body;
    let (log, markers) = (items(&shop, "EventLog").await, items(&shop, "StockMarkers").await);
    assert_eq!(told["commits"], log.len());
    assert_eq!(run(&shop, &["import", text(&export)]).await.0, 5, "commands are on");
    shop.stop().await;

    std::fs::create_dir(&there).unwrap();
    for file in ["payments.ndjson", "KeyOfKeys.key"] {
        std::fs::copy(here.join(file), there.join(file)).unwrap();
    }
    let shop = Shop::start_without_commands_in(there.clone()).await;
    let imported = document(&shop, &["import", text(&export), "--keys", text(&keys)]).await;
    assert_eq!((&imported["id"], &imported["commits"]), (&told["id"], &told["commits"]));
    shop.host.settled().await;
    assert_eq!(without(items(&shop, "EventLog").await, "imported"), without(log.clone(), ""), "the log");
    assert_eq!(without(items(&shop, "StockMarkers").await, ""), without(markers, ""), "the markers of reactions");
    assert_eq!(shop.difference().await, None);
    let published = shop.host.requests().into_iter().filter(|((_, operation), _)| operation == "PutEvents").count();
    assert_eq!(published, 0, "nothing that was imported is published");
    let alice = shop.customer("alice");
    assert_eq!(alice.get(&format!("/orders/{}", orders[1])).await.expect(200).body, then, "and nothing moves");
    document(&shop, &["export", text(&again)]).await;
    let manifest = |directory: &Path| std::fs::read_to_string(directory.join("manifest.json")).unwrap();
    assert_eq!(manifest(&again), manifest(&export));
    assert_eq!(run(&shop, &["import", text(&export)]).await.0, 0, "the same import again changes nothing");
    assert_eq!(items(&shop, "EventLog").await.len(), log.len());
    shop.stop().await;

    let shop = Shop::start_in(there).await;
    let alice = shop.customer("alice");
    for order in &orders {
        confirmed(&alice, order).await;
    }
    shop.host.settled().await;
    assert_eq!(orders.clone().map(|order| authorised(&shop, &order)), [0, 0, 1], "those of before are not asked for");
    assert_eq!(shop.provider.sandbox().payments().len(), 3);
    let stock = shop.staff().get("/products/mug/stock").await.expect(200).body;
    assert_eq!((&stock["on_hand"], &stock["reserved"]), (&json!(10), &json!(6)), "reserved once each");
    assert_eq!(shop.difference().await, None);
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_commands_are_off_reads_are_answered_and_nothing_else_happens() {
    let root = TempDir::new().unwrap();
    let UnderWay { shop, orders, .. } = UnderWay::start(root.path()).await;
    shop.stop().await;
    let shop = Shop::start_without_commands_in(root.path().to_owned()).await;
    let before = without(items(&shop, "EventLog").await, "");
    let (alice, staff, operator) = (shop.customer("alice"), shop.staff(), shop.operator());
    assert_eq!(alice.get("/healthz").await.expect(200).body["commands"], "off");
    for refused in [
        alice.post("/carts", json!({})).await,
        alice.post(&format!("/orders/{}/cancel", orders[0]), json!({})).await,
        alice.send(Method::DELETE, &format!("/carts/{}/items/mug", orders[2]), None, &[]).await,
        staff.post("/stock/berlin/mug/receive", json!({ "quantity": 1 })).await,
        operator.post("/ops/reconcile", json!({})).await,
        shop.anyone().post("/webhooks/payments", json!({})).await,
    ] {
        let refused = refused.expect(503);
        assert_eq!((refused.problem(), refused.header("retry-after")), (Some("commands-off"), Some("60")));
    }
    assert_eq!(alice.get(&format!("/orders/{}", orders[0])).await.expect(200).body["status"], "CONFIRMED");
    // A day on: every schedule has been due, the daily run with them.
    shop.host.advance_clock(Duration::from_hours(25)).await;
    shop.host.settled().await;
    assert_eq!(without(items(&shop, "EventLog").await, ""), before);
    assert!(!shop.host.requests().keys().any(|(_, operation)| operation == "PutEvents"));
    shop.stop().await;
}

/// `shop serve`, ended with it; what it said before it was ready.
struct Served {
    process: Child,
    url: String,
}

impl Served {
    async fn start(data: &Path, more: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shop"))
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data", text(data)])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Self { process, url: told["url"].as_str().unwrap().to_owned() }
    }

    async fn commands(&self) -> String {
        let health = Client::of(&self.url, "none").get("/healthz").await.expect(200);
        health.text("commands").to_owned()
    }

    async fn import(&self, export: &Path) -> (i32, String) {
        let output =
            Command::new(env!("CARGO_BIN_EXE_shop")).args(["import", text(export), "--api", &self.url]).output().await;
        let output = output.unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    /// The local host's tables, as a program on the same machine reaches them.
    async fn database(&self) -> Database {
        let host = Client::of(&self.url, "none").get("/_local").await.expect(200);
        let credentials = aws_sdk_dynamodb::config::Credentials::new("local", "local", None, None, "test");
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version_latest()
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(aws_sdk_dynamodb::config::Region::new("eu-central-1"))
            .credentials_provider(credentials)
            .endpoint_url(host.text("aws"));
        Database::from_conf(config.build())
    }

    /// Stops the shop by SIGTERM and returns what it wrote on stderr.
    async fn end(mut self) -> String {
        let process = Pid::from_raw(self.process.id().unwrap().try_into().unwrap()).unwrap();
        kill_process(process, Signal::TERM).unwrap();
        assert!(self.process.wait().await.unwrap().success());
        let mut said = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
        said
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_stay_off_until_the_import_has_verified_and_a_stopped_one_goes_on() {
    let root = TempDir::new().unwrap();
    let [here, there, export] = ["here", "there", "export"].map(|name| root.path().join(name));
    let UnderWay { shop, .. } = UnderWay::start(&here).await;
    document(&shop, &["export", text(&export)]).await;
    shop.stop().await;

    // As an import was left that was killed: some commits are there, and a row is not what it should be.
    let opened = foldlog_transfer::Directory::open(&export).unwrap();
    let (id, commits) = (opened.manifest().id(), opened.manifest().commits);
    let served = Served::start(&there, &["--commands", "off"]).await;
    let database = served.database().await;
    let log = foldlog_dynamo::Log::new(database.clone(), "local-EventLog");
    for commit in opened.commits().take(5) {
        log.import(&commit.unwrap(), &id).await.unwrap();
    }
    assert_eq!(served.import(&export).await.0, 5, "what is in the log is nothing that an import left");
    let imports = foldlog_dynamo::Imports::new(database.clone(), "local-Imports");
    let begun_at = SystemHost.now();
    imports.note(&foldlog_dynamo::Import { id, commits, begun_at, verified_at: None }).await.unwrap();
    let stream = opened.commits().map(Result::unwrap).filter(|commit| commit.stream.as_str() == "stock-berlin.mug");
    let last = stream.last().unwrap();
    let spoilt = [
        ("key", AttributeValue::S("g1/berlin.mug".to_owned())),
        ("version", AttributeValue::N(last.last_version().to_string())),
        ("hash", AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new(last.hash.0))),
        ("document", AttributeValue::S("{}".to_owned())),
    ];
    let spoilt: HashMap<_, _> = spoilt.map(|(name, value)| (name.to_owned(), value)).into();
    database.put_item().table_name("local-StockView").set_item(Some(spoilt)).send().await.unwrap();
    let (code, said) = served.import(&export).await;
    assert!(code == 3 && said.contains("stock-berlin.mug"), "{code}: {said}");
    served.end().await;

    let served = Served::start(&there, &["--commands", "on"]).await;
    assert_eq!(served.commands().await, "off", "in spite of the option");
    let row = AttributeValue::S("g1/berlin.mug".to_owned());
    served.database().await.delete_item().table_name("local-StockView").key("key", row).send().await.unwrap();
    assert_eq!(served.import(&export).await, (0, String::new()));
    let said = served.end().await;
    assert!(said.contains("commands are off: import") && said.contains("has not verified"), "{said}");

    let served = Served::start(&there, &[]).await;
    assert_eq!(served.commands().await, "on");
    served.end().await;
}

/// What `DynamoDB` itself would export of these items: two files, in the order given.
fn table_export(directory: &Path, items: &[HashMap<String, AttributeValue>]) {
    std::fs::create_dir_all(directory.join("data")).unwrap();
    let mut manifest = String::new();
    for (number, items) in items.chunks(items.len().div_ceil(2)).enumerate() {
        let mut file = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        for item in items {
            writeln!(file, "{}", json!({ "Item": serde_dynamo::Item::from(item.clone()) })).unwrap();
        }
        let bytes = file.finish().unwrap();
        let key = format!("AWSDynamoDB/01693685827463-2d8752fd/data/part{number}.json.gz");
        let md5 = BASE64_STANDARD.encode(md5::compute(&bytes).0);
        let line = json!({ "itemCount": items.len(), "md5Checksum": md5, "etag": "", "dataFileS3Key": key });
        manifest += &line.to_string();
        manifest.push('\n');
        std::fs::write(directory.join(format!("data/part{number}.json.gz")), bytes).unwrap();
    }
    let summary = json!({ "version": "2020-06-30", "itemCount": items.len(), "outputFormat": "DYNAMODB_JSON" });
    std::fs::write(directory.join("manifest-files.json"), manifest).unwrap();
    std::fs::write(directory.join("manifest-summary.json"), summary.to_string()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_dynamodb_exported_of_the_table_is_imported_as_the_same_log() {
    let root = TempDir::new().unwrap();
    let [here, there, export, table] = ["here", "there", "export", "table"].map(|name| root.path().join(name));
    let UnderWay { shop, .. } = UnderWay::start(&here).await;
    let told = document(&shop, &["export", text(&export)]).await;
    let mut log = items(&shop, "EventLog").await;
    shop.stop().await;
    fastrand::Rng::with_seed(7).shuffle(&mut log);
    table_export(&table, &log);

    std::fs::create_dir(&there).unwrap();
    let shop = Shop::start_without_commands_in(there).await;
    let spoilt = root.path().join("spoilt");
    table_export(&spoilt, &log[1..]);
    let (code, _, said) = run(&shop, &["import", text(&spoilt)]).await;
    assert!(code == 3 && items(&shop, "EventLog").await.is_empty(), "a commit is missing: {code} {said}");
    std::fs::copy(spoilt.join("data/part0.json.gz"), spoilt.join("data/part1.json.gz")).unwrap();
    let (code, _, said) = run(&shop, &["import", text(&spoilt)]).await;
    assert!(code == 1 && said.contains("part1.json.gz: its MD5"), "{said}");

    let imported = document(&shop, &["import", text(&table)]).await;
    assert_eq!((&imported["id"], &imported["commits"]), (&told["id"], &told["commits"]), "as if exported by ourselves");
    assert_eq!(without(items(&shop, "EventLog").await, "imported"), without(log, ""));
    assert_eq!(shop.difference().await, None);
    shop.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stacks_tables_are_found_by_their_names() {
    let shop = Shop::start().await;
    stock(&shop).await;
    shop.host.settled().await;
    let database = Database::new(&shop.host.aws_config());
    let names = database.list_tables().send().await.unwrap().table_names.unwrap();
    for name in names {
        let logical = name.strip_prefix("local-").unwrap();
        let deployed = format!("mine-{logical}-1A2B3C");
        let table = database.describe_table().table_name(&name).send().await.unwrap().table.unwrap();
        let indexes = table.global_secondary_indexes.map(|indexes| {
            let copy = |index: aws_sdk_dynamodb::types::GlobalSecondaryIndexDescription| {
                GlobalSecondaryIndex::builder()
                    .set_index_name(index.index_name)
                    .set_key_schema(index.key_schema)
                    .set_projection(index.projection)
                    .build()
                    .unwrap()
            };
            indexes.into_iter().map(copy).collect()
        });
        let create = database
            .create_table()
            .table_name(&deployed)
            .set_key_schema(table.key_schema)
            .set_attribute_definitions(table.attribute_definitions)
            .set_global_secondary_indexes(indexes)
            .billing_mode(aws_sdk_dynamodb::types::BillingMode::PayPerRequest);
        create.send().await.unwrap();
        for item in items(&shop, logical).await {
            database.put_item().table_name(&deployed).set_item(Some(item)).send().await.unwrap();
        }
    }
    let on_aws = async |line: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_shop"))
            .args(line.split(' '))
            .args(["--json", "--region", "eu-central-1", "--api", "http://127.0.0.1:9"])
            .env("AWS_ENDPOINT_URL", shop.host.aws_url())
            .env("AWS_ACCESS_KEY_ID", "local")
            .env("AWS_SECRET_ACCESS_KEY", "local")
            .output()
            .await
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, said) = on_aws("verify --stack mine").await;
    assert!(code == 0 && said.contains(r#""streams":2"#), "{said}");
    let (code, said) = on_aws("verify --stack mine --table EventLog=mine-Parked-1A2B3C").await;
    assert!(code == 1 && said.contains("key schema element: subscriber"), "another table in its place: {said}");
    let (code, said) = on_aws("verify --stack yours").await;
    assert!(code == 1 && said.contains("no tables of a stack yours"), "{said}");
    shop.stop().await;
}
