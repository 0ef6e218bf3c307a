//! The promises of the projection engine: a projection that cannot follow a stream holds up nothing else, and nothing
//! is passed over. And the cost of a batch.

use crate::counter::{Counted, Counter, StillHost, Sums};
use foldlog::read::engine::Redriven;
use foldlog::read::parked::Class;
use foldlog::read::projection::PerStream;
use foldlog::read::views::{Generation, RowKey};
use foldlog::{
    Actor, CommandId, Commit, Consistency, Correlation, Decider, Digest, Draft, Event, EventLog, Events, Hint, LogScan,
    NoRefusal, Parked, ParkingLot, Projection, ProjectionEngine, ReadOptions, Recorded, Row, StreamName, Subject,
    Subscription, Version, ViewError, Views, Written,
};
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryViews};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// A release whose events have one more type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
enum Later {
    Added { by: u32 },
    Doubled {},
}

impl Event for Later {}

/// [`Counter`] as that release has it.
struct LaterCounter;

impl Decider for LaterCounter {
    const CATEGORY: &'static str = Counter::CATEGORY;
    const STATE_SCHEMA: u32 = Counter::STATE_SCHEMA;
    type Id = u64;
    type State = u32;
    type Command = Later;
    type Event = Later;
    type Refusal = NoRefusal;

    fn decide(_: &u32, happened: &Later) -> Result<Vec<Later>, NoRefusal> {
        Ok(vec![happened.clone()])
    }

    fn evolve(state: u32, event: &Later) -> u32 {
        match event {
            Later::Added { by } => state + by,
            Later::Doubled {} => state * 2,
        }
    }
}

/// [`Sums`] as that release has them.
struct LaterSums;

impl Projection for LaterSums {
    const NAME: &'static str = Sums::NAME;
    type Decider = LaterCounter;
    type Document = (u32, u32);

    fn apply(document: Option<(u32, u32)>, recorded: &Recorded<'_, Later>) -> Option<(u32, u32)> {
        let (sum, times) = document.unwrap_or_default();
        Some(match recorded.event {
            Later::Added { by } => (sum + by, times + 1),
            Later::Doubled {} => (sum * 2, times + 1),
        })
    }

    fn index((sum, _): &(u32, u32)) -> Vec<(&'static str, String)> {
        vec![("sum", sum.to_string())]
    }
}

/// How often each stream moved, by any event.
struct Moves;

impl Projection for Moves {
    const NAME: &'static str = "moves";
    type Decider = LaterCounter;
    type Document = u32;

    fn apply(document: Option<u32>, _: &Recorded<'_, Later>) -> Option<u32> {
        Some(document.unwrap_or_default() + 1)
    }

    fn index(_: &u32) -> Vec<(&'static str, String)> {
        vec![]
    }
}

/// Views that count their calls, and fail as told.
#[derive(Clone, Default)]
struct Shaky {
    views: MemoryViews,
    requests: Arc<Mutex<usize>>,
    failing: Arc<Mutex<BTreeSet<(&'static str, String)>>>,
}

impl Shaky {
    fn ask(&self, place: &RowKey) -> Result<(), ViewError> {
        *self.requests.lock().unwrap() += 1;
        let failing = self.failing.lock().unwrap();
        let fails = failing.iter().any(|(view, key)| *view == place.view && (key == "*" || *key == place.key));
        if fails { Err(ViewError::Unavailable("throttled".to_owned())) } else { Ok(()) }
    }

    fn fail(&self, view: &'static str, key: &str) {
        self.failing.lock().unwrap().insert((view, key.to_owned()));
    }

    fn recover(&self) {
        self.failing.lock().unwrap().clear();
    }

