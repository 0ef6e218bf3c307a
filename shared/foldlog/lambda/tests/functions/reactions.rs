//! A batch of messages: which ones are taken, which are delivered again, and which are parked.

use crate::{Wish, append};
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use foldlog::react::message::Digested;
use foldlog::read::parked::{Class, Notes, Parked, Trouble};
use foldlog::stream::StreamName;
use foldlog::{Digest, EventId, EventMessage, Events, LogError, ParkingLot, Subject, Version, ViewError};
use foldlog_lambda::Function;
use foldlog_lambda::queue::{ReactionError, Reactions, Reactor};
use foldlog_testing::host::Noon;
use foldlog_testing::memory::{MemoryLog, MemoryParked};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const BATCH: u64 = 10;

/// Keeps the events that it took, and fails on the wishes that say so.
#[derive(Clone, Default)]
struct Granting {
    log: MemoryLog,
    taken: Arc<Mutex<Vec<(u64, String)>>>,
}

impl Reactor for Granting {
    const NAME: &'static str = "granting";
    type Log = MemoryLog;

    fn log(&self) -> &MemoryLog {
        &self.log
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let Wish::Wished { text } = message.decode()?;
        if text == "later" {
            return Err(LogError::Unavailable("throttled".to_owned()).into());
        }
        self.taken.lock().unwrap().push((message.version.0, text));
        Ok(())
    }
}

/// A parking lot that fails.
struct Full;

impl ParkingLot for Full {
    async fn park(&self, _: &Trouble) -> Result<(), ViewError> {
        Err(ViewError::Unavailable("throttled".to_owned()))
    }

    async fn notes(&self, _: Option<&Subject>, _: usize) -> Result<Notes, ViewError> {
        Ok(Notes::default())
    }

    async fn note(&self, _: &Subject) -> Result<Option<Parked>, ViewError> {
        Ok(None)
    }

    async fn clear(&self, _: &Subject, _: Version) -> Result<bool, ViewError> {
        Ok(true)
    }
}

fn stream() -> StreamName {
    "wish-1".parse().unwrap()
}

fn id(version: u64) -> EventId {
    EventId { stream: stream(), version: Version(version) }
}

fn subject(version: u64) -> Subject {
    Subject::Reaction { function: "granting".to_owned(), event: id(version) }
}

/// The detail of a message about the event of this version.
fn detail(version: u64, text: &str) -> Value {
    json!({
        "id": id(version), "subject": "wish-1", "version": version, "commit_first": version, "commit_count": 1,
        "type": "Wished", "schema": 1, "data": { "text": text }, "time": "2025-11-21T11:00:00.000Z",
        "correlation": "c", "causation": null, "actor": "test",
    })
}

fn message(version: u64, detail: &Value) -> SqsMessage {
    let mut message = SqsMessage::default();
    message.message_id = Some(version.to_string());
    message.body = Some(json!({ "source": "shop.wish", "detail-type": "Wished", "detail": detail }).to_string());
    message
}

/// A batch with the events 0 to 9, one of which `spoil` changes.
fn batch(spoilt: u64, spoil: impl Fn(&mut Value)) -> SqsEvent {
    let mut event = SqsEvent::default();
    event.records = (0..BATCH)
        .map(|version| {
            let mut detail = detail(version, "luck");
            if version == spoilt {
                spoil(&mut detail);
            }
            message(version, &detail)
        })
        .collect();
    event
}

/// The ids of the messages that are to be delivered again.
async fn failed<P: ParkingLot + 'static>(function: &Reactions<Granting, P, Noon>, event: SqsEvent) -> Vec<String> {
    let answer = function.call(event).await.unwrap();
    answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
}

fn others(than: u64) -> Vec<u64> {
    (0..BATCH).filter(|version| *version != than).collect()
}

fn taken(reactor: &Granting) -> Vec<u64> {
    let mut taken: Vec<_> = reactor.taken.lock().unwrap().iter().map(|(version, _)| *version).collect();
    taken.sort_unstable();
    taken
}

/// Makes one message unreadable.
type Spoil = fn(&mut Value);

#[tokio::test]
async fn poison_at_any_position_is_parked_and_all_others_are_taken() {
    let kinds: [(&str, Spoil); 4] = [
        ("unknown event type Granted", |detail| detail["type"] = json!("Granted")),
        ("has schema 2", |detail| detail["schema"] = json!(2)),
        ("does not read", |detail| detail["data"] = json!({ "text": 1 })),
        ("does not read", |detail| detail["time"] = json!("noon")),
    ];
    for (reason, spoil) in kinds {
        for position in 0..BATCH {
            let (reactor, parked) = (Granting::default(), MemoryParked::default());
            let function = Reactions::new(reactor.clone(), parked.clone(), Noon);
            for attempts in 1..=2 {
                assert!(failed(&function, batch(position, spoil)).await.is_empty(), "{reason} at {position}");
                let notes = parked.notes(None, 100).await.unwrap().notes;
                let [note] = notes.as_slice() else { panic!("{notes:?}") };
                assert_eq!((&note.trouble.subject, note.attempts), (&subject(position), attempts));
                assert_eq!((note.trouble.version, note.trouble.class), (Version(position), Class::Permanent));
                assert!(note.trouble.error.contains(reason), "{}", note.trouble.error);
            }
            let twice: Vec<_> = others(position).into_iter().flat_map(|version| [version, version]).collect();
            assert_eq!(taken(&reactor), twice);
        }
    }
}

