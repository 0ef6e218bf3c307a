//! What operators see of subscribers that cannot follow, and what they can do about it.

use crate::shop::{cart, ordered, product, stock};
use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::types::AttributeValue;
use foldlog::read::projection::Folded;
use foldlog::{Commit, ProjectionEngine, Row, StreamName, Subscription, Version};
use foldlog_aws::OnAws;
use foldlog_functions::{Ports, Projector};
use foldlog_lambda::{Registered, SystemHost};
use serde_json::{Value, json};
use shop_domain::views::read_models;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tests::{Client, Shop};

const HOUR: Duration = Duration::from_hours(1);

/// A fold of a release that does not know one type of event.
struct Older(Box<dyn Subscription>);

const UNKNOWN: &str = "StockAdjusted";

impl Subscription for Older {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn follows(&self, category: &str) -> bool {
        self.0.follows(category)
    }

    fn key(&self, stream: &StreamName) -> String {
        self.0.key(stream)
    }

    fn stream(&self, key: &str) -> Option<StreamName> {
        self.0.stream(key)
    }

    fn fold(&self, row: Option<&Row>, commits: &[Commit]) -> Folded {
        let known = commits.iter().position(|commit| commit.events.text().contains(UNKNOWN)).unwrap_or(commits.len());
        let unknown = commits.get(known).map(|commit| (commit.version, format!("no event type {UNKNOWN} is known")));
        let folded = self.0.fold(row, &commits[..known]);
        Folded { failed: folded.failed.or(unknown), ..folded }
    }

    fn pointers(&self, row: Option<&Row>, commits: &[Commit]) -> Vec<(String, Row)> {
        self.0.pointers(row, commits)
    }
}

/// The projector of that release; every other function is of today's.
const OLDER: Registered = Registered {
    name: "projector",
    build: |settings, aws| {
        let ports = OnAws::new(settings, aws);
        let models = read_models();
        let views = ports.views(models.partitions())?;
        let older = models.views.into_iter().map(|all| Box::new(Older(all)) as Box<dyn Subscription>).collect();
        let folds = ProjectionEngine::new(ports.log()?, views, ports.parked()?, ports.host(), older);
        Ok(Arc::new(Projector::<OnAws>::new(folds)))
    },
};

fn table(logical: &str) -> String {
    format!("local-{logical}")
}

fn database(shop: &Shop) -> Database {
    Database::new(&shop.host.aws_config())
}

async fn notes(operator: &Client) -> Vec<Value> {
    operator.get("/ops/parked").await.expect(200).body["items"].as_array().unwrap().clone()
}

/// The path of a note's command.
fn path(id: &str, command: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    format!("/ops/parked/{encoded}/{command}")
}

async fn count(shop: &Shop, on_hand: u64) {
    let body = json!({ "on_hand": on_hand, "reason": "counted" });
    let _ = shop.staff().post("/stock/berlin/mug/adjust", body).await.expect(200);
    shop.host.settled().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_older_release_cannot_read_is_parked_and_redriven_by_one_that_can() {
    let shop = Shop::start_with(OLDER).await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    count(&shop, 9).await;
    count(&shop, 7).await;
    product(&shop, "cup", 999, &[("berlin", 5)]).await;
    assert_eq!(stock(&shop, "cup").await, (5, 0, 5), "other streams go on");
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10), "up to the last that was read");

    let operator = shop.operator();
    let first = operator.get("/ops/parked?limit=1").await.expect(200).body;
    let second = operator.get(first["next"].as_str().unwrap()).await.expect(200).body;
    let mut ids: Vec<_> = [&first, &second].iter().map(|page| page["items"][0]["id"].clone()).collect();
    ids.sort_by_key(ToString::to_string);
    assert_eq!(ids, ["activity~g1~stock-berlin.mug", "stock~g1~stock-berlin.mug"]);
    let stuck = notes(&operator).await.into_iter().find(|note| note["subscriber"] == "stock/g1").unwrap();
    assert_eq!((&stuck["version"], &stuck["class"]), (&json!(2), &json!("permanent")));
    assert!(stuck["error"].as_str().unwrap().contains(UNKNOWN) && stuck["attempts"].as_u64() >= Some(2), "{stuck}");
    let lags = operator.get("/ops/projections").await.expect(200).body;
    let lag = lags["items"].as_array().unwrap().iter().find(|lag| lag["name"] == "stock").unwrap();
    assert_eq!((&lag["rows_behind"], &lag["commits_behind"], &lag["parked"]), (&json!(1), &json!(2), &json!(1)));

    let refused = operator.post(&path("stock~g1~stock-berlin.mug", "discard"), json!({})).await.expect(422);
    assert_eq!(refused.problem(), Some("fold-is-rebuilt"));
    for id in &ids {
        let report = operator.reported(&path(id.as_str().unwrap(), "redrive")).await;
        assert_eq!(report["outcome"], json!({ "follows": 3 }));
    }
    assert!(notes(&operator).await.is_empty());
    assert_eq!(stock(&shop, "mug").await, (7, 0, 7));
    assert_eq!(shop.difference().await, None);
    let _ = operator.post(&path("stock~g1~stock-berlin.mug", "redrive"), json!({})).await.expect(404);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_is_redriven_by_the_clock() {
    let shop = Shop::start_with(OLDER).await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    count(&shop, 9).await;
    shop.host.advance_clock(HOUR).await;
    shop.host.settled().await;
    assert!(notes(&shop.operator()).await.is_empty());
    assert_eq!(shop.difference().await, None);
    shop.host.stop().await;
}

