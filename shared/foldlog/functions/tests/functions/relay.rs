//! A batch of stream records: what is published, from where on it comes again, and what is parked.

use crate::sample::{Counted, InMemory, Taking, append, batch_of, record};
use aws_lambda_events::dynamodb::Event;
use foldlog::read::parked::Class;
use foldlog::{EventId, ParkingLot, StreamName, Subject, Version};
use foldlog_functions::{BusPorts, Relay};
use foldlog_lambda::Function;
use foldlog_testing::memory::{MemoryLog, MemoryParked};
use serde_json::{Value, json};

const RECORDS: usize = 10;

fn stream() -> StreamName {
    "counter-1".parse().unwrap()
}

/// A batch of commits of two events each, the first at version 1.
async fn batch(spoil: impl Fn(usize, &mut Value)) -> Event {
    let log = MemoryLog::default();
    let mut records = Vec::new();
    for index in 0..RECORDS {
        let commit = append(&log, &stream(), &[Counted::Added { by: 1 }, Counted::Added { by: 2 }]).await;
        let mut record = record(index, &commit);
        spoil(index, &mut record["dynamodb"]["NewImage"]);
        records.push(record);
    }
    batch_of(&records)
}

fn ids(versions: impl IntoIterator<Item = usize>) -> Vec<EventId> {
    let id = |version| EventId { stream: stream(), version: Version(u64::try_from(version).unwrap()) };
    versions.into_iter().map(id).collect()
}

/// The first record that is to be delivered again.
async fn again(bus: Taking, parked: MemoryParked, event: Event) -> Option<String> {
    let ports = InMemory { parked, bus, ..InMemory::default() };
    let relay = relay(&ports, "");
    let answer = relay.call(event).await.unwrap();
    assert!(answer.batch_item_failures.len() <= 1);
    answer.batch_item_failures.into_iter().next().and_then(|failure| failure.item_identifier)
}

fn relay(ports: &InMemory, personal: &str) -> Relay<InMemory> {
    let settings = [("EVENT_SOURCE", "system"), ("PERSONAL_CATEGORIES", personal)];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
    Relay::new(ports, ports.bus().unwrap(), &settings).unwrap()
}

/// Makes something unreadable.
type Spoil = fn(&mut Value);

#[tokio::test]
async fn every_event_is_published_in_order() {
    let bus = Taking::default();
    assert_eq!(again(bus.clone(), MemoryParked::default(), batch(|_, _| {}).await).await, None);
    assert_eq!(*bus.taken.lock().unwrap(), ids(1..=2 * RECORDS));
}

#[tokio::test]
async fn events_of_personal_categories_go_without_their_payload() {
    let commit = append(&MemoryLog::default(), &stream(), &[Counted::Added { by: 1 }]).await;
    for (personal, has_payload) in [("", true), ("account", true), ("account,counter", false), ("counter", false)] {
        let entries = relay(&InMemory::default(), personal).publication.entries(&commit).unwrap();
        assert_eq!(entries.iter().map(|entry| entry.detail.data.is_some()).collect::<Vec<_>>(), [has_payload]);
        assert_eq!(entries[0].detail_type, "Added");
    }
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
            })
            .await;
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
async fn a_record_without_a_key_is_passed_over_wherever_it_stands() {
    for position in 0..RECORDS {
        let bus = Taking::default();
        let event = batch(|index, item| {
            if index == position {
                item["stream"] = json!({ "S": "no name" });
            }
        })
        .await;
        assert_eq!(again(bus.clone(), MemoryParked::default(), event).await, None, "at {position}");
        let first = 2 * position + 1;
        assert_eq!(*bus.taken.lock().unwrap(), ids((1..=2 * RECORDS).filter(|v| *v != first && *v != first + 1)));
    }
}

#[tokio::test]
async fn from_the_first_record_that_was_not_published_as_a_whole_the_batch_comes_again() {
    for upto in 0..2 * RECORDS {
        let bus = Taking { upto: Some(upto), ..Taking::default() };
        let first = again(bus, MemoryParked::default(), batch(|_, _| {}).await).await;
        assert_eq!(first, Some((upto / 2).to_string()), "after {upto} events");
    }
}

#[tokio::test]
async fn a_failure_behind_a_parked_commit_is_reported_at_its_own_record() {
    let event = batch(|index, item| {
        if index == 2 {
            item["events"] = json!({ "S": "[" });
        }
    })
    .await;
    // Entries 4 and 5 are of the record behind the one that is parked.
    let bus = Taking { upto: Some(5), ..Taking::default() };
    assert_eq!(again(bus, MemoryParked::default(), event).await.as_deref(), Some("3"));
}
