//! What a page costs: as many requests as it shows, whatever the history of its streams, and for a stranger one.

use crate::shop::cart;
use http::Method;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use tests::{Client, Shop};

/// What a request has `queries` or `operations` ask the database for: the least of some tries, because now and then the register of
/// generations is asked for, too.
async fn cost(shop: &Shop, client: &Client, path: &str, status: u16) -> BTreeMap<String, u64> {
    let asked = || {
        let readers = ["queries", "operations"];
        let all = shop.host.requests().into_iter().filter(|((function, _), _)| readers.contains(&&**function));
        all.map(|((_, operation), count)| (operation, count)).collect::<BTreeMap<String, u64>>()
    };
    let mut costs = vec![];
    for _ in 0..4 {
        let before = asked();
        let _ = client.get(path).await.expect(status);
        let more = |(operation, count): (String, u64)| {
            let count = count - before.get(&operation).copied().unwrap_or_default();
            (count > 0).then_some((operation, count))
        };
        costs.push(asked().into_iter().filter_map(more).collect::<BTreeMap<_, _>>());
    }
    costs.into_iter().min_by_key(|cost| cost.values().sum::<u64>()).unwrap()
}

fn requests(of: &[(&str, u64)]) -> BTreeMap<String, u64> {
    of.iter().map(|(operation, count)| ((*operation).to_owned(), *count)).collect()
}

/// Changes the quantity in a cart so many times.
async fn change(customer: &Client, cart: &str, times: u64) {
    for number in 0..times {
        let path = format!("/carts/{cart}/items/mug");
        let body = json!({ "quantity": 2 + number % 2 }).to_string();
        let key = format!("change-{}", fresh());
        let _ = customer.send(Method::PATCH, &path, Some(body), &[("idempotency-key", &key)]).await.expect(200);
    }
}

/// A number that was not given before.
fn fresh() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_events_cost_the_same_at_any_history() {
    let shop = Shop::start().await;
    crate::shop::product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let (alice, operator) = (shop.customer("alice"), shop.operator());
    let cart = cart(&alice, &[("mug", 1)]).await;
    for changes in [5, 150] {
        change(&alice, &cart, changes).await;
        shop.host.settled().await;
        // The partitions of the index, and one commit of the stream that moved last.
        assert_eq!(cost(&shop, &operator, "/ops/events?limit=1", 200).await, requests(&[("Query", 9)]), "{changes}");
        let newest = operator.get("/ops/events?limit=1").await.expect(200).body;
        assert_eq!(newest["items"][0]["stream"], format!("cart-{cart}"));
    }
    let all = operator.get("/ops/events?limit=1000").await.expect(200).body;
    let all = all["items"].as_array().unwrap().clone();
    assert!(all.len() > 155);
    // Pages of any size, forwards and backwards, are parts of the same list.
    for limit in [1, 3, 25, 100] {
        let newest = operator.get(&format!("/ops/events?limit={limit}")).await.expect(200).body;
        assert_eq!(newest["items"].as_array().unwrap(), &all[all.len() - limit..], "the newest {limit}");
    }
    for from in [0, 7, all.len() / 2, all.len() - 1] {
        let at = all[from]["at"].as_str().unwrap();
        let page = operator.get(&format!("/ops/events?after={at}&limit=10")).await.expect(200).body;
        let expected: Vec<_> = all.iter().filter(|event| event["at"].as_str() >= Some(at)).take(10).cloned().collect();
        assert_eq!(page["items"].as_array().unwrap(), &expected, "from {from}");
    }
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_answered_after_one_read_however_long_the_stream_is_or_if_there_is_none() {
    let shop = Shop::start().await;
    crate::shop::product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let (alice, mallory) = (shop.customer("alice"), shop.customer("mallory"));
    let long = cart(&alice, &[("mug", 1)]).await;
    change(&alice, &long, 60).await;
    shop.host.settled().await;
    let none = "0".repeat(32);
    for cart in [&long, &none] {
        for asked in ["version=1", "version=62", "version=1000", "at=2020-01-01T00:00:00Z", "at=2100-01-01T00:00:00Z"] {
            let cost = cost(&shop, &mallory, &format!("/carts/{cart}?{asked}"), 404).await;
            assert_eq!(cost, requests(&[("Query", 1)]), "{cart}?{asked}");
        }
        for asked in ["min_version=63", "min_version=100000"] {
            let cost = cost(&shop, &mallory, &format!("/carts/{cart}?{asked}"), 404).await;
            assert_eq!(cost, requests(&[("GetItem", 1), ("Query", 1)]), "{cart}?{asked}");
        }
    }
    let beyond = alice.get(&format!("/carts/{long}?min_version=100000")).await.expect(409);
    assert_eq!(beyond.problem(), Some("version-beyond-head"));
    let then = alice.get(&format!("/carts/{long}?version=62")).await.expect(200).body;
    assert_eq!(then["id"], json!(long));
    shop.host.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_the_log_hold_each_event_once_however_many_have_one_moment() {
    let shop = Shop::start().await;
    crate::shop::product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let order = cart(&alice, &[("mug", 1)]).await;
    let _ = crate::shop::ordered(&alice, &order, &["CONFIRMED"]).await;
    shop.host.settled().await;
    let operator = shop.operator();
    let all = operator.get("/ops/events?limit=1000").await.expect(200).body;
    let all: Vec<_> = all["items"].as_array().unwrap().iter().map(|event| event["id"].clone()).collect();
    assert!(all.len() > 30);
    for limit in [1, 2, 5, 100] {
        let mut found = vec![];
        let mut path = format!("/ops/events?after=1970-01-01T00:00:00Z&limit={limit}");
        loop {
            let page = operator.get(&path).await.expect(200).body;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= limit && found.len() <= all.len());
            found.extend(items.iter().map(|event| event["id"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            path = next.to_owned();
        }
        assert_eq!(found, all, "{limit} on a page");
    }
    for after in ["1970-01-01T00:00:00Z~", "~cart-1@1", "1970-01-01T00:00:00Z~cart", "yesterday"] {
        let refused = operator.get(&format!("/ops/events?after={after}")).await.expect(422);
        assert_eq!(refused.body["errors"][0]["parameter"], "after");
    }
    shop.stop().await;
}
