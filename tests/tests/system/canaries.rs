//! Texts of people, and where they must not be: in what functions send to the database and the bus, in what they print,
//! and in any file of the shop. After an erasure no answer has them, and everything that does not need them goes on.
//!
//! Queues, dead letters, notes, failed batches and exports hold nothing that was not in one of these before.

use crate::operations::losing;
use crate::rebuilding::{VIEWS, complete};
use crate::shop::{cart, ordered, product};
use futures::future::join_all;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tests::{Client, Shop};

const PEOPLE: usize = 4;
/// The orders of each person. The variable `CANARY_ORDERS` says another number.
const ORDERS: usize = 2;
/// More changes of one account than there are commits between two snapshots.
const CHANGES: usize = 45;

/// What only people tell the shop. Each text of each person has the first word in it, but for the token.
const MARKS: [&str; 3] = ["Zaunkoenig", "zaunkoenig", "tok_ok"];

struct Person {
    number: usize,
    client: Client,
    account: String,
    orders: Vec<String>,
}

fn orders() -> usize {
    std::env::var("CANARY_ORDERS").ok().and_then(|orders| orders.parse().ok()).unwrap_or(ORDERS)
}

fn marks_in(text: &str) -> Vec<&'static str> {
    MARKS.into_iter().filter(|mark| text.contains(mark)).collect()
}

fn address(number: usize) -> Value {
    json!({
        "kind": "shipping",
        "lines": [format!("Zaunkoenig {number}")],
        "city": "Zaunkoenigsheim",
        "postcode": "10115",
        "country": "DE",
    })
}

/// A person with an account that only has such texts, some confirmed orders, and one that the person cancels.
async fn person(shop: &Shop, number: usize) -> Person {
    let client = shop.customer(&format!("zaunkoenig{number}"));
    let profile = json!({ "name": format!("Zaunkoenig {number}"), "email": format!("zaunkoenig{number}@example.org") });
    let account = client.post("/accounts", profile).await.expect(201).header("location").unwrap().to_owned();
    for step in ["confirm", "activate"] {
        let _ = shop.staff().post(&format!("{account}/{step}"), json!({})).await.expect(200);
    }
    let card = json!({ "token": "tok_ok", "brand": "Zaunkoenig", "last4": "4242" });
    let _ = client.post(&format!("{account}/cards"), card).await.expect(201);
    let _ = client.post(&format!("{account}/addresses"), address(number)).await.expect(201);
    let mut orders_of = Vec::new();
    for _ in 0..orders() {
        let order = cart(&client, &[("mug", 1)]).await;
        let _ = ordered(&client, &order, &["CONFIRMED"]).await;
        orders_of.push(order);
    }
    let cancel = json!({ "reason": "the Zaunkoenig has flown" });
    let _ = client.post(&format!("/orders/{}/cancel", orders_of[0]), cancel).await.expect(202);
    Person { number, client, account, orders: orders_of }
}

/// All answers about a person: to the person, and to those who run the shop.
async fn told(shop: &Shop, person: &Person) -> String {
    let id = person.account.rsplit('/').next().unwrap();
    let own = [person.account.clone(), format!("{}/events", person.account), "/orders".to_owned()];
    let of_orders =
        person.orders.iter().flat_map(|order| [format!("/orders/{order}"), format!("/orders/{order}/events")]);
    let mut told = String::new();
    for path in own.into_iter().chain(of_orders) {
        told.push_str(&person.client.get(&path).await.expect(200).body.to_string());
    }
    let streams = person.orders.iter().map(|order| format!("/ops/streams/order-{order}"));
    for path in streams.chain([format!("/ops/streams/account-{id}"), "/ops/events?limit=100".to_owned()]) {
        told.push_str(&shop.operator().get(&path).await.expect(200).body.to_string());
    }
    // Who asks sees the subject of the own token.
    told.replace("customer:zaunkoenig", "")
}

