//! A generation that is being filled: what a live commit costs meanwhile, and that what is left to the fill is not
//! missed.

use crate::counter::{Counted, StillHost, Sums, stream};
use foldlog::read::engine::Redriven;
use foldlog::read::generations::{Comparison, Set, Stage};
use foldlog::read::parked::{Class, Trouble};
use foldlog::read::projection::subscriptions_of;
use foldlog::read::views::{Generation, RowKey};
use foldlog::rebuild::{self, Phase, Plan, Request};
use foldlog::write::log::CommitPage;
use foldlog::{
    Actor, AppendError, CommandId, Commit, Consistency, Correlation, Digest, Draft, EventId, EventLog, Events,
    Generations, Head, Hint, History, LogError, LogScan, LogSpans, ParkingLot, Projection, ProjectionEngine,
    ReadOptions, Row, Span, StreamName, Subject, Timestamp, Version, ViewError, ViewScan, Views, Written,
};
use foldlog_testing::faulty::yield_now;
use foldlog_testing::memory::{MemoryLog, MemoryParked, MemoryViews};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The number of requests, and of the commits in their answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cost {
    log: usize,
    commits: usize,
    reads: usize,
    writes: usize,
}

/// A write that others overtake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Slow {
    #[default]
    No,
    Next,
    Waiting,
}

/// Log and rows in memory that count their requests.
#[derive(Clone, Default)]
struct Counting {
    log: MemoryLog,
    views: MemoryViews,
    cost: Arc<Mutex<Cost>>,
    /// Whether the next write to the generation that is read waits until the rebuild has ended.
    slow: Arc<Mutex<Slow>>,
    /// The row that is read and cannot be written.
    failing: Arc<Mutex<Option<String>>>,
}

impl Counting {
    fn counted(&self, commits: Vec<Commit>) -> Vec<Commit> {
        let mut cost = self.cost.lock().unwrap();
        cost.log += 1;
        cost.commits += commits.len();
        commits
    }

    fn cost(&self) -> Cost {
        std::mem::take(&mut self.cost.lock().unwrap())
    }
}

impl EventLog for Counting {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        self.log.load(stream, reading).await
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.log.find(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        Ok(self.counted(self.log.since(stream, after).await?))
    }

    async fn page_since(&self, stream: &StreamName, after: Version) -> Result<CommitPage, LogError> {
        let CommitPage { commits, more } = self.log.page_since(stream, after).await?;
        Ok(CommitPage { commits: self.counted(commits), more })
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        self.log.append(head, draft).await
    }
}

impl LogSpans for Counting {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        Ok(self.counted(self.log.span(stream, span).await?))
    }
}

foldlog::delegate_generations!(Counting, views);

impl Views for Counting {
    async fn row(&self, place: &RowKey, consistency: Consistency) -> Result<Option<Row>, ViewError> {
        self.cost.lock().unwrap().reads += 1;
        self.views.row(place, consistency).await
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        self.cost.lock().unwrap().writes += 1;
        if place.generation == Generation::FIRST && self.failing.lock().unwrap().as_ref() == Some(&place.key) {
            return Err(ViewError::Unavailable("throttled".to_owned()));
        }
        if place.generation == Generation::FIRST && *self.slow.lock().unwrap() == Slow::Next {
            *self.slow.lock().unwrap() = Slow::Waiting;
            while *self.slow.lock().unwrap() == Slow::Waiting {
                yield_now().await;
            }
        }
        self.views.write(place, row, seen).await
    }
}

type Engine = ProjectionEngine<Counting, Counting, MemoryParked, StillHost>;

impl Counting {
    /// A process that remembers nothing.
    fn process(&self) -> Engine {
        let folds = subscriptions_of::<Sums>();
        ProjectionEngine::new(self.clone(), self.clone(), MemoryParked::default(), StillHost::default(), folds)
    }

    /// Appends so many commits to a stream, and returns the hint of the last one.
    async fn add(&self, stream: &StreamName, commits: u64) -> Hint {
        let reading = ReadOptions::newest(1, Consistency::Strong);
        let mut head = self.log.load(stream, reading).await.unwrap().head().clone();
        for _ in 0..commits {
            let draft = Draft {
                events: Events::encode(&[Counted::Added { by: 1 }]).unwrap(),
                id: CommandId::of_key([stream.as_str(), "POST", "/", &head.version().to_string()]),
                digest: Digest::of("x").unwrap(),
                now: Timestamp(1_000),
                correlation: Correlation { id: "c".to_owned(), client: None },
                cause: None,
                actor: Actor("test".to_owned()),
                snapshot: None,
            };
            let commit = self.log.append(&head, draft).await.unwrap();
            head = head.followed_by(&commit).unwrap();
        }
        let last = self.log.commits(stream).pop().unwrap();
        let mut hint = Hint::of(stream.clone(), last.last_version());
        hint.add(last);
        hint
    }

