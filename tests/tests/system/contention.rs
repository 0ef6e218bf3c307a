//! Many customers, few goods.

use crate::shop::{cart, ordered, product, stock};
use aws_sdk_dynamodb::Client as DynamoDb;
use domain::views::{PARTITIONS, subscriptions};
use dynamo::{Log, Views};
use eventsourcing::views::{Generation, Place};
use eventsourcing::{Consistency, EventLog, Version, Views as _};
use futures::future::join_all;
use tests::Shop;

/// Every row of every read model is the fold of its stream.
async fn views_are_folds(shop: &Shop) {
    let settings = shop.host.environment("projector").unwrap();
    let client = DynamoDb::new(&shop.host.aws_config());
    let log = Log::new(client.clone(), &settings["EVENT_LOG_TABLE"]);
    let views = PARTITIONS.iter().fold(Views::new(client), |views, (view, partitions)| {
        views.with(view, &settings[&format!("{}_VIEW", view.to_uppercase())], partitions)
    });
    let heads = log.heads().await.unwrap();
    assert!(!heads.is_empty());
    for (stream, version) in heads {
        let commits = log.since(&stream, Version::NONE).await.unwrap();
        for subscription in subscriptions().iter().filter(|subscription| subscription.follows(stream.category())) {
            let place =
                Place { view: subscription.name(), generation: Generation::FIRST, key: subscription.key(&stream) };
            let row = views.row(&place, Consistency::Strong).await.unwrap().unwrap();
            let folded = subscription.fold(None, &commits).row.unwrap();
            assert_eq!((row.version, row.hash, row.document), (version, folded.hash, folded.document), "{place:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_checkouts_for_a_hundred_goods_confirm_a_hundred() {
    let shop = Shop::start().await;
    product(&shop, "mug", 1_299, &[("berlin", 100)]).await;
    let clients = (0..8).map(async |number| {
        let customer = shop.customer(&format!("customer-{number}"));
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
    views_are_folds(&shop).await;
    assert!(shop.host.dead_letters().values().all(|count| *count == 0), "{:?}", shop.host.dead_letters());
    shop.host.stop().await;
}
