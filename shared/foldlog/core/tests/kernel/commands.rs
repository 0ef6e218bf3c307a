//! The promises of `Commands`: repetitions are recognised, nothing is refused on a stale read, and lost races are
//! decided again.

use crate::counter::{Add, BeyondLimit, Counter, LIMIT, StillHost, keyed, on_version, stream};
use foldlog::{
    AppendError, CommandId, Commands, Commit, Consistency, Draft, Effect, EventLog, ExecuteError, Executed, Head,
    History, LogError, Metadata, ReadOptions, StreamName, Timestamp, Version,
};
use foldlog_testing::memory::MemoryLog;
use futures::future::join_all;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

async fn run<L: EventLog>(
    log: &L,
    command: Add,
    metadata: &Metadata,
) -> Result<Executed<u32>, ExecuteError<BeyondLimit>> {
    Commands::<Counter, _, _>::new(log, StillHost::default()).execute(&stream(), &command, metadata).await
}

async fn add(log: &MemoryLog, key: &str, by: u32) -> Executed<u32> {
    run(log, Add(by), &keyed(key, Add(by))).await.unwrap()
}

/// A log whose eventually consistent reads miss the newest commits, and to which another writer appends just before
/// each of the first `races` appends.
struct Unkind {
    log: MemoryLog,
    stale_by: usize,
    races: AtomicUsize,
    appends: AtomicUsize,
}

impl Unkind {
    fn new(log: &MemoryLog, stale_by: usize, races: usize) -> Self {
        Self { log: log.clone(), stale_by, races: races.into(), appends: 0.into() }
    }
}

impl EventLog for Unkind {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        let mut commits = self.log.commits(stream);
        if reading.consistency == Consistency::Eventual {
            commits.truncate(commits.len().saturating_sub(self.stale_by));
        }
        History::prove(stream, commits)
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.log.find(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.log.since(stream, after).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let nth = self.appends.fetch_add(1, Ordering::Relaxed);
        if nth < self.races.load(Ordering::Relaxed) {
            add(&self.log, &format!("race-{nth}"), 1).await;
        }
        self.log.append(head, draft).await
    }
}

#[tokio::test]
async fn a_command_appends_its_events_and_answers_with_the_state() {
    let log = MemoryLog::default();
    let done = add(&log, "a", 5).await;
    assert_eq!((done.state, done.version, done.effect), (5, Version(1), Effect::Appended));
    assert_eq!(log.commits(&stream()).len(), 1);
}

#[tokio::test]
async fn a_repeated_command_is_answered_as_the_first_time_and_appends_nothing() {
    let log = MemoryLog::default();
    add(&log, "a", 5).await;
    add(&log, "b", 7).await;
    let again = add(&log, "a", 5).await;
    assert_eq!((again.state, again.version, again.effect), (5, Version(1), Effect::Repeated));
    assert_eq!(log.commits(&stream()).len(), 2);
}

#[tokio::test]
async fn a_repetition_is_recognised_before_the_version_is_compared() {
    let log = MemoryLog::default();
    let metadata = on_version(0, keyed("a", Add(5)));
    run(&log, Add(5), &metadata).await.unwrap();
    assert_eq!(run(&log, Add(5), &metadata).await.unwrap().effect, Effect::Repeated);
}

#[tokio::test]
async fn the_same_id_with_other_content_is_refused() {
    let log = MemoryLog::default();
    add(&log, "a", 5).await;
    assert!(matches!(run(&log, Add(6), &keyed("a", Add(6))).await, Err(ExecuteError::OtherContent)));
    assert_eq!(log.commits(&stream()).len(), 1);
}

#[tokio::test]
async fn the_first_answer_to_a_command_is_found_without_carrying_it_out() {
    let log = MemoryLog::default();
    let counters = Commands::<Counter, _, _>::new(&log, StillHost::default());
    let metadata = keyed("a", Add(5));
    assert!(counters.answered(&stream(), &metadata).await.unwrap().is_none());
    add(&log, "a", 5).await;
    add(&log, "b", 7).await;
    let first = counters.answered(&stream(), &metadata).await.unwrap().unwrap();
    assert_eq!((first.state, first.version, first.effect), (5, Version(1), Effect::Repeated));
    let other = counters.answered(&stream(), &keyed("a", Add(6))).await;
    assert!(matches!(other, Err(ExecuteError::OtherContent)), "{other:?}");
    assert!(counters.answered(&stream(), &keyed("c", Add(5))).await.unwrap().is_none());
    assert_eq!(log.commits(&stream()).len(), 2);
}

