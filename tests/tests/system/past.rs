//! Things as they were: at any version, and at any moment.

mod diff;
mod histories;

use crate::shop::{cart, ordered, product};
use foldlog::Timestamp;
use histories::{History, at, random_account, random_cart, random_product, random_stock};
use serde_json::{Value, json};
use shop_api::responses::Sight;
use tests::{Answer, Client, Shop};

/// The same histories again: the seed that a failed run printed.
const SEED: &str = "PAST_SEED";

/// A document at each version is the fold of that number of events, and so it is at each moment.
async fn is_its_fold(reader: &Client, path: &str, history: &History, documents: &[Value]) {
    assert_eq!(documents.len(), history.events.len(), "{path}");
    for (count, document) in (1..).zip(documents) {
        let answer = reader.get(&format!("{path}?version={count}")).await;
        is_document(path, &answer, document);
        if document != &Value::Null {
            assert_eq!(answer.header("etag"), Some(format!("\"{count}\"").as_str()), "{path}");
        }
    }
    for (moment, count) in history.moments() {
        let answer = reader.get(&format!("{path}?at={}", at(moment, count))).await;
        is_document(path, &answer, count.checked_sub(1).map_or(&Value::Null, |last| &documents[last]));
    }
    let newest = history.events.len();
    let beyond = reader.get(&format!("{path}?version={}", newest + 1)).await;
    if documents[newest - 1] == Value::Null {
        assert_eq!(beyond.status, 404, "{path}: {}", beyond.body);
    } else {
        assert_eq!((beyond.status.as_u16(), beyond.problem()), (409, Some("version-beyond-head")), "{path}");
    }
    assert_eq!(reader.get(&format!("{path}?version=0")).await.status, 404, "{path}");
}

fn is_document(path: &str, answer: &Answer, document: &Value) {
    if document == &Value::Null {
        assert_eq!((answer.status.as_u16(), answer.problem()), (404, Some("not-found")), "{path}: {}", answer.body);
    } else {
        assert_eq!((answer.status.as_u16(), &answer.body), (200, document), "{path}");
    }
}

