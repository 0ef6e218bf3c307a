//! Read models are rebuilt while customers order, and the rebuild is killed again and again.

use crate::shop::{cart, ordered, product};
use aws_sdk_dynamodb::Client as Database;
use foldlog_aws::OnAws;
use foldlog_lambda::{Error, Function, Registered};
use rebuild::{Outcome, Rebuild, Task};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;
use tests::{Client, Shop};

pub(crate) const VIEWS: [&str; 10] =
    ["catalogue", "stock", "cart", "order", "account", "shipment", "invoice", "activity", "waiting", "sales"];
const WRITERS: usize = 5;
const PRODUCTS: usize = 8;
const KILLS: u32 = 10;

/// How often parts were killed.
static KILLED: AtomicU32 = AtomicU32::new(0);

/// The function `rebuild`, killed ten times in the middle of its work.
struct Mortal(Rebuild<OnAws>);

impl Function for Mortal {
    type Event = Task;
    type Answer = Outcome;

    async fn call(&self, task: Task) -> Result<Outcome, Error> {
        let at_work = matches!(task, Task::Work { .. });
        if at_work && KILLED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok() {
            let moment = Duration::from_millis(3 * u64::from(KILLED.load(Ordering::Relaxed)));
            return match tokio::time::timeout(moment, self.0.call(task)).await {
                Ok(done) => done,
                Err(_) => Err("killed".into()),
            };
        }
        self.0.call(task).await
    }
}

fn one_more(killed: u32) -> Option<u32> {
    (killed < KILLS).then_some(killed + 1)
}

const MORTAL: Registered = Registered {
    name: "rebuild",
    build: |settings, aws| Ok(Arc::new(Mortal(rebuild::function(&OnAws::new(settings, aws), settings)?))),
};

fn sku(number: usize) -> String {
    format!("sku-{number}")
}