/// Appends what no release can read, past every function.
async fn garble(shop: &Shop, stream: &str, version: u64) {
    garble_behind(shop, stream, version - 1, version).await;
}

/// Writes what no release can read, as the commit of a version that need not follow the one before it.
async fn garble_behind(shop: &Shop, stream: &str, before: u64, version: u64) {
    let database = database(shop);
    let key = |version: u64| {
        [("stream", AttributeValue::S(stream.to_owned())), ("version", AttributeValue::N(version.to_string()))]
            .map(|(name, value)| (name.to_owned(), value))
    };
    let get = database.get_item().table_name(table("EventLog")).set_key(Some(HashMap::from(key(before))));
    let mut item = get.send().await.unwrap().item.unwrap();
    item.extend(key(version));
    let events = json!([{ "schema": 1, "type": "NobodyKnows", "data": {} }]).to_string();
    item.insert("events".to_owned(), AttributeValue::S(events));
    database.put_item().table_name(table("EventLog")).set_item(Some(item)).send().await.unwrap();
    shop.host.settled().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_release_can_read_stays_parked() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    garble(&shop, "stock-berlin.mug", 2).await;
    let operator = shop.operator();
    let attempts = async || {
        let notes = notes(&operator).await;
        notes.iter().find(|note| note["id"] == "stock~g1~stock-berlin.mug").unwrap()["attempts"].as_u64().unwrap()
    };
    let before = attempts().await;
    let report = operator.reported(&path("stock~g1~stock-berlin.mug", "redrive")).await;
    assert_eq!(report["outcome"], "stuck");
    assert_eq!(attempts().await, before + 1);
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_the_log_is_noted_until_somebody_has_looked_into_it() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let operator = shop.operator();
    assert!(notes(&operator).await.is_empty());
    let update = database(&shop)
        .update_item()
        .table_name(table("EventLog"))
        .key("stream", AttributeValue::S("stock-berlin.mug".to_owned()))
        .key("version", AttributeValue::N("1".to_owned()))
        .update_expression("SET actor = :actor")
        .expression_attribute_values(":actor", AttributeValue::S("staff:nobody".to_owned()));
    update.send().await.unwrap();
    shop.host.settled().await;
    let found = notes(&operator).await;
    let [note] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(note["id"], "tampering~stock-berlin.mug~1");
    assert!(note["error"].as_str().unwrap().contains("MODIFY"), "{note}");
    let refused = operator.post(&path("tampering~stock-berlin.mug~1", "redrive"), json!({})).await.expect(422);
    assert_eq!(refused.problem(), Some("tampered"));
    let found = shop.difference().await.unwrap();
    assert!(found.contains("stock-berlin.mug") && found.contains("the log"), "{found}");
    let _ = operator.post(&path("tampering~stock-berlin.mug~1", "discard"), json!({})).await.expect(200);
    // An item without a stream has a note, too.
    let parked = foldlog_dynamo::Parked::new(database(&shop), table("Parked"));
    let now = foldlog::Clock::now(&SystemHost);
    let class = foldlog::read::parked::Class::Permanent;
    let trouble = foldlog::read::parked::Trouble::with_message("tampering", "7", "no stream".to_owned(), class, now);
    foldlog::ParkingLot::park(&parked, &trouble).await.unwrap();
    let refused = operator.post(&path("tampering~~7", "redrive"), json!({})).await.expect(422);
    assert_eq!(refused.problem(), Some("tampered"));
    let _ = operator.post(&path("tampering~~7", "discard"), json!({})).await.expect(200);
    assert!(notes(&operator).await.is_empty());
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_was_changed_is_named_with_its_field() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    assert_eq!(shop.difference().await, None);
    let database = database(&shop);
    let key = AttributeValue::S("g1/berlin.mug".to_owned());
    let row = database.get_item().table_name(table("StockView")).key("key", key.clone()).send().await.unwrap();
    let mut row = row.item.unwrap();
    let document = row["document"].as_s().unwrap().replace("\"on_hand\":10", "\"on_hand\":11");
    row.insert("document".to_owned(), AttributeValue::S(document));
    database.put_item().table_name(table("StockView")).set_item(Some(row)).send().await.unwrap();
    let found = shop.difference().await.unwrap();
    let expected = "stock-berlin.mug@1: document/state/on_hand of its row in view stock is 11, its stream says 10";
    assert_eq!(found, expected);
    shop.host.stop().await;
}

