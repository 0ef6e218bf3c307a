//! What an order costs in requests: exact, so that whatever makes it dearer is seen.

use crate::shop::{cart, ordered, product};
use std::collections::BTreeMap;
use tests::Shop;

/// The requests of the functions whose number does not depend on how stream records happen to be batched.
fn requests(shop: &Shop) -> BTreeMap<(String, String), u64> {
    let batched = ["host", "projector", "relay", "queries", "reconcile", "sales-projector"];
    shop.host.requests().into_iter().filter(|((function, _), _)| !batched.contains(&function.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_of_one_line_takes_these_requests() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    let alice = shop.customer("alice");
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
        // Started, then placement, reservation and confirmation noted: appends. A look at the view for candidates.
        ("fulfilment PutItem", 4),
        ("fulfilment Query", 1),
        ("order-reactions PutItem", 2),
        // A reaction on stock bears a marker: one transaction.
        ("stock-reactions Query", 1),
        ("stock-reactions TransactWriteItems", 1),
    ];
    let expected: Vec<_> = expected.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    assert_eq!(counted, expected);
    shop.host.stop().await;
}
