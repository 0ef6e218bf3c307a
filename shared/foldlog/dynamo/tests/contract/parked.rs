//! The notes about what subscribers cannot follow: the same in memory and on `DynamoDB`.

use crate::sample::{NOW, stream};
use crate::store::Store;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use foldlog::read::parked::{Class, Trouble};
use foldlog::read::views::Generation;
use foldlog::{Parked, ParkingLot, Subject, Timestamp, Version};
use foldlog_testing::memory::MemoryParked;

fn fold(name: &str, generation: u32) -> Subject {
    Subject::Fold { view: "cart".to_owned(), generation: Generation(generation), stream: stream(name) }
}

fn trouble(subject: Subject, version: u64, error: &str, at: i64) -> Trouble {
    let at = Timestamp(NOW.0 + at);
    let version = Version(version);
    Trouble { subject, version, passed_over: version, error: error.to_owned(), class: Class::Permanent, at }
}

async fn every_rule<P: ParkingLot>(lot: &P) {
    let one = fold("cart-1", 1);
    let reaction =
        Subject::Reaction { function: "stock-reactions".to_owned(), event: "fulfilment-1@3".parse().unwrap() };
    assert_eq!(lot.note(&one).await.unwrap(), None);
    assert!(lot.clear(&one, Version(9)).await.unwrap(), "there is none");

    lot.park(&trouble(one.clone(), 3, "first", 0)).await.unwrap();
    let again = Trouble { class: Class::Transient, ..trouble(one.clone(), 5, "second", 7) };
    lot.park(&again).await.unwrap();
    let others = [fold("cart-1", 2), fold("cart-2", 1), reaction].map(|subject| trouble(subject, 1, "else", 1));
    for other in &others {
        lot.park(other).await.unwrap();
    }

    let note = Parked { trouble: again, attempts: 2, since: NOW };
    assert_eq!(lot.note(&one).await.unwrap(), Some(note.clone()), "the newest trouble, since the first");
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = lot.notes(after.as_ref(), 3).await.unwrap();
        assert!(page.notes.len() <= 3);
        found.extend(page.notes);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut expected = vec![note];
    expected.extend(others.map(|trouble| Parked { since: trouble.at, attempts: 1, trouble }));
    found.sort_by_key(|note| note.trouble.subject.clone());
    expected.sort_by_key(|note| note.trouble.subject.clone());
    assert_eq!(found, expected);

    assert!(!lot.clear(&one, Version(4)).await.unwrap(), "it speaks of a later version");
    let earlier = trouble(one.clone(), 4, "third", 9);
    lot.park(&earlier).await.unwrap();
    let note = lot.note(&one).await.unwrap().unwrap();
    assert_eq!(note.trouble, Trouble { passed_over: Version(5), ..earlier }, "what was passed over stays so");
    assert_eq!((note.attempts, note.since), (3, NOW));
    assert!(!lot.clear(&one, Version(4)).await.unwrap(), "later news were passed over");
    assert!(lot.clear(&one, Version(5)).await.unwrap());
    assert_eq!(lot.note(&one).await.unwrap(), None);
}

#[tokio::test]
async fn in_memory() {
    every_rule(&MemoryParked::default()).await;
}

#[tokio::test]
async fn on_dynamodb() {
    let store = Store::new();
    let key = [("subscriber", ScalarAttributeType::S), ("object", ScalarAttributeType::S)];
    let table = store.table(&key, &[]).await;
    every_rule(&foldlog_dynamo::Parked::new(store.client.clone(), &table)).await;
}

#[test]
fn a_subject_is_found_by_its_text() {
    for text in ["cart/g1:cart-1", "stock-reactions:fulfilment-0195@12", "log_activity/g12:stock-berlin.mug"] {
        assert_eq!(text.parse::<Subject>().unwrap().to_string(), text);
    }
    for text in ["", "cart", "cart/g1", "cart/gx:cart-1", "stock-reactions:fulfilment-1", "cart/g1:nothing"] {
        assert!(text.parse::<Subject>().is_err(), "{text}");
    }
}

#[test]
fn a_note_is_due_after_growing_pauses() {
    let due = |attempts| {
        let note = Parked { trouble: trouble(fold("cart-1", 1), 1, "", 0), attempts, since: NOW };
        (note.due_at().0 - NOW.0) / 60_000
    };
    assert_eq!([1, 2, 3, 9, 10, 60].map(due), [1, 2, 4, 256, 360, 360]);
}
