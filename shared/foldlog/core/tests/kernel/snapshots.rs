//! The promise of snapshots: a process that reads back to one knows the same as a fold of everything.

use crate::counter::{Add, Counted, Counter, StillHost, keyed, stream};
use foldlog::write::loaded::replay;
use foldlog::write::recent::WINDOW;
use foldlog::write::snapshot::INTERVAL;
use foldlog::{
    Actor, AppendError, Cause, CommandId, Commands, Commit, Consistency, Correlation, Decider, Digest, Draft, Effect,
    EventLog, Head, History, LogError, Metadata, ReadOptions, SnapshotPolicy, StreamName, Timestamp, Version,
};
use foldlog_testing::memory::MemoryLog;
use proptest::prelude::*;

/// Counters as a new process carries their commands out.
fn cold<L: EventLog>(log: L) -> Commands<Counter, L, StillHost> {
    Commands::new(log, StillHost::default())
}

/// Appends this many commits of clients, under keys of their own.
async fn grown(log: &MemoryLog, from: usize, to: usize) {
    let counters = cold(log);
    for number in from..to {
        counters.execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
    }
}

/// A reaction to an event that was committed then.
fn reaction(nth: u64, then: i64) -> Metadata {
    let event = foldlog::EventId { stream: "other-1".parse().unwrap(), version: Version(nth) };
    Metadata {
        id: CommandId::of_event(&event, "react"),
        digest: Digest::of(&nth).unwrap(),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: Some(Cause { event, committed_at: Timestamp(then) }),
        actor: Actor("reactor".to_owned()),
        expected: None,
    }
}

async fn loaded(log: &MemoryLog) -> History {
    log.load(&stream(), ReadOptions::of::<Counter>(Consistency::Strong)).await.unwrap()
}

#[tokio::test]
async fn a_load_reads_no_more_than_an_interval_of_a_stream_of_any_length() {
    let log = MemoryLog::default();
    for length in [1, INTERVAL - 1, INTERVAL, 3 * INTERVAL, 5 * INTERVAL + 7] {
        grown(&log, log.commits(&stream()).len(), length).await;
        let history = loaded(&log).await;
        assert!(history.commits().len() < INTERVAL, "{} of {length}", history.commits().len());
        assert_eq!(history.head().version(), Version(length as u64));
        let again = cold(&log).execute(&stream(), &Add(0), &keyed("nothing", Add(0))).await.unwrap();
        assert_eq!((u64::from(again.state), again.version), (length as u64, Version(length as u64)));
    }
    let carriers = log.commits(&stream()).iter().filter(|commit| commit.snapshot.is_some()).count();
    assert_eq!(carriers, 5, "one in an interval");
}

#[tokio::test]
async fn a_client_s_key_is_known_for_as_long_as_the_window_reaches_and_the_first_one_for_ever() {
    let log = MemoryLog::default();
    grown(&log, 0, INTERVAL).await;
    assert!(loaded(&log).await.commits().is_empty(), "only the snapshot is known");
    let repeated = async |nth: usize| {
        let metadata = keyed(&nth.to_string(), Add(1));
        cold(&log).execute(&stream(), &Add(1), &metadata).await.unwrap()
    };
    let (oldest, creation) = (repeated(INTERVAL - WINDOW).await, repeated(0).await);
    assert_eq!((oldest.effect, oldest.version), (Effect::Repeated, Version((INTERVAL - WINDOW + 1) as u64)));
    assert_eq!((creation.effect, creation.version, creation.state), (Effect::Repeated, Version(1), 1));
    assert_eq!(log.commits(&stream()).len(), INTERVAL);
    assert_eq!(repeated(INTERVAL - WINDOW - 1).await.effect, Effect::Appended, "one further back is a new command");
}

#[tokio::test]
async fn reactions_do_not_flush_a_client_s_key() {
    let log = MemoryLog::default();
    grown(&log, 0, 2).await;
    let counters = cold(&log);
    for nth in 1..=3 * INTERVAL as u64 {
        counters.execute(&stream(), &Add(1), &reaction(nth, 0)).await.unwrap();
    }
    let again = cold(&log).execute(&stream(), &Add(1), &keyed("1", Add(1))).await.unwrap();
    assert_eq!((again.effect, again.version), (Effect::Repeated, Version(2)));
}

#[tokio::test]
async fn a_reaction_is_recognised_however_far_back_it_was_carried_out() {
    let log = MemoryLog::default();
    let counters = cold(&log);
    let commands: Vec<_> = (1..=3 * INTERVAL as u64).map(|nth| reaction(nth, 0)).collect();
    for metadata in &commands {
        counters.execute(&stream(), &Add(1), metadata).await.unwrap();
    }
    for (nth, metadata) in (1..).zip(&commands) {
        for counters in [&counters, &cold(&log)] {
            let again = counters.execute(&stream(), &Add(1), metadata).await.unwrap();
            assert_eq!((again.effect, again.version), (Effect::Repeated, Version(nth)));
        }
    }
    assert_eq!(log.commits(&stream()).len(), commands.len());
}

#[tokio::test]
async fn what_another_process_did_long_ago_is_found_after_a_lost_race() {
    let log = MemoryLog::default();
    let (here, there) = (cold(&log), cold(&log));
    here.execute(&stream(), &Add(1), &keyed("first", Add(1))).await.unwrap();
    // Seen from here, the stream has one commit. More than a window of reactions follow, and this one is the second of
    // them.
    let metadata = reaction(2, 0);
    for nth in 1..=2 * WINDOW as u64 {
        there.execute(&stream(), &Add(1), &reaction(nth, 0)).await.unwrap();
    }
    let again = here.execute(&stream(), &Add(1), &metadata).await.unwrap();
    assert_eq!((again.effect, again.version), (Effect::Repeated, Version(3)));
}

