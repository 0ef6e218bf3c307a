//! The notes about parked streams.

use crate::sample::{NOW, stream};
use crate::store::Store;
use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};
use eventsourcing::views::Generation;
use eventsourcing::{Parked, ParkingLot, Version};
use std::collections::HashMap;

#[tokio::test]
async fn a_note_takes_the_place_of_the_older_one_of_its_fold_generation_and_stream() {
    let store = Store::new();
    let table = store.table(&[("subscription", ScalarAttributeType::S), ("stream", ScalarAttributeType::S)], &[]).await;
    let lot = dynamo::Parked::new(store.client.clone(), &table);
    let note = |name: &str, version, error: &str| Parked {
        subscription: "cart".to_owned(),
        stream: stream(name),
        version: Version(version),
        error: error.to_owned(),
        noticed_at: NOW,
    };
    lot.park(Generation(1), &note("cart-1", 3, "first")).await.unwrap();
    lot.park(Generation(1), &note("cart-1", 5, "second")).await.unwrap();
    lot.park(Generation(2), &note("cart-1", 4, "of another generation")).await.unwrap();
    lot.park(Generation(1), &note("cart-2", 1, "of another stream")).await.unwrap();

    let items = store.client.scan().table_name(&table).send().await.unwrap().items.unwrap();
    assert_eq!(items.len(), 3);
    let kept: Vec<_> = items.into_iter().filter(|item| item.get("version") == Some(&number(5))).collect();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let expected = HashMap::from([
        ("subscription".to_owned(), text("cart/g1")),
        ("stream".to_owned(), text("cart-1")),
        ("version".to_owned(), number(5)),
        ("error".to_owned(), text("second")),
        ("noticed_at".to_owned(), number(NOW.0)),
    ]);
    assert_eq!(kept, [expected]);
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