/// The files of a shop in which a text stands, but for those of the payment provider, which is another company's.
fn files_with_marks(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files_with_marks(&entry));
        } else if !marks_in(&String::from_utf8_lossy(&std::fs::read(&entry).unwrap())).is_empty() {
            found.push(entry);
        }
    }
    found.retain(|file| file.file_name().unwrap() != "payments.ndjson");
    found
}

/// What functions send and print with one of the texts in it.
fn watched(shop: &Shop) -> Arc<Mutex<Vec<String>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&seen);
    shop.host.observe(move |operation, content| {
        let text = content.to_string();
        if !marks_in(&text).is_empty() {
            to.lock().unwrap().push(format!("{operation}: {text}"));
        }
    });
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_tell_is_nowhere_in_clear_and_nobody_reads_it_once_it_is_erased() {
    let directory = std::env::temp_dir().join(format!("canaries-{}", std::process::id()));
    let shop = Shop::start_cold_in(directory.clone()).await;
    let seen = watched(&shop);
    product(&shop, "mug", 1_299, &[("berlin", 1_000)]).await;
    let people = join_all((0..PEOPLE).map(|number| person(&shop, number))).await;
    // One account has a snapshot, and a batch with its last changes is lost to a fold.
    let (client, account) = (&people[0].client, &people[0].account);
    for _ in 0..CHANGES {
        let added = client.post(&format!("{account}/addresses"), address(0)).await.expect(201);
        let _ = client.send(reqwest::Method::DELETE, added.header("location").unwrap(), None, &[]).await.expect(200);
    }
    losing(&shop, "projector", async {
        let _ = client.post(&format!("{account}/addresses"), address(0)).await.expect(201);
    })
    .await;
    assert!(shop.host.directory().join("failures/FailedBatches").read_dir().unwrap().next().is_some());
    assert_eq!(*seen.lock().unwrap(), [""; 0]);
    assert_eq!(files_with_marks(&directory), Vec::<PathBuf>::new());
    shop.host.resume("reconcile").await.unwrap();
    let _ = shop.operator().post("/ops/lost/redrive", json!({})).await.expect(202);
    shop.host.settled().await;
    for person in &people {
        let name = format!("Zaunkoenig {}", person.number);
        assert_eq!(person.client.get(&person.account).await.expect(200).text("name"), name);
    }

    for person in &people {
        let _ = shop.operator().post(&format!("/ops{}/erase", person.account), json!({})).await.expect(200);
    }
    shop.host.settled().await;
    assert_eq!(*seen.lock().unwrap(), [""; 0]);
    // A function remembers a key for some minutes, and a new environment remembers none.
    shop.stop().await;
    assert_eq!(files_with_marks(&directory), Vec::<PathBuf>::new());
    let shop = Shop::start_in(directory.clone()).await;
    let erased: Vec<Person> = people
        .into_iter()
        .map(|person| Person { client: shop.customer(&format!("zaunkoenig{}", person.number)), ..person })
        .collect();
    for person in &erased {
        assert_eq!(marks_in(&told(&shop, person).await), [""; 0]);
    }
    for view in VIEWS {
        let operator = shop.operator();
        let _ = operator.post(&format!("/ops/projections/{view}/rebuild"), json!({})).await.expect(202);
        let shown = complete(&operator, view, 2).await;
        assert_eq!(shown["generations"][1]["comparison"]["different"], 0, "{view}: {shown}");
        let _ = operator.post(&format!("/ops/projections/{view}/flip"), json!({})).await.expect(200);
    }
    for person in &erased {
        assert_eq!(marks_in(&told(&shop, person).await), [""; 0]);
        let _ = shop.staff().post(&format!("/orders/{}/ship", person.orders[1]), json!({})).await.expect(202);
    }
    shop.host.settled().await;
    assert_eq!(
        erased[0].client.get(&format!("/orders/{}", erased[0].orders[1])).await.expect(200).text("status"),
        "SHIPPED"
    );
    assert_eq!(shop.difference().await, None, "the log is whole, and every row is its fold");
    assert_eq!(files_with_marks(&directory), Vec::<PathBuf>::new());
    shop.stop().await;
    std::fs::remove_dir_all(directory).unwrap();
}