    async fn follow(&self, engine: &Engine, hint: Hint) {
        let followed = engine.follow(&[hint]).await;
        assert!(followed.troubles.is_empty() && followed.failed.is_empty(), "{followed:?}");
    }

    /// Registers a new generation.
    async fn begun(&self) -> Plan {
        let id: EventId = "audit-1@1".parse().unwrap();
        let stage = Stage::Filling { parts: 1, commits: 0 };
        let set = Set { schema: 1, stage, since: Timestamp(1), asked: Some(id.clone()) };
        rebuild::plan(&self.views, Sums::NAME, &Request::Rebuild { id, set, oldest: 1 }).await.unwrap()
    }

    /// Works on the parts of a plan, and returns the next one.
    async fn worked(&self, engine: &Engine, plan: &Plan) -> Plan {
        for work in &plan.work {
            let (rows, host) = (engine.filling(Sums::NAME, 1).unwrap(), engine.host());
            let done = match work.phase {
                Phase::Fill => rebuild::fill(&self.log, &rows, &self.views, host, work, MINUTE).await,
                Phase::Compare => {
                    rebuild::compare(&self.views, Sums::NAME, &rows, &self.views, host, work, MINUTE).await
                }
                Phase::Sweep => unreachable!("nothing was retired"),
            };
            assert!(done.unwrap(), "{work}");
        }
        rebuild::plan(&self.views, Sums::NAME, &Request::GoOn).await.unwrap()
    }

    /// Does all that is left of a rebuild, in a process of its own.
    async fn ended(&self) {
        let mut plan = rebuild::plan(&self.views, Sums::NAME, &Request::GoOn).await.unwrap();
        while !plan.work.is_empty() {
            plan = self.worked(&self.process(), &plan).await;
        }
    }

    /// The result of the comparison of the new generation.
    async fn compared(&self) -> Comparison {
        let registry = self.views.registered().await.unwrap().registry;
        let stage = &registry.sets(Sums::NAME).unwrap().all()[&Generation(2)].stage;
        let Stage::Complete { comparison: Some(comparison) } = stage else { panic!("{stage:?}") };
        comparison.clone()
    }

    /// Asserts that both generations show every stream as it is.
    async fn assert_whole(&self) {
        for (stream, head) in self.log.heads().await.unwrap() {
            for generation in [1, 2] {
                let row = self.row_in(generation, &stream).await.unwrap_or_else(|| panic!("{stream} in {generation}"));
                assert_eq!((row.version, row.document), (head, format!("[{head},{head}]")), "{stream} in {generation}");
            }
        }
    }

    async fn row_in(&self, generation: u32, stream: &StreamName) -> Option<Row> {
        let place = RowKey { view: Sums::NAME, generation: Generation(generation), key: stream.id().to_owned() };
        self.views.row(&place, Consistency::Strong).await.unwrap()
    }
}

const MINUTE: Duration = Duration::from_mins(1);

fn name(number: usize) -> StreamName {
    format!("counter-{number}").parse().unwrap()
}

#[tokio::test]
async fn a_live_commit_costs_its_hint_while_a_generation_is_filled_however_long_its_stream_is() {
    let mut costs = Vec::new();
    for length in [10, 1_000] {
        let ground = Counting::default();
        let hint = ground.add(&stream(), length).await;
        ground.follow(&ground.process(), hint).await;
        ground.begun().await;
        let engine = ground.process();
        ground.cost();
        for _ in 0..3 {
            let hint = ground.add(&stream(), 1).await;
            ground.follow(&engine, hint).await;
            costs.push((length, ground.cost()));
        }
    }
    let (short, long): (Vec<_>, Vec<_>) = costs.into_iter().partition(|(length, _)| *length == 10);
    for ((_, short), (_, long)) in short.into_iter().zip(long) {
        assert_eq!((short, long.log, long.commits), (long, 0, 0), "the log is not read");
    }
}