#[tokio::test]
async fn another_version_than_the_one_named_is_refused() {
    let log = MemoryLog::default();
    add(&log, "a", 5).await;
    let mismatch = run(&log, Add(1), &on_version(3, keyed("b", Add(1)))).await;
    let Err(ExecuteError::VersionMismatch { expected, actual }) = mismatch else { panic!("{mismatch:?}") };
    assert_eq!((expected, actual), (Version(3), Version(1)));
    assert!(run(&log, Add(1), &on_version(1, keyed("c", Add(1)))).await.is_ok());
}

#[tokio::test]
async fn what_there_is_nothing_to_do_about_changes_nothing() {
    let log = MemoryLog::default();
    add(&log, "a", 5).await;
    let done = add(&log, "b", 0).await;
    assert_eq!((done.state, done.version, done.effect), (5, Version(1), Effect::Unchanged));
}

#[tokio::test]
async fn a_refusal_is_right_at_the_newest_state() {
    let log = MemoryLog::default();
    add(&log, "a", LIMIT).await;
    let refused = run(&log, Add(1), &keyed("b", Add(1))).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(BeyondLimit))));
}

#[tokio::test]
async fn neither_no_op_nor_mismatch_nor_repetition_is_answered_from_a_stale_read() {
    let log = MemoryLog::default();
    add(&log, "a", 5).await;
    add(&log, "b", 7).await;
    let stale = Unkind::new(&log, 1, 0);
    let nothing = run(&stale, Add(0), &keyed("c", Add(0))).await.unwrap();
    assert_eq!((nothing.state, nothing.version), (12, Version(2)));
    assert!(run(&stale, Add(1), &on_version(2, keyed("d", Add(1)))).await.is_ok());
    let again = run(&stale, Add(7), &keyed("b", Add(7))).await.unwrap();
    assert_eq!((again.effect, again.version), (Effect::Repeated, Version(2)));
}

#[tokio::test]
async fn a_lost_race_is_decided_again_on_what_the_winner_left() {
    let log = MemoryLog::default();
    let done = run(&Unkind::new(&log, 0, 3), Add(LIMIT - 3), &keyed("a", Add(LIMIT - 3))).await.unwrap();
    assert_eq!((done.state, done.version), (LIMIT, Version(4)));
    let refused = run(&Unkind::new(&MemoryLog::default(), 0, 1), Add(LIMIT), &keyed("b", Add(LIMIT))).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(BeyondLimit))), "the winner left too little: {refused:?}");
}

#[tokio::test]
async fn a_race_that_is_always_lost_ends_after_growing_pauses() {
    let (log, host) = (MemoryLog::default(), StillHost::default());
    let unkind = Unkind::new(&log, 0, usize::MAX);
    let counters = Commands::<Counter, _, _>::new(&unkind, &host);
    let lost = counters.execute(&stream(), &Add(1), &keyed("a", Add(1))).await;
    assert!(matches!(lost, Err(ExecuteError::Contended)));
    let slept = host.slept.lock().unwrap();
    assert_eq!(slept.len() + 1, unkind.appends.load(Ordering::Relaxed));
    assert!(slept.is_sorted() && slept[0] < slept[slept.len() - 1], "{slept:?}");
}

/// A log that counts its calls, and can fail its next append after it was stored.
#[derive(Default)]
struct Counting {
    log: MemoryLog,
    loads: AtomicUsize,
    tails: Mutex<Vec<Version>>,
    appends: AtomicUsize,
    lose_answer: AtomicBool,
}

