//! What an order costs in requests and rows: exact, so that whatever makes it dearer is seen.

use crate::shop::{cart, ordered, product};
use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::types::Select;
use serde_json::json;
use std::collections::BTreeMap;
use tests::Shop;

/// The requests of the functions whose number does not depend on how stream records happen to be batched.
fn requests(shop: &Shop) -> BTreeMap<(String, String), u64> {
    let batched = ["host", "projector", "relay", "queries", "reconcile", "sales-projector"];
    // The provider's notice may come before the payment is recorded, and then once more.
    let others = [&batched[..], &["payment-commands"]].concat();
    shop.host.requests().into_iter().filter(|((function, _), _)| !others.contains(&function.as_str())).collect()
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
        .filter(|(_, count)| *count > 0)
        .collect();
    let expected = [
        // Opened: append. Item added: product, append. Checked out: cart and product strongly, append.
        ("cart-commands PutItem", 3),
        ("cart-commands Query", 3),
        // Started, then placement, reservation, authorisation, confirmation, invoice and shipment noted: appends. Its own
        // lines and a look at the view for candidates.
        ("fulfilment PutItem", 7),
        ("fulfilment Query", 2),
        ("invoice-reactions PutItem", 1),
        // Placed, for an account that is read strongly; confirmed.
        ("order-reactions PutItem", 2),
        ("order-reactions Query", 1),
        // Created and authorised in one commit.
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

/// How many rows there are by which runs of commits are found: each takes a write unit, and another one in its index.
async fn runs(shop: &Shop) -> i32 {
    let scan = Database::new(&shop.host.aws_config()).scan().table_name("local-ActivityView");
    scan.filter_expression("attribute_exists(correlation)").select(Select::Count).send().await.unwrap().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_together_is_found_by_nine_rows_until_an_order_is_confirmed_and_nine_more_until_it_arrives() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer_with_account("alice").await;
    shop.host.settled().await;
    let before = runs(&shop).await;
    let cart = cart(&alice, &[("mug", 2)]).await;
    let _ = ordered(&alice, &cart, &["CONFIRMED"]).await;
    shop.host.settled().await;
    // The cart is opened, filled and checked out by three requests; of the third come six more streams.
    assert_eq!(runs(&shop).await - before, 3 + 6);
    let _ = shop.staff().post(&format!("/orders/{cart}/ship"), json!({})).await.expect(202);
    shop.host.settled().await;
    let shipment = alice.get(&format!("/orders/{cart}")).await.expect(200).body["shipments"][0].clone();
    let deliver = format!("/shipments/{}/deliver", shipment.as_str().unwrap());
    let _ = shop.staff().post(&deliver, json!({})).await.expect(200);
    shop.host.settled().await;
    // Order, process, stock, payment and shipment; then shipment, process, order and invoice.
    assert_eq!(runs(&shop).await - before, 3 + 6 + 5 + 4);
    shop.host.stop().await;
}