#[tokio::test]
async fn what_was_left_to_the_fill_is_made_up_for_even_behind_its_cursor() {
    let ground = Counting::default();
    let (engine, other) = (ground.process(), ground.process());
    for number in 0..3 {
        let hint = ground.add(&name(number), 10).await;
        ground.follow(&engine, hint).await;
    }
    let fill = ground.begun().await;
    let before = ground.add(&name(0), 1).await;
    ground.follow(&engine, before).await;
    assert_eq!(ground.row_in(2, &name(0)).await, None, "it is left to the fill");
    let compare = {
        let (work, rows) = (&fill.work[0], engine.filling(Sums::NAME, 1).unwrap());
        assert!(rebuild::fill(&ground.log, &rows, &ground.views, engine.host(), work, MINUTE).await.unwrap());
        // The fill has passed these streams. The first of two commits comes late, the second finds a gap.
        let late = ground.add(&name(1), 1).await;
        let next = ground.add(&name(1), 1).await;
        ground.follow(&other, next).await;
        assert_eq!(ground.row_in(2, &name(1)).await.unwrap().version, Version(10), "it is left to the comparison");
        ground.follow(&other, late).await;
        // A stream that begins meanwhile, and one that goes on where the fill has left it.
        let begun = ground.add(&name(9), 1).await;
        ground.follow(&other, begun).await;
        let next = ground.add(&name(2), 1).await;
        ground.follow(&other, next).await;
        assert_eq!(ground.row_in(2, &name(2)).await.unwrap().version, Version(11), "the very next commit is folded");
        rebuild::plan(&ground.views, Sums::NAME, &Request::GoOn).await.unwrap()
    };
    assert_eq!(compare.work[0].phase, Phase::Compare);
    assert_eq!(ground.worked(&engine, &compare).await, Plan::default());
    assert_eq!((ground.compared().await.rows, ground.compared().await.different), (4, 0));
    ground.assert_whole().await;
}

#[tokio::test]
async fn a_hint_that_the_comparison_overtakes_is_not_left_to_it() {
    let ground = Counting::default();
    let engine = ground.process();
    let hint = ground.add(&stream(), 10).await;
    ground.follow(&engine, hint).await;
    let fill = ground.begun().await;
    let rows = engine.filling(Sums::NAME, 1).unwrap();
    assert!(rebuild::fill(&ground.log, &rows, &ground.views, engine.host(), &fill.work[0], MINUTE).await.unwrap());
    // The hint finds a gap in the new row. Then everything is compared, before the hint reaches the row that is read.
    let hint = ground.add(&stream(), 2).await;
    *ground.slow.lock().unwrap() = Slow::Next;
    let rebuild = async {
        while *ground.slow.lock().unwrap() != Slow::Waiting {
            yield_now().await;
        }
        ground.ended().await;
        *ground.slow.lock().unwrap() = Slow::No;
    };
    let process = ground.process();
    futures::join!(ground.follow(&process, hint), rebuild);
    assert_eq!(ground.compared().await.different, 0);
    ground.assert_whole().await;
}

#[tokio::test]
async fn a_hint_that_is_parked_where_it_is_read_is_not_left_to_the_comparison() {
    let ground = Counting::default();
    let engine = ground.process();
    for number in 0..2 {
        let hint = ground.add(&name(number), 10).await;
        ground.follow(&engine, hint).await;
    }
    let fill = ground.begun().await;
    let rows = engine.filling(Sums::NAME, 1).unwrap();
    assert!(rebuild::fill(&ground.log, &rows, &ground.views, engine.host(), &fill.work[0], MINUTE).await.unwrap());
    ground.add(&name(1), 1).await;
    *ground.failing.lock().unwrap() = Some("1".to_owned());
    let failing = ground.add(&name(1), 1).await;
    for attempt in 1..=4 {
        let other = ground.add(&name(0), 1).await;
        let followed = engine.follow(&[other, failing.clone()]).await;
        assert_eq!(followed.failed, if attempt < 4 { vec![1] } else { vec![] });
    }
    assert_eq!(engine.parked().notes(None, 10).await.unwrap().notes.len(), 1);
    *ground.failing.lock().unwrap() = None;
    ground.ended().await;
    assert_eq!(ground.row_in(2, &name(1)).await.unwrap().version, Version(12));
}

#[tokio::test]
async fn a_row_that_is_far_behind_is_brought_up_in_steps_and_holds_up_nothing() {
    let ground = Counting::default();
    let engine = ground.process();
    let (long, short) = (ground.add(&name(1), 5_000).await, ground.add(&name(2), 1).await);
    ground.cost();
    let followed = engine.follow(&[long, short]).await;
    assert_eq!(followed.failed, [] as [usize; 0], "nothing is to be delivered again");
    assert_eq!((followed.folds["sums"].parked, followed.folds["sums"].advanced), (1, 1));
    assert_eq!(ground.cost().commits, 2_000, "four answers of the log");
    assert_eq!(ground.row_in(1, &name(1)).await.unwrap().version, Version(2_000), "and each of them is kept");
    let next = ground.add(&name(1), 1).await;
    assert_eq!(engine.follow(&[next]).await.folds["sums"].parked, 1);
    assert_eq!(ground.row_in(1, &name(1)).await.unwrap().version, Version(4_000), "each hint brings it on");
    let note = engine.parked().notes(None, 10).await.unwrap().notes.pop().unwrap();
    assert_eq!((note.trouble.class, note.trouble.passed_over), (Class::Transient, Version(5_001)));
    assert_eq!(engine.redrive(&note).await.unwrap(), Redriven::Follows(Version(5_001)));
    assert_eq!(ground.row_in(1, &name(1)).await.unwrap().document, "[5001,5001]");
}

