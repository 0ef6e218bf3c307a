//! The exact cost of an order in requests and rows, so that each increase is noticed.

use crate::shop::{cart, ordered, product};
use aws_sdk_dynamodb::Client as Database;
use serde_json::json;
use std::collections::BTreeMap;
use tests::Shop;

/// The requests of the functions whose number does not depend on how stream records happen to be batched, without those
/// for which generation of a view is read: a process asks that every five seconds at most, however much it does.
fn requests(shop: &Shop) -> BTreeMap<(String, String), u64> {
    let batched = ["host", "projector", "relay", "queries", "reconcile", "sales-projector"];
    // The provider's notice may come before the payment is recorded, and then once more.
    let others = [&batched[..], &["payment-commands"]].concat();
    let mut requests = shop.host.requests();
    requests.retain(|(function, operation), _| {
        !others.contains(&function.as_str()) && (function.as_str(), operation.as_str()) != ("fulfilment", "GetItem")
    });
    requests
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_of_one_line_takes_these_requests() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    let before = requests(&shop);
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
    shop.host.settled().await;
    let counted: Vec<(String, u64)> = requests(&shop)
        .into_iter()
        .map(|(key, count)| (format!("{} {}", key.0, key.1), count - before.get(&key).copied().unwrap_or_default()))
        // A new environment reads its secret, and not for each order.
        .filter(|(name, count)| *count > 0 && !name.ends_with("GetSecretValue"))
        .collect();
    let expected = [
        // Opened: append. Item added: product, append. Checked out: cart and product strongly, append.
        ("cart-commands PutItem", 3),
        ("cart-commands Query", 3),
        // Started, then placement, reservation, authorisation, confirmation, invoice and shipment noted: appends. Its
        // own lines and a look at the view for candidates.
        ("fulfilment PutItem", 7),
        ("fulfilment Query", 2),
        ("invoice-reactions PutItem", 1),
        // Placed, for an account that is read strongly; confirmed.
        ("order-reactions PutItem", 2),
        ("order-reactions Query", 1),
        // The key of the card's account, and then created and authorised in one commit.
        ("payment-reactions Decrypt", 1),
        ("payment-reactions GetItem", 1),
        ("payment-reactions PutItem", 1),
        ("shipment-reactions PutItem", 1),
        // A reaction on stock bears a marker: one transaction.
        ("stock-reactions Query", 1),
        ("stock-reactions TransactWriteItems", 1),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    assert_eq!(counted, expected);
    shop.host.stop().await;
}

/// The streams of the rows by which runs of commits are found: each takes a write unit, and another one in its index.
async fn runs(shop: &Shop) -> BTreeMap<String, usize> {
    let scan = Database::new(&shop.host.aws_config()).scan().table_name("local-ActivityView");
    let found = scan.filter_expression("attribute_exists(correlation)").send().await.unwrap();
    let mut runs = BTreeMap::new();
    for row in found.items() {
        let category = row["key"].as_s().unwrap().rsplit('/').next().unwrap().split('-').next().unwrap().to_owned();
        *runs.entry(category).or_default() += 1;
    }
    runs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_of_an_order_s_requests_is_found_by_so_many_rows() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    shop.host.settled().await;
    let before = runs(&shop).await;
    let since = async || {
        shop.host.settled().await;
        let mut since = runs(&shop).await;
        for (category, count) in &mut since {
            *count -= before.get(category).copied().unwrap_or_default();
        }
        since.retain(|_, count| *count > 0);
        since.into_iter().map(|(category, count)| format!("{category} {count}")).collect::<Vec<_>>()
    };
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
    // Opened, filled and checked out by three requests; of the third come the others.
    let of_three = ["cart 3", "fulfilment 1", "invoice 1", "order 1", "payment 1", "shipment 1", "stock 1"];
    assert_eq!(since().await, of_three);
    let _ = shop.staff().post(&format!("/orders/{cart}/ship"), json!({})).await.expect(202);
    // The provider may tell of the capture before its answer is noted: then that came of a request of its own.
    let but_for_the_capture = |runs: Vec<String>| {
        let told = |run: &String| !run.starts_with("fulfilment") && !run.starts_with("payment");
        runs.into_iter().filter(told).collect::<Vec<_>>()
    };
    assert_eq!(but_for_the_capture(since().await), ["cart 3", "invoice 1", "order 2", "shipment 2", "stock 2"]);
    let shipment = alice.get(&format!("/orders/{cart}")).await.expect(200).body["shipments"][0].clone();
    let deliver = format!("/shipments/{}/deliver", shipment.as_str().unwrap());
    let _ = shop.staff().post(&deliver, json!({})).await.expect(200);
    assert_eq!(but_for_the_capture(since().await), ["cart 3", "invoice 2", "order 3", "shipment 3", "stock 2"]);
    shop.host.stop().await;
}
