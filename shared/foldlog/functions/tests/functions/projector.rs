//! A batch with one record that cannot be followed, at each position: what is parked, what comes again, and that nothing
//! is passed over.

use crate::sample::{Counted, InMemory, append, batch_of, record, subscriptions};
use aws_lambda_events::dynamodb::Event;
use foldlog::read::engine::Redriven;
use foldlog::read::parked::Class;
use foldlog::read::views::{Generation, RowKey};
use foldlog::{Commit, Consistency, Parked, ParkingLot, Row, StreamName, Version, Views};
use foldlog_functions::{Ports, Projector};
use foldlog_lambda::Function;
use serde::{Deserialize, Serialize};

const SIZES: [usize; 4] = [1, 2, 10, 100];
/// In how many batches in a row a fold may fail before its streams are parked.
const BUDGET: usize = 3;

/// An event of a later release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Later {
    Reset {},
}

impl foldlog::Event for Later {}

fn stream(number: usize) -> StreamName {
    format!("counter-{number}").parse().unwrap()
}

impl InMemory {
    fn projector(&self) -> Projector<Self> {
        Projector::new(self.projections(subscriptions()).unwrap())
    }

    async fn added(&self, number: usize) -> Commit {
        append(&self.log, &stream(number), &[Counted::Added { by: 5 }]).await
    }

    async fn notes(&self) -> Vec<Parked> {
        self.parked.notes(None, 1_000).await.unwrap().notes
    }

    /// The streams that some view does not show as they are, of so many.
    async fn behind(&self, streams: usize) -> Vec<usize> {
        let mut behind = Vec::new();
        for number in 0..streams {
            let stream = stream(number);
            for fold in subscriptions().iter().filter(|fold| fold.follows(stream.category())) {
                let place = RowKey { view: fold.name(), generation: Generation::FIRST, key: fold.key(&stream) };
                let row = self.views.row(&place, Consistency::Strong).await.unwrap();
                let folded = fold.fold(None, &self.log.commits(&stream)).row;
                // What a row is found by is not read back.
                if row != folded.map(|row| Row { index: [].into(), ..row }) {
                    behind.push(number);
                }
            }
        }
        behind.dedup();
        behind
    }
}

/// The batch, or what comes again of it from a record on.
fn batch(commits: &[Commit], from: usize) -> Event {
    let records = commits.iter().enumerate().skip(from).map(|(index, commit)| record(index, commit));
    batch_of(&records.collect::<Vec<_>>())
}

/// The first record of a batch that was not done.
async fn first_failed<F>(projector: &F, batch: Event) -> Option<usize>
where
    F: Function<Event = Event, Answer = aws_lambda_events::streams::DynamoDbEventResponse>,
{
    let failures = projector.call(batch).await.unwrap().batch_item_failures;
    failures.into_iter().next().map(|failure| failure.item_identifier.unwrap().parse().unwrap())
}

#[tokio::test]
async fn what_nobody_can_read_is_parked_wherever_it_is_and_all_else_is_followed() {
    for size in SIZES {
        for poison in 0..size {
            let ground = InMemory::default();
            let mut commits = Vec::new();
            for number in 0..size {
                commits.push(if number == poison {
                    append(&ground.log, &stream(number), &[Later::Reset {}]).await
                } else {
                    ground.added(number).await
                });
            }
            let projector = ground.projector();
            assert_eq!(first_failed(&projector, batch(&commits, 0)).await, None, "{poison} of {size}");
            let notes = ground.notes().await;
            assert!(!notes.is_empty(), "{poison} of {size}");
            for note in &notes {
                assert_eq!(note.trouble.subject.object(), stream(poison).to_string());
                assert_eq!((note.trouble.class, note.trouble.version), (Class::Permanent, Version(1)));
            }
            // Another of its commits does not get past it.
            let next = ground.added(poison).await;
            assert_eq!(first_failed(&projector, batch(&[next], 0)).await, None);
            let place = RowKey { view: "sum", generation: Generation::FIRST, key: stream(poison).id().to_owned() };
            assert_eq!(ground.views.row(&place, Consistency::Strong).await.unwrap(), None, "{poison} of {size}");
            let stuck: Vec<_> = ground.behind(size).await.into_iter().filter(|number| *number != poison).collect();
            assert!(stuck.is_empty(), "{stuck:?} are held up by {poison} of {size}");
        }
    }
}