#[tokio::test]
async fn rows_that_were_lost_are_counted_within_moments_however_many_they_are() {
    const STREAMS: usize = 2_500;
    for (lost, kept) in [(1, 2), (2, 1)] {
        let ground = Counting::default();
        let engine = ground.process();
        let mut hints = Vec::new();
        for number in 0..STREAMS {
            hints.push(ground.add(&name(number), 1).await);
        }
        assert!(engine.follow(&hints).await.troubles.is_empty());
        let fill = ground.begun().await;
        let compare = ground.worked(&engine, &fill).await;
        let keys: Vec<_> = (0..2_000).map(|number| number.to_string()).collect();
        ground.views.remove(Sums::NAME, Generation(lost), &keys).await.unwrap();
        assert_eq!(ground.worked(&engine, &compare).await, Plan::default());
        let comparison = ground.compared().await;
        let slept: Duration = engine.host().slept.lock().unwrap().iter().sum();
        assert!(slept <= Duration::from_secs(30), "{slept:?} for rows that only {kept} has");
        let different = if lost == 1 { 2_000 } else { 0 };
        assert_eq!((comparison.rows, comparison.different), (STREAMS as u64, different), "{comparison:?}");
    }
}

#[tokio::test]
async fn rows_that_were_put_aside_are_kept_for_the_next_run_of_a_comparison() {
    let ground = Counting::default();
    let engine = ground.process();
    for number in 0..10 {
        let hint = ground.add(&name(number), 1).await;
        ground.follow(&engine, hint).await;
    }
    let fill = ground.begun().await;
    let compare = ground.worked(&engine, &fill).await;
    let lost: Vec<_> = (0..4).map(|number| number.to_string()).collect();
    ground.views.remove(Sums::NAME, Generation::FIRST, &lost).await.unwrap();
    let [work] = compare.work.as_slice() else { panic!("{compare:?}") };
    let mut runs = 0;
    loop {
        runs += 1;
        let (host, rows) = (StillHost::default(), engine.filling(Sums::NAME, 1).unwrap());
        let views = &ground.views;
        if rebuild::compare(views, Sums::NAME, &rows, views, &host, work, Duration::ZERO).await.unwrap() {
            break;
        }
    }
    assert!(runs > 1, "no time is left after a page");
    rebuild::plan(&ground.views, Sums::NAME, &Request::GoOn).await.unwrap();
    let comparison = ground.compared().await;
    assert_eq!((comparison.rows, comparison.different), (10, 4), "{comparison:?}");
}

#[tokio::test]
async fn a_note_about_a_generation_that_was_given_up_goes_with_a_retry() {
    let ground = Counting::default();
    let engine = ground.process();
    let hint = ground.add(&name(1), 1).await;
    ground.follow(&engine, hint).await;
    ground.begun().await;
    let clean = Request::Clean { id: "audit-1@2".parse().unwrap() };
    let retried = async |generation: u32, error: &str| {
        let subject =
            Subject::Fold { view: Sums::NAME.to_owned(), generation: Generation(generation), stream: name(1) };
        let event = "counter-1@1".parse().unwrap();
        let trouble = Trouble { subject, ..Trouble::with_event("x", &event, error.to_owned(), Timestamp(1)) };
        engine.parked().park(&trouble).await.unwrap();
        let note = engine.parked().note(&trouble.subject).await.unwrap().unwrap();
        (engine.redrive(&note).await.unwrap(), engine.parked().note(&trouble.subject).await.unwrap().is_some())
    };
    rebuild::plan(&ground.views, Sums::NAME, &clean).await.unwrap();
    assert_eq!(retried(2, "late").await, (Redriven::GivenUp, false), "it is retired");
    let registry = ground.views.registered().await.unwrap();
    let mut without = registry.registry.clone();
    without.sets_mut(Sums::NAME).unwrap().forget(Generation(2));
    assert!(ground.views.register(&without, registry.changes).await.unwrap());
    assert_eq!(retried(2, "later").await, (Redriven::GivenUp, false), "it is removed");
    let newer = (Redriven::Stuck("no fold keeps sums/g3".to_owned()), true);
    assert_eq!(retried(3, "newer").await, newer, "it may have begun meanwhile");
}