#[tokio::test]
async fn a_failure_that_may_pass_at_any_position_brings_that_message_again_and_no_other() {
    for position in 0..BATCH {
        let (reactor, parked) = (Granting::default(), MemoryParked::default());
        let function = Reactions::new(reactor.clone(), parked.clone(), Noon);
        let later = batch(position, |detail| detail["data"]["text"] = json!("later"));
        assert_eq!(failed(&function, later).await, [position.to_string()]);
        assert_eq!(taken(&reactor), others(position));
        assert!(parked.notes(None, 1).await.unwrap().notes.is_empty());
    }
}

#[tokio::test]
async fn what_cannot_be_noted_or_names_no_event_comes_again() {
    let function = Reactions::new(Granting::default(), Full, Noon);
    assert_eq!(failed(&function, batch(3, |detail| detail["schema"] = json!(2))).await, ["3"]);
    let function = Reactions::new(Granting::default(), MemoryParked::default(), Noon);
    assert_eq!(failed(&function, batch(4, |detail| *detail = json!({ "hello": "world" }))).await, ["4"]);
}

#[tokio::test]
async fn a_redriven_notice_takes_its_note_away_once_it_is_reacted_to() {
    let parked = MemoryParked::default();
    let function = Reactions::new(Granting::default(), parked.clone(), Noon);
    let one = |spoil: Spoil| {
        let mut event = batch(3, spoil);
        event.records.retain(|message| message.message_id.as_deref() == Some("3"));
        event
    };
    let note = async || parked.note(&subject(3)).await.unwrap().map(|note| note.attempts);
    assert!(failed(&function, one(|detail| detail["schema"] = json!(2))).await.is_empty());
    assert_eq!(note().await, Some(1));
    assert!(failed(&function, one(|_| {})).await.is_empty());
    assert_eq!(note().await, Some(1), "nobody said that this was on account of the note");
    let still = one(|detail| (detail["schema"], detail["redriven"]) = (json!(2), json!(true)));
    assert!(failed(&function, still).await.is_empty());
    assert_eq!(note().await, Some(2));
    let later = one(|detail| (detail["data"]["text"], detail["redriven"]) = (json!("later"), json!(true)));
    assert_eq!(failed(&function, later).await, ["3"]);
    assert_eq!(note().await, Some(2));
    assert!(failed(&function, one(|detail| detail["redriven"] = json!(true))).await.is_empty());
    assert_eq!(note().await, None);
}

#[tokio::test]
async fn a_payload_that_did_not_come_along_is_read_from_the_log() {
    let reactor = Granting::default();
    for texts in [&["a", "b"][..], &["c", "d", "e"], &["f"]] {
        let wishes: Vec<_> = texts.iter().map(|text| Wish::Wished { text: (*text).to_owned() }).collect();
        append(&reactor.log, &stream(), Events::encode(&wishes).unwrap()).await;
    }
    let parked = MemoryParked::default();
    let function = Reactions::new(reactor.clone(), parked.clone(), Noon);
    let mut event = SqsEvent::default();
    let referring = |version: u64, first: u64| {
        let mut detail = detail(version, "");
        detail.as_object_mut().unwrap().remove("data");
        (detail["commit_first"], detail["commit_count"]) = (json!(first), json!(3));
        message(version, &detail)
    };
    event.records = vec![referring(4, 3), referring(9, 7)];
    assert!(failed(&function, event).await.is_empty());
    assert_eq!(*reactor.taken.lock().unwrap(), [(4, "d".to_owned())]);
    let note = parked.note(&subject(9)).await.unwrap().expect("the log does not hold it");
    assert!(note.trouble.error.contains("wish-1@9"), "{}", note.trouble.error);
}

/// Reacted in an older release, which digested the payload's bytes: only under that digest it is the same command.
#[derive(Clone, Default)]
struct Reacted {
    log: MemoryLog,
    digests: Arc<Mutex<Vec<Digest>>>,
}

impl Reactor for Reacted {
    const NAME: &'static str = "granting";
    type Log = MemoryLog;

    fn log(&self) -> &MemoryLog {
        &self.log
    }

    async fn react(&self, message: &EventMessage) -> Result<(), ReactionError> {
        let stored = EventMessage::of(&self.log.commits(&stream())[0]).unwrap().remove(0);
        let before = EventMessage { digested: Digested::ByPayload, ..stored }.metadata("granting", "grant").digest;
        let digest = message.metadata("granting", "grant").digest;
        self.digests.lock().unwrap().push(digest);
        if digest == before { Ok(()) } else { Err(ReactionError::OtherContent) }
    }
}

#[tokio::test]
async fn however_a_carrier_writes_a_payload_it_is_the_same_command_and_that_of_an_older_release_too() {
    let reactor = Reacted::default();
    let wish = Wish::Wished { text: "lück".to_owned() };
    append(&reactor.log, &stream(), Events::encode(&[wish]).unwrap()).await;
    let parked = MemoryParked::default();
    let function = Reactions::new(reactor.clone(), parked.clone(), Noon);
    for data in [r#"{"text":"lück"}"#, r#"{ "text" : "l\u00fcck" }"#] {
        let body = json!({ "source": "shop.wish", "detail-type": "Wished", "detail": detail(1, "") }).to_string();
        let mut message = message(1, &detail(1, ""));
        message.body = Some(body.replace(r#"{"text":""}"#, data));
        let mut event = SqsEvent::default();
        event.records = vec![message];
        let answer = function.call(event).await.unwrap();
        assert!(
            answer.batch_item_failures.is_empty() && parked.notes(None, 1).await.unwrap().notes.is_empty(),
            "{data}"
        );
    }
    let digests = reactor.digests.lock().unwrap().clone();
    let [first, before, again, before_again] = digests.as_slice() else { panic!("{digests:?}") };
    assert_eq!((first, before), (again, before_again));
    assert_ne!(first, before);
}