/// The counter of a later release, whose state has another shape.
pub(crate) struct Later;

impl Decider for Later {
    const CATEGORY: &'static str = Counter::CATEGORY;
    const STATE_SCHEMA: u32 = 2;
    type Id = u64;
    type State = (u32,);
    type Command = Add;
    type Event = Counted;
    type Refusal = crate::counter::BeyondLimit;

    fn decide((sum,): &(u32,), command: &Add) -> Result<Vec<Counted>, Self::Refusal> {
        Counter::decide(sum, command)
    }

    fn evolve((sum,): (u32,), event: &Counted) -> (u32,) {
        (Counter::evolve(sum, event),)
    }
}

#[tokio::test]
async fn a_snapshot_of_another_schema_is_never_trusted() {
    let log = MemoryLog::default();
    grown(&log, 0, INTERVAL + 3).await;
    let later = Commands::<Later, _, _>::new(&log, StillHost::default());
    let done = later.execute(&stream(), &Add(1), &keyed("later", Add(1))).await.unwrap();
    assert_eq!(done.state, (u32::try_from(INTERVAL).unwrap() + 4,));
    let carrier = log.commits(&stream()).pop().unwrap();
    assert!(carrier.has_snapshot(2) && !carrier.has_snapshot(1), "its own is due at once");
}

/// A log whose items hold no snapshot.
struct Narrow(MemoryLog);

impl EventLog for Narrow {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        self.0.load(stream, reading).await
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.0.find(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.0.since(stream, after).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        match draft.snapshot {
            Some(_) => Err(AppendError::TooLarge { size_bytes: 2, limit_bytes: 1 }),
            None => self.0.append(head, draft).await,
        }
    }
}

#[tokio::test]
async fn a_snapshot_that_does_not_fit_is_left_out_and_nothing_else() {
    let log = MemoryLog::default();
    let counters = cold(Narrow(log.clone()));
    for number in 0..INTERVAL + 5 {
        counters.execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
    }
    let commits = log.commits(&stream());
    assert_eq!(commits.len(), INTERVAL + 5);
    assert!(commits.iter().all(|commit| commit.snapshot.is_none()));
}

/// A command of a history: its number, a client's or a reaction, adds this much.
#[derive(Clone, Copy, Debug)]
struct Step {
    by: u32,
    reaction: bool,
    /// Whether the process starts again before.
    restart: bool,
    /// The earlier command that it repeats, counted from the newest; beyond the beginning, none.
    back: usize,
}

fn reaches() -> impl Strategy<Value = SnapshotPolicy> {
    let any = (1_usize..=80, 1_usize..=4_096, 1_usize..=40);
    any.prop_map(|(commits, bytes, window)| SnapshotPolicy { commits, bytes, window, ..SnapshotPolicy::default() })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let back = prop_oneof![Just(usize::MAX), 0_usize..60];
    let step = (0_u32..4, any::<bool>(), prop::bool::weighted(0.3), back);
    prop::collection::vec(step.prop_map(|(by, reaction, restart, back)| Step { by, reaction, restart, back }), 1..160)
}

/// The state after all events up to a version, independent of snapshots.
fn sum(commits: &[Commit], upto: Version) -> u32 {
    let upto = commits.iter().filter(|commit| commit.last_version() <= upto);
    let events = upto.flat_map(|commit| commit.events.decode::<Counted>().unwrap());
    events.fold(0, |sum, event| Counter::evolve(sum, &event))
}

/// Whether a command must be recognised: the one that created the stream, a reaction, and a client's while it is among
/// the newest `window` of clients.
fn known(commits: &[Commit], metadata: &Metadata, window: usize) -> bool {
    (0..commits.len()).filter(|place| commits[*place].id == metadata.id).any(|place| {
        let behind = commits[place + 1..].iter().filter(|commit| commit.causation.is_none()).count();
        place == 0 || metadata.cause.is_some() || behind < window
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Two processes with different snapshot policies start again at random and take repeated commands. The answer of
    /// each, and of a load after it, is the fold of everything so far.
    #[test]
    fn snapshot_and_tail_are_the_fold_of_everything(reaches in [reaches(), reaches()], steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let window = reaches.iter().map(|reach| reach.window).min().unwrap();
        runtime.block_on(async {
            let log = MemoryLog::default();
            let mut counters = reaches.map(|reach| cold(&log).with_snapshots(reach));
            for (index, step) in steps.iter().enumerate() {
                let process = index % 2;
                if step.restart {
                    counters[process] = cold(&log).with_snapshots(reaches[process]);
                }
                let number = index.checked_sub(step.back).unwrap_or(index);
                let Step { by, reaction: reacts, .. } = steps[number];
                let metadata =
                    if reacts { reaction(number as u64 + 1, 0) } else { keyed(&number.to_string(), Add(by)) };
                let before = log.commits(&stream());
                let done = counters[process].execute(&stream(), &Add(by), &metadata).await.unwrap();
                let commits = log.commits(&stream());
                assert_eq!(done.state, sum(&commits, done.version));
                if known(&before, &metadata, window) {
                    // By a process that is behind, like the time before that, if it was decided again meanwhile.
                    let then = |commit: &Commit| commit.id == metadata.id && commit.last_version() == done.version;
                    assert!(before.iter().any(then) && done.effect != Effect::Unchanged, "{done:?}");
                    assert_eq!(commits.len(), before.len());
                }
                let history = loaded(&log).await;
                assert_eq!(replay::<Counter>(&history).unwrap(), sum(&commits, history.head().version()));
                assert_eq!(history.head(), History::prove(&stream(), commits).unwrap().head());
            }
        });
    }
}