    fn requests(&self) -> usize {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

foldlog::delegate_generations!(Shaky, views);

impl Views for Shaky {
    async fn row(&self, place: &RowKey, consistency: Consistency) -> Result<Option<Row>, ViewError> {
        self.ask(place)?;
        self.views.row(place, consistency).await
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        self.ask(place)?;
        self.views.write(place, row, seen).await
    }
}

type Engine = ProjectionEngine<MemoryLog, Shaky, MemoryParked, StillHost>;

/// A log, its followers, and the notes.
#[derive(Default)]
struct Ground {
    log: MemoryLog,
    views: Shaky,
    parked: MemoryParked,
}

impl Ground {
    /// A process of today's release.
    fn folds(&self) -> Engine {
        self.with(vec![Box::new(PerStream::<Sums>::new()), Box::new(PerStream::<Moves>::new())])
    }

    /// A process of the release that knows one more event.
    fn later(&self) -> Engine {
        self.with(vec![Box::new(PerStream::<LaterSums>::new()), Box::new(PerStream::<Moves>::new())])
    }

    fn with(&self, subscriptions: Vec<Box<dyn Subscription>>) -> Engine {
        ProjectionEngine::new(
            self.log.clone(),
            self.views.clone(),
            self.parked.clone(),
            StillHost::default(),
            subscriptions,
        )
    }

    async fn append<E: Event>(&self, stream: &StreamName, event: E) -> Commit {
        let reading = ReadOptions::newest(1, Consistency::Strong);
        let history = self.log.load(stream, reading).await.unwrap();
        let id = CommandId::of_key([stream.as_str(), "POST", "/", &history.head().version().to_string()]);
        let draft = Draft {
            events: Events::encode(&[event]).unwrap(),
            id,
            digest: Digest::of("x").unwrap(),
            now: foldlog::Timestamp(1_000),
            correlation: Correlation { id: "c".to_owned(), client: None },
            cause: None,
            actor: Actor("test".to_owned()),
            snapshot: None,
        };
        self.log.append(history.head(), draft).await.unwrap()
    }

    /// This many streams of one commit each. The one at `poison` has an event that today's release does not know.
    async fn batch(&self, streams: usize, poison: Option<usize>) -> Vec<Hint> {
        let mut hints = Vec::new();
        for number in 0..streams {
            let commit = match poison {
                Some(poison) if poison == number => self.append(&name(number), Later::Doubled {}).await,
                _ => self.append(&name(number), Counted::Added { by: 1 }).await,
            };
            hints.push(hint(&[commit]));
        }
        hints
    }

    /// The streams that some view does not show correctly.
    async fn behind(&self) -> Vec<(&'static str, StreamName)> {
        let mut behind = Vec::new();
        let subscriptions: [Box<dyn Subscription>; 2] =
            [Box::new(PerStream::<LaterSums>::new()), Box::new(PerStream::<Moves>::new())];
        for (stream, _) in self.log.heads().await.unwrap() {
            for subscription in &subscriptions {
                let key = subscription.key(&stream);
                let place = RowKey { view: subscription.name(), generation: Generation::FIRST, key };
                let row = self.views.views.row(&place, Consistency::Strong).await.unwrap();
                let folded = subscription.fold(None, &self.log.commits(&stream)).row;
                // The attributes of indexes are not returned.
                if row != folded.map(|row| Row { index: [].into(), ..row }) {
                    behind.push((subscription.name(), stream.clone()));
                }
            }
        }
        behind
    }

    async fn noted(&self) -> Vec<Parked> {
        self.parked.notes(None, 1_000).await.unwrap().notes
    }

    async fn redrive(&self, folds: &Engine) -> Vec<Redriven> {
        let mut redriven = Vec::new();
        for note in self.noted().await {
            redriven.push(folds.redrive(&note).await.unwrap());
        }
        redriven
    }
}

fn name(number: usize) -> StreamName {
    format!("counter-{number}").parse().unwrap()
}

fn hint(commits: &[Commit]) -> Hint {
    let mut hint = Hint::of(commits[0].stream.clone(), Version::NONE);
    for commit in commits {
        hint.add(commit.clone());
    }
    hint
}

/// Batches of 1 to 100: every position of small and of full ones, both ends and the middle of the others.
fn positions() -> impl Iterator<Item = (usize, Vec<usize>)> {
    (1..=100).map(|size| match size {
        ..=12 | 100 => (size, (0..size).collect()),
        _ => (size, vec![0, size / 2, size - 1]),
    })
}

#[tokio::test]
async fn poison_at_any_position_of_a_batch_parks_its_stream_for_its_fold_and_nothing_else() {
    for (size, positions) in positions() {
        for poison in positions {
            let ground = Ground::default();
            let hints = ground.batch(size, Some(poison)).await;
            let folds = ground.folds();
            let followed = folds.follow(&hints).await;
            assert_eq!(followed.failed, [] as [usize; 0], "nothing is to be delivered again");
            assert_eq!((followed.folds["sums"].parked, followed.folds["moves"].parked), (1, 0));
            assert_eq!(ground.behind().await, [("sums", name(poison))], "{poison} of {size}");
            let notes = ground.noted().await;
            let [note] = notes.as_slice() else { panic!("{notes:?}") };
            assert!(note.trouble.error.contains("Doubled"), "{}", note.trouble.error);

            assert!(matches!(ground.redrive(&folds).await[..], [Redriven::Stuck(_)]), "not before the upgrade");
            assert_eq!(ground.noted().await[0].attempts, 2);
            assert_eq!(ground.redrive(&ground.later()).await, [Redriven::Follows(Version(1))]);
            assert!(ground.behind().await.is_empty() && ground.noted().await.is_empty());
        }
    }
}

#[tokio::test]
async fn a_failure_that_may_pass_is_answered_for_and_what_is_delivered_again_brings_equality() {
    for (size, positions) in positions() {
        for failing in positions {
            let ground = Ground::default();
            let hints = ground.batch(size, None).await;
            let folds = ground.folds();
            ground.views.fail("sums", &failing.to_string());
            let followed = folds.follow(&hints).await;
            assert_eq!(followed.failed, [failing]);
            assert_eq!(ground.behind().await, [("sums", name(failing))], "the others went on");
            assert!(ground.noted().await.is_empty());
            ground.views.recover();
            let again = folds.follow(&hints[failing..]).await;
            assert!(again.failed.is_empty() && ground.behind().await.is_empty());
        }
    }
}

#[tokio::test]
async fn a_fold_that_goes_on_failing_alone_is_parked_past_its_budget_and_the_others_go_on() {
    let ground = Ground::default();
    let folds = ground.folds();
    ground.views.fail("sums", "*");
    let mut waiting = Vec::new();
    for number in 0..40 {
        waiting.push(hint(&[ground.append(&name(number), Counted::Added { by: 1 }).await]));
        // Hints that were not followed are delivered again, together with new ones.
        let failed = folds.follow(&waiting).await.failed;
        waiting = failed.into_iter().map(|position| waiting[position].clone()).collect();
        assert!(number < 3 || waiting.is_empty(), "past its budget, at {number}");
    }
    let behind = ground.behind().await;
    assert!(behind.iter().all(|(view, _)| *view == "sums"), "{behind:?}");
    assert!(ground.noted().await.iter().all(|note| note.trouble.class == Class::Transient));
    ground.views.recover();
    let notes = ground.noted().await.len();
    assert_eq!(notes, behind.len(), "each stream that is behind has its note");
    assert!(ground.redrive(&folds).await.iter().all(|redriven| matches!(redriven, Redriven::Follows(_))));
    assert!(ground.behind().await.is_empty() && ground.noted().await.is_empty());
}

#[tokio::test]
async fn a_row_that_goes_on_failing_is_parked_although_only_the_rest_of_its_batch_comes_again() {
    let ground = Ground::default();
    let hints = ground.batch(3, None).await;
    let folds = ground.folds();
    ground.views.fail("sums", "1");
    assert_eq!(folds.follow(&hints).await.failed, [1]);
    for again in 1..=3 {
        // As Lambda does: from the first record that failed, and all that comes after it is done already.
        let failed = folds.follow(&hints[1..]).await.failed;
        assert_eq!(failed, if again < 3 { vec![0] } else { vec![] }, "try {again}");
        // A batch of another shard comes in between, and its rows of the same fold can be written.
        let other = ground.append(&name(10 + again), Counted::Added { by: 1 }).await;
        assert!(folds.follow(&[hint(&[other])]).await.failed.is_empty());
    }
    assert_eq!(ground.behind().await, [("sums", name(1))]);
    let [note] = &ground.noted().await[..] else { panic!("one note") };
    assert_eq!(note.trouble.class, Class::Transient);

    // What is parked holds up no later batch, and begins anew once it follows.
    let next = ground.append(&name(1), Counted::Added { by: 1 }).await;
    assert!(folds.follow(&[hint(&[next])]).await.failed.is_empty());
    ground.views.recover();
    assert_eq!(ground.redrive(&folds).await, [Redriven::Follows(Version(2))]);
    let next = ground.append(&name(1), Counted::Added { by: 1 }).await;
    assert!(folds.follow(&[hint(&[next])]).await.troubles.is_empty());
    ground.views.fail("sums", "1");
    let next = ground.append(&name(1), Counted::Added { by: 1 }).await;
    assert_eq!(folds.follow(&[hint(&[next])]).await.failed, [0]);
}

#[tokio::test]
async fn an_outage_that_ends_row_by_row_parks_nothing_at_once() {
    let ground = Ground::default();
    let hints = ground.batch(4, None).await;
    let folds = ground.folds();
    for view in ["sums", "moves"] {
        ground.views.fail(view, "*");
    }
    for _ in 0..10 {
        assert_eq!(folds.follow(&hints).await.failed, [0, 1, 2, 3]);
    }
    ground.views.recover();
    ground.views.fail("sums", "3");
    assert_eq!(folds.follow(&hints).await.failed, [3], "the others get on only now");
    ground.views.recover();
    assert!(folds.follow(&hints[3..]).await.failed.is_empty());
    assert!(ground.noted().await.is_empty() && ground.behind().await.is_empty());
}

#[tokio::test]
async fn an_outage_of_everything_parks_nothing() {
    let ground = Ground::default();
    let hints = ground.batch(5, None).await;
    let folds = ground.folds();
    ground.views.fail("sums", "*");
    ground.views.fail("moves", "*");
    for _ in 0..50 {
        assert_eq!(folds.follow(&hints).await.failed, [0, 1, 2, 3, 4]);
    }
    assert!(ground.noted().await.is_empty());
    ground.views.recover();
    assert!(folds.follow(&hints).await.failed.is_empty() && ground.behind().await.is_empty());
}

#[tokio::test]
async fn later_commits_of_a_parked_stream_wait_behind_it() {
    let ground = Ground::default();
    let folds = ground.folds();
    let poison = ground.append(&name(1), Later::Doubled {}).await;
    let next = ground.append(&name(1), Counted::Added { by: 3 }).await;
    for commit in [poison, next] {
        let hints = [hint(&[commit])];
        assert!(folds.follow(&hints).await.failed.is_empty());
    }
    let notes = ground.noted().await;
    assert_eq!(notes.len(), 1);
    assert_eq!((notes[0].trouble.version, notes[0].attempts), (Version(1), 2));
    let subject = "sums~g1~counter-1".parse::<Subject>().unwrap();
    assert_eq!(notes[0].trouble.subject, subject);
    assert_eq!(ground.redrive(&ground.later()).await, [Redriven::Follows(Version(2))], "all that waited");
    assert!(ground.behind().await.is_empty());
}

#[tokio::test]
async fn a_new_stream_costs_one_request_a_fold_and_ten_commits_of_one_a_tenth() {
    let ground = Ground::default();
    let folds = ground.with(vec![Box::new(PerStream::<Sums>::new())]);
    let distinct = ground.batch(100, None).await;
    assert!(folds.follow(&distinct).await.failed.is_empty());
    assert_eq!(ground.views.requests(), 100, "a write each, without looking first");

    let mut grown = Vec::new();
    for number in 0..10 {
        let mut commits = Vec::new();
        for _ in 0..10 {
            commits.push(ground.append(&name(number), Counted::Added { by: 1 }).await);
        }
        grown.push(hint(&commits));
    }
    assert!(folds.follow(&grown).await.failed.is_empty());
    assert_eq!(ground.views.requests(), 10, "remembered rows are written and not read");
    let other = ground.with(vec![Box::new(PerStream::<Sums>::new())]);
    assert_eq!(other.follow(&grown).await.folds["sums"].duplicates, 10);
    assert_eq!(ground.views.requests(), 10, "a process that remembers nothing looks first");
    let mut more = Vec::new();
    for number in 0..10 {
        let mut commits = Vec::new();
        for _ in 0..10 {
            commits.push(ground.append(&name(number), Counted::Added { by: 1 }).await);
        }
        more.push(hint(&commits));
    }
    let cold = ground.with(vec![Box::new(PerStream::<Sums>::new())]);
    assert!(cold.follow(&more).await.failed.is_empty());
    assert_eq!(ground.views.requests(), 20, "a read and a write for ten commits");
}

#[tokio::test]
async fn what_was_passed_over_is_not_forgotten_over_an_older_hint_that_comes_again() {
    let ground = Ground::default();
    let folds = ground.folds();
    let poison = ground.append(&name(1), Later::Doubled {}).await;
    let next = ground.append(&name(1), Counted::Added { by: 3 }).await;
    for commits in [[poison.clone(), next].as_slice(), std::slice::from_ref(&poison)] {
        assert!(folds.follow(&[hint(commits)]).await.failed.is_empty());
    }
    // The release that can read it gets the old hint once more, and goes no further than that.
    let later = ground.later();
    assert!(later.follow(&[hint(std::slice::from_ref(&poison))]).await.troubles.is_empty());
    assert_eq!(ground.behind().await.len(), 1);
    assert_eq!(ground.redrive(&later).await, [Redriven::Follows(Version(2))]);
    assert!(ground.behind().await.is_empty() && ground.noted().await.is_empty());
}
