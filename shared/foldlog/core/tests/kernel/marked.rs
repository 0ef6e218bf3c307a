//! On a log that recognises reactions, a repetition costs no search, however long ago the first time was.

use crate::counter::{Add, Counter, LIMIT, StillHost, keyed, stream};
use foldlog::write::recent::WINDOW;
use foldlog::{
    Actor, AppendError, Cause, CommandId, Commands, Commit, Correlation, Digest, Draft, Effect, EventId, EventLog,
    ExecuteError, Head, History, LogError, Metadata, ReadOptions, StreamName, Timestamp, Version,
};
use foldlog_testing::memory::MemoryLog;
use std::sync::Mutex;

/// Counts the calls to the log behind it.
struct Asked {
    log: MemoryLog,
    requests: Mutex<Vec<&'static str>>,
}

impl Asked {
    fn new(log: &MemoryLog) -> Self {
        Self { log: log.clone().with_markers(), requests: Mutex::default() }
    }

    fn note(&self, request: &'static str) {
        self.requests.lock().unwrap().push(request);
    }

    fn taken(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

impl EventLog for Asked {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        self.note("load");
        self.log.load(stream, reading).await
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        self.note("find");
        self.log.find(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        self.note("since");
        self.log.since(stream, after).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        self.note("append");
        self.log.append(head, draft).await
    }

    fn recognises_reactions(&self) -> bool {
        true
    }
}

/// The reaction to the n-th event of another stream, committed then.
fn reaction(nth: u64, then: i64) -> Metadata {
    let event = EventId { stream: "other-1".parse().unwrap(), version: Version(nth) };
    Metadata {
        id: CommandId::of_event(&event, "react"),
        digest: Digest::of(&nth).unwrap(),
        correlation: Correlation { id: "c".to_owned(), client: None },
        cause: Some(Cause { event, committed_at: Timestamp(then) }),
        actor: Actor("reactor".to_owned()),
        expected: None,
    }
}

/// A stream with more reactions than a window holds, in the process that carried them out.
async fn busy(log: &MemoryLog) -> Commands<Counter, Asked, StillHost> {
    let counters = Commands::new(Asked::new(log), StillHost::default());
    for nth in 1..=2 * WINDOW as u64 {
        counters.execute(&stream(), &Add(1), &reaction(nth, 0)).await.unwrap();
    }
    counters
}

#[tokio::test]
async fn reactions_are_an_append_each_and_nothing_else() {
    let log = MemoryLog::default();
    let counters = busy(&log).await;
    let asked = counters.log().taken();
    assert_eq!(asked.first(), Some(&"load"));
    assert_eq!(asked[1..], ["append"; 2 * WINDOW]);
}

#[tokio::test]
async fn a_repetition_beyond_the_window_is_recognised_by_its_append_whatever_the_clocks_say() {
    let log = MemoryLog::default();
    let counters = busy(&log).await;
    counters.log().taken();
    // A hint that was dated by its repetition looks as if its cause were new.
    for then in [0, 2_000_000] {
        let again = counters.execute(&stream(), &Add(1), &reaction(2, then)).await.unwrap();
        assert_eq!((again.effect, again.version, again.state), (Effect::Repeated, Version(2), 2));
        assert_eq!(counters.log().taken(), ["append", "load"], "the second for the answer of then");
    }
    let other = Metadata { digest: Digest::of("other").unwrap(), ..reaction(2, 0) };
    let refused = counters.execute(&stream(), &Add(1), &other).await;
    assert!(matches!(refused, Err(ExecuteError::OtherContent)), "{refused:?}");
    assert_eq!(log.commits(&stream()).len(), 2 * WINDOW);
}

#[tokio::test]
async fn a_repetition_that_would_now_be_refused_or_change_nothing_is_recognised_all_the_same() {
    let log = MemoryLog::default();
    let counters = busy(&log).await;
    for (command, then) in [(Add(LIMIT), 0), (Add(0), 0), (Add(LIMIT), 2_000_000)] {
        let again = counters.execute(&stream(), &command, &reaction(2, then)).await.unwrap();
        assert_eq!((again.effect, again.version), (Effect::Repeated, Version(2)));
    }
    counters.log().taken();
    let refused = counters.execute(&stream(), &Add(LIMIT), &keyed("a client's", Add(LIMIT))).await;
    assert!(matches!(refused, Err(ExecuteError::Refused(_))));
    assert_eq!(counters.log().taken(), ["since"], "a client's command has no marker to ask for");
}
