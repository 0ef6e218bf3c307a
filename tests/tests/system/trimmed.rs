//! A projector that is stopped for longer than its stream keeps records: what the stream has lost, the log has.

use crate::shop::{cart, product};
use serde_json::json;
use std::time::Duration;
use tests::Shop;

const HOURS: Duration = Duration::from_hours(25);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stopped_projector_has_lost_is_noticed_and_read_from_the_log() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 10)]).await;
    product(&shop, "cup", 899, &[("berlin", 10)]).await;
    assert_eq!(shop.difference().await, None);

    // The daily run would make up for everything by itself: it stands still too.
    for function in ["projector", "reconcile"] {
        shop.host.pause(function).await.unwrap();
    }
    let (customer, staff) = (shop.customer_with_account("ann").await, shop.staff());
    for _ in 0..3 {
        let cart = cart(&customer, &[("mug", 1), ("cup", 1)]).await;
        let _ = customer.post(&format!("/carts/{cart}/checkout"), json!({})).await.expect(202);
        shop.host.settled().await;
    }
    shop.host.advance_clock(HOURS).await;
    shop.host.resume("projector").await.unwrap();
    assert!(shop.difference().await.is_some(), "nothing is left of the news");
    let deliveries = shop.host.deliveries()["projector"];
    assert!(deliveries.trimmed > 30, "{deliveries:?}");
    let stock = async |sku: &str| {
        shop.host.settled().await;
        let stock = staff.get(&format!("/products/{sku}/stock")).await.expect(200).body;
        ["on_hand", "reserved"].map(|name| stock[name].as_u64().unwrap())
    };
    assert_eq!((stock("mug").await, stock("cup").await), ([10, 0], [10, 0]));

    // The next news of a stream shows the gap, and what is missing comes along.
    let _ = staff.post("/stock/berlin/mug/receive", json!({ "quantity": 5 })).await.expect(200);
    assert_eq!((stock("mug").await, stock("cup").await), ([15, 3], [10, 0]));

    let projections = shop.operator().get("/ops/projections").await.expect(200).body;
    let stocks = projections["items"].as_array().unwrap().iter().find(|item| item["name"] == "stock").unwrap();
    assert!(stocks["so_far"]["gaps_repaired"].as_u64() >= Some(1), "{stocks}");

    // Streams without further news wait for the run that looks at all of them.
    shop.host.resume("reconcile").await.unwrap();
    assert_eq!(shop.difference().await, None);
    assert_eq!(stock("cup").await, [10, 3]);
    shop.host.stop().await;
}