/// A projector that lets everything pass by.
const DEAF: Registered = Registered { name: "projector", build: |_, _| Ok(Arc::new(Deaf)) };

struct Deaf;

impl foldlog_lambda::Function for Deaf {
    type Event = Value;
    type Answer = Value;

    async fn call(&self, _: Value) -> Result<Value, foldlog_lambda::Error> {
        Ok(json!({ "batchItemFailures": [] }))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passed_the_projector_by_is_found_by_reconciling() {
    let shop = Shop::start_with(DEAF).await;
    // The run at the start looks at what is there then.
    shop.host.settled().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let _ = shop.staff().get("/products/mug/stock").await.expect(404);
    let found = shop.operator().reported("/ops/reconcile").await;
    assert_eq!((&found["streams"], &found["parked"]), (&json!(3), &json!(0)), "what the operator does is the third");
    assert!(found["advanced"].as_u64() >= Some(4), "a row of each of two views: {found}");
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10));
    let behind = shop.difference().await.unwrap();
    assert!(behind.starts_with("audit-") && behind.contains("view activity"), "only the report passed by: {behind}");
    let again = shop.operator().reported("/ops/reconcile").await;
    assert_eq!(again["advanced"], 1, "the record of the request itself");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_wishes_are_open_reconciling_reads_the_record_of_them_once() {
    let shop = Shop::start_with(DEAF).await;
    shop.host.pause("verification").await.unwrap();
    let operator = shop.operator();
    let ask = async || drop(operator.post("/ops/verify", json!({})).await.expect(202));
    let queries = || shop.host.requests()[&("reconcile".to_owned(), "Query".to_owned())];
    let reconcile = async || {
        let before = queries();
        let found = operator.reported("/ops/reconcile").await;
        (found["hinted"].as_u64().unwrap(), queries() - before)
    };
    // A schedule may run beside one of them, and reads as well.
    let undisturbed = async || [reconcile().await, reconcile().await, reconcile().await].into_iter().min().unwrap();
    ask().await;
    let _first = reconcile().await;
    let (hinted, reads) = undisturbed().await;
    for _ in 0..4 {
        ask().await;
    }
    assert_eq!(undisturbed().await, (hinted + 4, reads), "four wishes more");
    shop.host.stop().await;
}

/// Lets Lambda give up on what is written meanwhile, for one function: its records are too old when it gets to them.
pub(crate) async fn losing(shop: &Shop, function: &str, write: impl Future) {
    // What was written before is not lost with it.
    shop.host.settled().await;
    shop.host.pause(function).await.unwrap();
    shop.host.pause("reconcile").await.unwrap();
    write.await;
    // Nor is what the other functions have not got to yet.
    shop.host.settled().await;
    shop.host.advance_clock(7 * HOUR).await;
    shop.host.resume(function).await.unwrap();
    shop.host.settled().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_was_lost_to_the_projector_is_made_up_for_and_gone() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    losing(&shop, "projector", async {
        let receive = json!({ "quantity": 5 });
        let _ = shop.staff().post("/stock/berlin/mug/receive", receive).await.expect(200);
    })
    .await;
    assert_eq!(stock(&shop, "mug").await, (10, 0, 10), "given up on");
    let operator = shop.operator();
    let _ = operator.post("/ops/lost/redrive", json!({})).await.expect(202);
    shop.host.resume("reconcile").await.unwrap();
    assert_eq!(stock(&shop, "mug").await, (15, 0, 15));
    assert_eq!(shop.difference().await, None);
    let again = operator.reported("/ops/lost/redrive").await;
    assert_eq!(again, json!({ "batches": 0, "recovered": 0 }));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_was_lost_to_the_relay_is_made_up_for() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    losing(&shop, "relay", alice.post(&format!("/carts/{cart}/checkout"), json!({}))).await;
    let _ = alice.get(&format!("/orders/{cart}")).await.expect(404);
    let _ = shop.operator().post("/ops/lost/redrive", json!({})).await.expect(202);
    shop.host.resume("reconcile").await.unwrap();
    shop.host.settled().await;
    assert_eq!(alice.get(&format!("/orders/{cart}")).await.expect(200).body["status"], "CONFIRMED");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_minute_what_was_lost_is_made_up_for_but_for_what_nobody_can_read() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    losing(&shop, "projector", async {
        let receive = json!({ "quantity": 5 });
        let _ = shop.staff().post("/stock/berlin/mug/receive", receive).await.expect(200);
    })
    .await;
    let bucket = shop.host.directory().join("failures/FailedBatches");
    std::fs::write(bucket.join("a-stranger.json"), "{}").unwrap();
    shop.host.resume("reconcile").await.unwrap();
    shop.host.advance_clock(Duration::from_mins(1)).await;
    assert_eq!(stock(&shop, "mug").await, (15, 0, 15), "the stranger is first, and holds nothing up");
    let operator = shop.operator();
    assert_eq!(operator.reported("/ops/lost/redrive").await, json!({ "batches": 1, "recovered": 0 }));
    let found = notes(&operator).await;
    let [note] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&note["id"], &note["class"]), (&json!("reconcile~~a-stranger.json"), &json!("permanent")));
    let _ = operator.post(&path("reconcile~~a-stranger.json", "discard"), json!({})).await.expect(202);
    shop.host.settled().await;
    let redriven = operator.reported("/ops/lost/redrive").await;
    assert_eq!((&redriven, notes(&operator).await.len()), (&json!({ "batches": 0, "recovered": 0 }), 0));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_was_parked_is_published_again_and_its_note_goes() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
    shop.host.settled().await;
    // A note as an older release would have left it.
    let events = shop.operator().get(&format!("/ops/streams/fulfilment-{cart}")).await.expect(200).body;
    let wish =
        events["items"].as_array().unwrap().iter().find(|event| event["type"] == "ReservationRequested").unwrap();
    let version = wish["version"].as_u64().unwrap();
    let id = format!("stock-reactions~fulfilment-{cart}~{version}");
    let parked = foldlog_dynamo::Parked::new(database(&shop), table("Parked"));
    let trouble = foldlog::read::parked::Trouble {
        subject: id.parse().unwrap(),
        version: Version(version),
        passed_over: Version(version),
        error: "no event type ReservationRequested is known".to_owned(),
        class: foldlog::read::parked::Class::Permanent,
        at: foldlog::Clock::now(&SystemHost),
    };
    foldlog::ParkingLot::park(&parked, &trouble).await.unwrap();
    assert_eq!(shop.operator().reported(&path(&id, "redrive")).await["outcome"], "published");
    shop.host.settled().await;
    assert!(notes(&shop.operator()).await.is_empty(), "who reacted has taken it away");
    assert_eq!(stock(&shop, "mug").await, (10, 2, 8), "reserved once");
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_stream_only_what_is_asked_for_is_read() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    // A function that reads the whole stream fails at the gap.
    garble_behind(&shop, "stock-berlin.mug", 1, 3).await;
    let operator = shop.operator();
    let _ = operator.get("/ops/streams/stock-berlin.mug").await.expect(500);
    let newest = operator.get("/ops/events?limit=1").await.expect(200).body;
    assert_eq!(newest["items"][0]["id"], "stock-berlin.mug@3");
    let id = "stock-reactions~stock-berlin.mug~3";
    let parked = foldlog_dynamo::Parked::new(database(&shop), table("Parked"));
    let event = "stock-berlin.mug@3".parse().unwrap();
    let now = foldlog::Clock::now(&SystemHost);
    let trouble =
        foldlog::read::parked::Trouble::with_event("stock-reactions", &event, "not known yet".to_owned(), now);
    foldlog::ParkingLot::park(&parked, &trouble).await.unwrap();
    assert_eq!(operator.reported(&path(id, "redrive")).await["outcome"], "published");
    shop.host.stop().await;
}