/// Orders until it is told to stop; no request fails.
async fn order_on(customer: Client, number: usize, until: Arc<AtomicBool>, orders: Arc<AtomicU64>) {
    let mut round = number;
    while !until.load(Ordering::Relaxed) {
        round += 1;
        let cart = cart(&customer, &[(&sku(round % PRODUCTS), 1), (&sku((round + 3) % PRODUCTS), 2)]).await;
        let _ = ordered(&customer, &cart, &["CONFIRMED"]).await;
        orders.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads until it is told to stop: everything that was there before must still be there.
async fn read_on(anyone: Client, customer: Client, order: String, until: Arc<AtomicBool>) -> u64 {
    let mut reads = 0;
    while !until.load(Ordering::Relaxed) {
        let catalogue = anyone.get("/catalogue?limit=100").await.expect(200).body;
        assert_eq!(catalogue["items"].as_array().unwrap().len(), PRODUCTS, "a half-built catalogue");
        let _ = customer.get(&order).await.expect(200);
        let orders = customer.get("/orders").await.expect(200).body;
        assert!(!orders["items"].as_array().unwrap().is_empty(), "half-built orders");
        reads += 1;
    }
    reads
}

async fn generations(operator: &Client, view: &str) -> Value {
    operator.get(&format!("/ops/projections/{view}")).await.expect(200).body
}

fn stage(shown: &Value, generation: u64) -> Option<&str> {
    let all = shown["generations"].as_array().unwrap();
    all.iter().find(|one| one["generation"] == generation)?["stage"].as_str()
}

pub(crate) async fn complete(operator: &Client, view: &str, generation: u64) -> Value {
    let path = format!("/ops/projections/{view}");
    operator.until(&path, |answer| stage(&answer.body, generation) == Some("complete")).await.body
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_read_model_is_rebuilt_while_five_order_and_the_rebuild_is_killed_ten_times() {
    let shop = Shop::start_with(MORTAL).await;
    // So that as much as possible happens at once.
    shop.host.hurry_background();
    for number in 0..PRODUCTS {
        product(&shop, &sku(number), 1_299, &[("berlin", 500), ("paris", 500)]).await;
    }
    let mut customers = Vec::new();
    for number in 0..WRITERS {
        customers.push(shop.customer_with_account(&format!("customer-{number}")).await);
    }
    let first = cart(&customers[0], &[("sku-1", 1)]).await;
    let first = format!("/orders/{}", ordered(&customers[0], &first, &["CONFIRMED"]).await.text("id"));
    // What failed adds to no total, and its order is rebuilt all the same.
    let stranger = shop.customer("stranger");
    let in_vain = cart(&stranger, &[("sku-1", 1)]).await;
    let _ = ordered(&stranger, &in_vain, &["FAILED"]).await;
    shop.host.settled().await;

    let (until, orders) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let reader = tokio::spawn(read_on(shop.anyone(), customers[0].clone(), first, until.clone()));
    let writers: Vec<_> = customers.into_iter().enumerate().collect();
    let writers = writers
        .into_iter()
        .map(|(number, customer)| tokio::spawn(order_on(customer, number, until.clone(), orders.clone())));
    let writers: Vec<_> = writers.collect();
    let operator = shop.operator();
    for view in VIEWS {
        let begun = operator.post(&format!("/ops/projections/{view}/rebuild"), json!({})).await.expect(202);
        assert_eq!(begun.header("location"), Some(&*format!("/ops/projections/{view}")));
    }
    for view in VIEWS {
        let shown = complete(&operator, view, 2).await;
        let comparison = &shown["generations"][1]["comparison"];
        assert_eq!((&comparison["different"], &shown["read"]), (&json!(0), &json!(1)), "{view}: {shown}");
        assert_eq!(comparison["read_digest"], comparison["new_digest"], "{view}");
        let flipped = operator.post(&format!("/ops/projections/{view}/flip"), json!({})).await.expect(200).body;
        assert_eq!(flipped["read"], 2, "{view}");
    }
    let since = orders.load(Ordering::Relaxed);
    while orders.load(Ordering::Relaxed) < since + WRITERS as u64 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    until.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(reader.await.unwrap() > 0);
    assert_eq!(KILLED.load(Ordering::Relaxed), KILLS);
    assert_eq!(shop.difference().await, None, "the generations that are read are the folds");
    for view in VIEWS {
        let back = operator.post(&format!("/ops/projections/{view}/rollback"), json!({})).await.expect(200).body;
        assert_eq!(back["read"], 1, "{view}");
    }
    assert_eq!(shop.difference().await, None, "those that were kept are, too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_up_is_swept_and_nothing_else() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let operator = shop.operator();
    let refused = operator.post("/ops/projections/stock/cleanup", json!({})).await.expect(422);
    assert_eq!(refused.problem(), Some("nothing-to-clean"));
    let refused = operator.post("/ops/projections/stock/flip", json!({})).await.expect(422);
    assert_eq!(refused.problem(), Some("none-newer"));
    let refused = operator.post("/ops/projections/stock/rollback", json!({})).await.expect(422);
    assert_eq!(refused.problem(), Some("none-older"));
    let _ = operator.post("/ops/projections/stocks/rebuild", json!({})).await.expect(404);

    let _ = operator.post("/ops/projections/stock/rebuild", json!({})).await.expect(202);
    let _ = complete(&operator, "stock", 2).await;
    let _ = operator.post("/ops/projections/stock/flip", json!({})).await.expect(200);
    assert_eq!(keys(&shop).await, ["g1/berlin.mug", "g2/berlin.mug"]);
    let _ = operator.post("/ops/projections/stock/cleanup", json!({})).await.expect(202);
    let path = "/ops/projections/stock";
    let _ = operator.until(path, |answer| stage(&answer.body, 1) == Some("retired")).await;
    let gone = async {
        while stage(&generations(&operator, "stock").await, 1).is_some() {
            shop.host.advance_clock(Duration::from_secs(100)).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), gone).await.expect("it is swept");
    assert_eq!(keys(&shop).await, ["g2/berlin.mug"]);
    let refused = operator.post("/ops/projections/stock/rollback", json!({})).await.expect(422);
    assert_eq!(refused.problem(), Some("none-older"));

    let _ = operator.post("/ops/projections/stock/rebuild", json!({})).await.expect(202);
    let _ = complete(&operator, "stock", 3).await;
    assert_eq!(shop.difference().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_repeated_under_its_key_is_answered_again_and_carried_out_once() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let operator = shop.operator();
    let post = async |action: &str, key: &str| {
        let path = format!("/ops/projections/stock/{action}");
        operator.send(Method::POST, &path, None, &[("idempotency-key", key)]).await
    };
    for _ in 0..2 {
        let _ = post("rebuild", "one").await.expect(202);
    }
    let _ = complete(&operator, "stock", 2).await;
    for _ in 0..2 {
        let flipped = post("flip", "two").await.expect(200).body;
        assert_eq!((&flipped["read"], &flipped["switched"]), (&json!(2), &json!({ "from": 1, "to": 2 })));
    }
    for _ in 0..2 {
        let back = post("rollback", "three").await.expect(200).body;
        assert_eq!((&back["read"], &back["switched"]), (&json!(1), &json!({ "from": 2, "to": 1 })));
    }
    let again = post("flip", "two").await.expect(200).body;
    assert_eq!((&again["read"], &again["switched"]), (&json!(1), &json!({ "from": 1, "to": 2 })), "it acts again");
    let _ = post("flip", "four").await.expect(200);
    let _ = post("cleanup", "five").await.expect(202);
    while stage(&generations(&operator, "stock").await, 1).is_some() {
        shop.host.advance_clock(Duration::from_secs(100)).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for (action, key) in [("cleanup", "five"), ("rebuild", "one")] {
        let _ = post(action, key).await.expect(202);
    }
    assert_eq!(post("rollback", "three").await.expect(200).body["read"], 2);
    shop.host.settled().await;
    assert_eq!(generations(&operator, "stock").await["generations"].as_array().unwrap().len(), 1);
    let recorded = crate::audit::recorded(&shop).await;
    let recorded: Vec<_> = recorded.iter().map(|event| event["type"].as_str().unwrap()).collect();
    let expected =
        ["RebuildRequested", "ProjectionFlipped", "ProjectionRolledBack", "ProjectionFlipped", "CleanupRequested"];
    assert_eq!(recorded, expected);
}

async fn keys(shop: &Shop) -> Vec<String> {
    shop.host.settled().await;
    let items = Database::new(&shop.host.aws_config()).scan().table_name("local-StockView").send().await.unwrap();
    let mut keys: Vec<_> = items.items().iter().map(|item| item["key"].as_s().unwrap().clone()).collect();
    keys.sort();
    keys
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_somebody_changed_is_named_and_the_new_generation_read_on_request() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let database = Database::new(&shop.host.aws_config());
    let row = database.scan().table_name("local-StockView").send().await.unwrap().items()[0].clone();
    let document = row["document"].as_s().unwrap().replace("\"on_hand\":10", "\"on_hand\":11");
    let mut changed = row.clone();
    changed.insert("document".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S(document));
    database.put_item().table_name("local-StockView").set_item(Some(changed)).send().await.unwrap();

    let operator = shop.operator();
    let _ = operator.post("/ops/projections/stock/rebuild", json!({})).await.expect(202);
    let shown = complete(&operator, "stock", 2).await;
    let comparison = &shown["generations"][1]["comparison"];
    assert_eq!(comparison["different"], 1, "{shown}");
    assert!(comparison["first"].as_str().unwrap().starts_with("berlin.mug: document/state"), "{comparison}");
    assert_ne!(comparison["read_digest"], comparison["new_digest"]);
    let refused = operator.post("/ops/projections/stock/flip", json!({})).await.expect(422);
    assert_eq!(refused.problem(), Some("generations-differ"));
    let despite = json!({ "despite_differences": true });
    let flipped = operator.post("/ops/projections/stock/flip", despite).await.expect(200).body;
    assert_eq!(flipped["read"], 2);
    assert_eq!(shop.difference().await, None);
}
