//! What an order costs in requests: exact, so that whatever makes it dearer is seen.

use crate::shop::{cart, ordered, product};
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