impl EventLog for Counting {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        self.log.load(stream, reading).await
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.log.find(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.tails.lock().unwrap().push(after);
        self.log.since(stream, after).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        self.appends.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        let appended = self.log.append(head, draft).await;
        if self.lose_answer.swap(false, Ordering::Relaxed) {
            return Err(LogError::Unavailable("the answer was lost".to_owned()).into());
        }
        appended
    }
}

impl Counting {
    fn counts(&self) -> (usize, usize, usize) {
        let tails = self.tails.lock().unwrap().len();
        (self.loads.load(Ordering::Relaxed), tails, self.appends.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn a_remembered_stream_is_appended_to_with_one_request() {
    let log = Counting::default();
    let counters = Commands::<Counter, _, _>::new(&log, StillHost::default());
    for number in 0..10_u32 {
        counters.execute(&stream(), &Add(1), &keyed(&number.to_string(), Add(1))).await.unwrap();
    }
    assert_eq!(log.counts(), (1, 0, 10), "loads, tails, appends");
}

#[tokio::test]
async fn what_is_remembered_is_never_the_ground_of_a_refusal_or_a_no_op() {
    let log = Counting::default();
    let (here, there) = (
        Commands::<Counter, _, _>::new(&log, StillHost::default()),
        Commands::<Counter, _, _>::new(&log, StillHost::default()),
    );
    here.execute(&stream(), &Add(5), &keyed("a", Add(5))).await.unwrap();
    there.execute(&stream(), &Add(7), &keyed("b", Add(7))).await.unwrap();
    let nothing = here.execute(&stream(), &Add(0), &keyed("c", Add(0))).await.unwrap();
    assert_eq!((nothing.state, nothing.version, nothing.effect), (12, Version(2), Effect::Unchanged));
    assert_eq!(*log.tails.lock().unwrap(), [Version(1)], "only what was missing was read");
    let again = here.execute(&stream(), &Add(7), &keyed("b", Add(7))).await.unwrap();
    assert_eq!((again.version, again.effect), (Version(2), Effect::Repeated));
}

#[tokio::test]
async fn another_process_s_commit_costs_a_read_of_what_is_missing() {
    let log = Counting::default();
    let (here, there) = (
        Commands::<Counter, _, _>::new(&log, StillHost::default()),
        Commands::<Counter, _, _>::new(&log, StillHost::default()),
    );
    here.execute(&stream(), &Add(5), &keyed("a", Add(5))).await.unwrap();
    there.execute(&stream(), &Add(7), &keyed("b", Add(7))).await.unwrap();
    let before = log.counts();
    let done = here.execute(&stream(), &Add(1), &keyed("c", Add(1))).await.unwrap();
    assert_eq!((done.state, done.version), (13, Version(3)));
    assert_eq!(log.counts(), (before.0, before.1 + 1, before.2 + 2), "one lost append, one tail, one append");
}

#[tokio::test]
async fn commands_of_one_process_for_one_stream_never_conflict() {
    let log = Counting::default();
    let counters = Commands::<Counter, _, _>::new(&log, StillHost::default());
    let (name, keys) = (stream(), (0..16).map(|number: u32| keyed(&number.to_string(), Add(1))));
    let keys: Vec<_> = keys.collect();
    let all = keys.iter().map(|metadata| counters.execute(&name, &Add(1), metadata));
    let mut versions: Vec<_> = join_all(all).await.into_iter().map(|done| done.unwrap().version.0).collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=16).collect::<Vec<_>>());
    assert_eq!(log.counts(), (1, 0, 16), "loads, tails, appends");
}

#[tokio::test]
async fn nothing_is_remembered_of_a_stream_whose_append_is_in_doubt() {
    let log = Counting::default();
    let counters = Commands::<Counter, _, _>::new(&log, StillHost::default());
    log.lose_answer.store(true, Ordering::Relaxed);
    let lost = counters.execute(&stream(), &Add(5), &keyed("a", Add(5))).await;
    assert!(matches!(lost, Err(ExecuteError::Log(LogError::Unavailable(_)))));
    let again = counters.execute(&stream(), &Add(5), &keyed("a", Add(5))).await.unwrap();
    assert_eq!((again.state, again.effect), (5, Effect::Repeated), "its landing is found out");
    assert_eq!(log.log.commits(&stream()).len(), 1);
}