#[tokio::test]
async fn a_record_without_a_key_is_noted_as_tampering_and_all_else_is_followed() {
    for size in SIZES {
        for foreign in 0..size {
            let ground = InMemory::default();
            let mut records = Vec::new();
            for number in 0..size {
                let mut record = record(number, &ground.added(number).await);
                if number == foreign {
                    record["dynamodb"]["NewImage"]["stream"]["S"] = "no name".into();
                }
                records.push(record);
            }
            assert_eq!(first_failed(&ground.projector(), batch_of(&records)).await, None, "{foreign} of {size}");
            let notes = ground.notes().await;
            let [note] = notes.as_slice() else { panic!("{notes:?}") };
            assert_eq!(note.trouble.subject.to_string(), format!("tampering~~{foreign}"));
            assert!(note.trouble.error.contains("no name"), "{}", note.trouble.error);
            assert_eq!(ground.behind(size).await, [foreign], "of {size}");
        }
    }
}

#[tokio::test]
async fn a_row_that_is_no_row_is_parked_and_all_else_is_followed() {
    for size in SIZES {
        for damaged in 0..size {
            let ground = InMemory::default();
            let projector = ground.projector();
            let mut commits = Vec::new();
            for number in 0..size {
                commits.push(ground.added(number).await);
            }
            let key = stream(damaged).id().to_owned();
            let place = RowKey { view: "sum", generation: Generation::FIRST, key };
            ground.views.views.damage(place);
            assert_eq!(first_failed(&projector, batch(&commits, 0)).await, None, "{damaged} of {size}");
            let notes = ground.notes().await;
            let [note] = notes.as_slice() else { panic!("{notes:?}") };
            assert_eq!(note.trouble.subject.to_string(), format!("sum~g1~{}", stream(damaged)));
            assert_eq!((note.trouble.class, note.trouble.passed_over), (Class::Permanent, Version(1)));
            assert!(matches!(projector.folds().redrive(note).await.unwrap(), Redriven::Stuck(_)));
            ground.views.views.repair();
            assert_eq!(projector.folds().redrive(note).await.unwrap(), Redriven::Follows(Version(1)));
            assert!(ground.behind(size).await.is_empty() && ground.notes().await.is_empty(), "{damaged} of {size}");
        }
    }
}

#[tokio::test]
async fn what_fails_for_a_while_comes_again_from_its_record_on_and_nothing_is_parked() {
    for size in SIZES {
        for failing in 0..size {
            let ground = InMemory::default();
            let mut commits = Vec::new();
            for number in 0..size {
                commits.push(ground.added(number).await);
            }
            *ground.views.failing.lock().unwrap() = Some(stream(failing).id().to_owned());
            let projector = ground.projector();
            let failed = first_failed(&projector, batch(&commits, 0)).await;
            assert_eq!(failed, Some(failing), "of {size}");
            assert_eq!(ground.behind(size).await, [failing], "of {size}");
            *ground.views.failing.lock().unwrap() = None;
            assert_eq!(first_failed(&projector, batch(&commits, failing)).await, None);
            assert!(ground.behind(size).await.is_empty() && ground.notes().await.is_empty(), "{failing} of {size}");
        }
    }
}

#[tokio::test]
async fn what_goes_on_failing_while_others_get_on_is_parked_and_redriven() {
    let ground = InMemory::default();
    let projector = ground.projector();
    *ground.views.failing.lock().unwrap() = Some(stream(1).id().to_owned());
    for round in 0..=BUDGET {
        let commits = [ground.added(0).await, ground.added(1).await, ground.added(2).await];
        let failed = first_failed(&projector, batch(&commits, 0)).await;
        assert_eq!(failed, (round < BUDGET).then_some(1), "in round {round}");
    }
    let notes = ground.notes().await;
    assert!(!notes.is_empty() && notes.iter().all(|note| note.trouble.class == Class::Transient), "{notes:?}");
    assert_eq!(ground.behind(3).await, [1]);
    *ground.views.failing.lock().unwrap() = None;
    let last = Version(u64::try_from(BUDGET).unwrap() + 1);
    for note in &notes {
        assert_eq!(projector.folds().redrive(note).await.unwrap(), Redriven::Follows(last));
    }
    assert!(ground.behind(3).await.is_empty() && ground.notes().await.is_empty());
}
