//! A batch of stream records: what is published, from where on it comes again, and what is parked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use aws_lambda_events::dynamodb::Event;
use foldlog::react::bus::{Bus, BusEntry, BusError};
use foldlog::read::parked::Class;
use foldlog::{Clock, EventId, ParkingLot, Subject, Timestamp, Version};
use foldlog_lambda::Function;
use foldlog_testing::memory::MemoryParked;
use relay::Relay;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PAYLOAD: &str = include_str!("../../../events/relay.cart-checked-out.json");
const CART: &str = "cart-3bfb818187c9508f955ef8f19c4788fe";
const RECORDS: usize = 10;

/// Takes entries up to one, if there is one that it does not take.
#[derive(Clone, Default)]
struct Taking {
    upto: Option<usize>,
    taken: Arc<Mutex<Vec<EventId>>>,
}

impl Bus for Taking {
    async fn publish(&self, entries: &[BusEntry]) -> Result<(), BusError> {
        let upto = self.upto.unwrap_or(entries.len());
        self.taken.lock().unwrap().extend(entries.iter().take(upto).map(|entry| entry.detail.id.clone()));
        match self.upto {
            Some(first) => Err(BusError { first, reason: "throttled".to_owned() }),
            None => Ok(()),
        }
    }
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp(1_763_722_800_000)
    }

    async fn sleep(&self, _: Duration) {}
}

/// A batch of commits of two events each, the first at version 1.
fn batch(spoil: impl Fn(usize, &mut Value)) -> Event {
    let payload: Value = serde_json::from_str(PAYLOAD).unwrap();
    let records = (0..RECORDS).map(|index| {
        let mut record = payload["Records"][0].clone();
        let change = &mut record["dynamodb"];
        change["SequenceNumber"] = json!(format!("s{index}"));
        let version = json!({ "N": (2 * index + 1).to_string() });
        change["Keys"]["version"] = version.clone();
        let item = &mut change["NewImage"];
        item["version"] = version;
        let event: Value = serde_json::from_str::<Vec<Value>>(item["events"]["S"].as_str().unwrap()).unwrap().remove(0);
        item["events"] = json!({ "S": json!([event, event]).to_string() });
        spoil(index, item);
        record
    });
    serde_json::from_value(json!({ "Records": records.collect::<Vec<_>>() })).unwrap()
}

fn ids(versions: impl IntoIterator<Item = usize>) -> Vec<EventId> {
    let id = |version| EventId { stream: CART.parse().unwrap(), version: Version(u64::try_from(version).unwrap()) };
    versions.into_iter().map(id).collect()
}

/// The first record that is to be delivered again.
async fn again<P: ParkingLot + 'static>(bus: Taking, parked: P, event: Event) -> Option<String> {
    let answer = Relay::new(bus, parked, Noon, "shop").call(event).await.unwrap();
    assert!(answer.batch_item_failures.len() <= 1);
    answer.batch_item_failures.into_iter().next().and_then(|failure| failure.item_identifier)
}

/// Makes something unreadable.
type Spoil = fn(&mut Value);

#[tokio::test]
async fn every_event_is_published_in_order() {
    let bus = Taking::default();
    assert_eq!(again(bus.clone(), MemoryParked::default(), batch(|_, _| {})).await, None);
    assert_eq!(*bus.taken.lock().unwrap(), ids(1..=2 * RECORDS));
}

#[tokio::test]
async fn a_commit_that_does_not_read_is_parked_wherever_it_stands_and_the_others_are_published() {
    let kinds: [(&str, Spoil); 2] = [
        ("events", |item| item["events"] = json!({ "S": "[{\"type\":" })),
        ("commit_id", |item| drop(item.as_object_mut().unwrap().remove("commit_id"))),
    ];
    for (what, spoil) in kinds {
        for position in 0..RECORDS {
            let (bus, parked) = (Taking::default(), MemoryParked::default());
            let event = batch(|index, item| {
                if index == position {
                    spoil(item);
                }
            });
            assert_eq!(again(bus.clone(), parked.clone(), event).await, None, "{what} at {position}");
            let first = 2 * position + 1;
            assert_eq!(*bus.taken.lock().unwrap(), ids((1..=2 * RECORDS).filter(|v| *v != first && *v != first + 1)));
            let notes = parked.notes(None, 10).await.unwrap().notes;
            let [note] = notes.as_slice() else { panic!("{notes:?}") };
            let event = ids([first]).remove(0);
            assert_eq!(note.trouble.version, event.version);
            assert_eq!(note.trouble.subject, Subject::Reaction { function: "relay".to_owned(), event });
            assert_eq!(note.trouble.class, Class::Permanent);
        }
    }
}

#[tokio::test]
async fn from_the_first_record_that_was_not_published_as_a_whole_the_batch_comes_again() {
    for upto in 0..2 * RECORDS {
        let bus = Taking { upto: Some(upto), ..Taking::default() };
        let first = again(bus, MemoryParked::default(), batch(|_, _| {})).await;
        assert_eq!(first, Some(format!("s{}", upto / 2)), "after {upto} events");
    }
}

#[tokio::test]
async fn a_failure_behind_a_parked_commit_is_reported_at_its_own_record() {
    let event = batch(|index, item| {
        if index == 2 {
            item["events"] = json!({ "S": "[" });
        }
    });
    // Entries 4 and 5 are of the record behind the one that is parked.
    let bus = Taking { upto: Some(5), ..Taking::default() };
    assert_eq!(again(bus, MemoryParked::default(), event).await.as_deref(), Some("s3"));
}
