//! Many customers, few goods.

use crate::shop::{cart, ordered, product, stock};
use futures::future::join_all;
use tests::Shop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_checkouts_for_a_hundred_goods_confirm_a_hundred() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 100)]).await;
    let clients = (0..8).map(async |number| {
        let customer = shop.customer_with_account(&format!("customer-{number}")).await;
        let mut confirmed = 0;
        for _ in 0..25 {
            let cart = cart(&customer, &[("mug", 1)]).await;
            let order = ordered(&customer, &cart, &["CONFIRMED", "FAILED"]).await;
            confirmed += usize::from(order.body["status"] == "CONFIRMED");
        }
        confirmed
    });
    let confirmed: usize = join_all(clients).await.into_iter().sum();
    assert_eq!(confirmed, 100, "of 200");
    assert_eq!(stock(&shop, "mug").await, (100, 100, 0));
    assert_eq!(shop.difference().await, None);
    assert!(shop.host.dead_letters().values().all(|count| *count == 0), "{:?}", shop.host.dead_letters());
    shop.host.stop().await;
}