/// The same of a stream's state, as operators see it.
async fn is_state(operator: &Client, stream: &str, history: &History) {
    let path = format!("/ops/streams/{stream}/state");
    let states = history.states();
    for (count, state) in states.iter().enumerate() {
        let answer = operator.get(&format!("{path}?version={count}")).await.expect(200);
        assert_eq!((&answer.body["state"], &answer.body["version"]), (state, &json!(count)), "{stream}");
        let committed = count.checked_sub(1).map_or(&Value::Null, |last| &history.events[last]["at"]);
        assert_eq!(&answer.body["at"], committed, "{stream}@{count}");
    }
    for (moment, count) in history.moments() {
        let answer = operator.get(&format!("{path}?at={}", at(moment, count))).await;
        match count {
            0 => assert_eq!(answer.problem(), Some("not-found"), "{stream}"),
            _ => assert_eq!(
                (&answer.body["state"], &answer.body["version"]),
                (&states[count], &json!(count)),
                "{stream}"
            ),
        }
    }
    let now = operator.get(&path).await.expect(200);
    assert_eq!(Some(&now.body["state"]), states.last());
    let beyond = operator.get(&format!("{path}?version={}", states.len())).await.expect(409);
    assert_eq!(beyond.problem(), Some("version-beyond-head"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_any_version_and_moment_a_thing_is_the_fold_of_its_first_events() {
    let shop = Shop::start().await;
    for sku in ["mug", "pot", "tea"] {
        product(&shop, sku, 1_299, &[]).await;
    }
    let (alice, operator, anyone) = (shop.customer_with_account("alice").await, shop.operator(), shop.anyone());
    let seed = std::env::var(SEED).map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("{SEED}={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let cart = random_cart(&alice, &mut random, 90).await;
    random_product(&shop.staff(), "mug", &mut random, 50).await;
    random_stock(&shop.staff(), "berlin", "mug", &mut random, 45).await;
    let account = random_account(&alice, &mut random, 25).await;

    let history = History::of(&operator, &format!("cart-{cart}")).await;
    is_its_fold(&alice, &format!("/carts/{cart}"), &history, &history.carts()).await;
    is_state(&operator, &format!("cart-{cart}"), &history).await;
    let history = History::of(&operator, "product-mug").await;
    is_its_fold(&anyone, "/products/mug", &history, &history.products()).await;
    is_state(&operator, "product-mug", &history).await;
    is_state(&operator, "stock-berlin.mug", &History::of(&operator, "stock-berlin.mug").await).await;
    let history = History::of(&operator, &format!("account-{account}")).await;
    let key = shop.key_of(&account).await;
    let accounts = history.accounts(Sight::Opened(key.as_ref()));
    is_its_fold(&alice, &format!("/accounts/{account}"), &history, &accounts).await;
    let accounts = history.accounts(Sight::Sealed);
    is_its_fold(&shop.staff(), &format!("/accounts/{account}"), &history, &accounts).await;
    is_state(&operator, &format!("account-{account}"), &history).await;
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_and_all_that_came_of_it_are_shown_as_they_were() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let order = ordered(&alice, &cart, &["CONFIRMED"]).await;
    let _ = shop.staff().post(&format!("/orders/{cart}/ship"), json!({})).await.expect(202);
    shop.host.settled().await;
    let shipment = alice.get(&format!("/orders/{cart}")).await.expect(200).body["shipments"][0].clone();
    let shipment = shipment.as_str().unwrap();
    let _ = shop.staff().post(&format!("/shipments/{shipment}/deliver"), json!({})).await.expect(200);
    shop.host.settled().await;

    let operator = shop.operator();
    let history = History::of(&operator, &format!("order-{cart}")).await;
    assert!(history.commits() < history.events.len(), "several events of one commit are part of the story");
    is_its_fold(&alice, &format!("/orders/{cart}"), &history, &history.orders(None)).await;
    let then = alice.get(&format!("/orders/{cart}?version={}", order.body["version"])).await.expect(200);
    assert_eq!((&then.body["timeline"], then.text("status")), (&order.body["timeline"], "CONFIRMED"));
    let of_shipment = History::of(&operator, &format!("shipment-{shipment}")).await;
    is_its_fold(&alice, &format!("/shipments/{shipment}"), &of_shipment, &of_shipment.shipments(shipment)).await;
    let of_invoice = History::of(&operator, &format!("invoice-{cart}")).await;
    is_its_fold(&alice, &format!("/invoices/{cart}"), &of_invoice, &of_invoice.invoices()).await;
    for stream in ["fulfilment", "payment", "order", "invoice"].map(|category| format!("{category}-{cart}")) {
        is_state(&operator, &stream, &History::of(&operator, &stream).await).await;
    }
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_is_shown_to_nobody_else_than_what_is() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let (alice, bob) = (shop.customer_with_account("alice").await, shop.customer_with_account("bob").await);
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
    shop.host.settled().await;
    let shipment = alice.get(&format!("/orders/{cart}")).await.expect(200).body["shipments"][0].clone();
    let account = alice.post("/accounts", json!({ "name": "alice", "email": "alice@example.org" })).await;
    let account = account.header("location").unwrap().to_owned();
    let own = ["carts", "orders", "invoices"].map(|kind| format!("/{kind}/{cart}"));
    let paths = own.into_iter().chain([format!("/shipments/{}", shipment.as_str().unwrap()), account]);
    for path in paths {
        // Nor how long the history is: beyond its end nothing else is said.
        for query in ["version=1", "version=99", "at=2999-01-01T00:00:00Z", "at=1999-01-01T00:00:00Z"] {
            let refused = bob.get(&format!("{path}?{query}")).await.expect(404);
            assert_eq!(refused.problem(), Some("not-found"), "{path}?{query}");
        }
        let _ = alice.get(&format!("{path}?version=1")).await.expect(200);
        let _ = alice.get(&format!("{path}?at=2999-01-01T00:00:00Z")).await.expect(200);
    }
    let delisted = shop.staff().post("/products/mug/delist", json!({})).await.expect(200);
    assert_eq!(delisted.header("etag"), Some("\"3\""));
    for (version, status) in [(1, 404), (2, 200), (3, 404)] {
        let _ = shop.anyone().get(&format!("/products/mug?version={version}")).await.expect(status);
    }
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_version_or_moment_is_asked_for_at_a_time_and_in_its_own_form() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[]).await;
    let moment = Timestamp(1_763_718_723_045);
    let operator = shop.operator();
    for (client, path) in [(&shop.anyone(), "/products/mug"), (&operator, "/ops/streams/product-mug/state")] {
        let mut ways = vec![("version=1".to_owned(), "version"), (format!("at={moment}"), "at")];
        if !path.starts_with("/ops") {
            ways.push(("min_version=1".to_owned(), "min_version"));
        }
        for (one, name) in &ways {
            for (other, other_name) in ways.iter().filter(|(other, _)| other != one) {
                let refused = client.get(&format!("{path}?{one}&{other}")).await.expect(400);
                assert_eq!(refused.problem(), Some("malformed-request"));
                let errors = refused.body["errors"].as_array().unwrap();
                let named: Vec<_> = errors.iter().map(|error| error["parameter"].as_str().unwrap()).collect();
                assert!(named.contains(name) && named.contains(other_name), "{}", refused.body);
            }
        }
        for (wrong, name) in [
            ("version=one", "version"),
            ("version=-1", "version"),
            ("version=", "version"),
            ("at=yesterday", "at"),
            ("at=2026-11-21", "at"),
            ("at=2026-11-21T10:00:00", "at"),
            ("versions=1", "versions"),
        ] {
            let refused = client.get(&format!("{path}?{wrong}")).await.expect(422);
            assert_eq!(refused.body["errors"][0]["parameter"], name, "{path}?{wrong}: {}", refused.body);
        }
        let _ = client.get(&format!("{path}?version=18446744073709551615")).await.expect(409);
    }
    shop.host.stop().await;
}
