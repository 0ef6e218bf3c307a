//! A process: a host with a clock of its own, and the release of the code that was started on it.

use crate::histories::later::Roomy;
use crate::histories::recording::{Answer, Recording};
use crate::histories::shelf::{Not, Sending, Shelf, State};
use crate::histories::used::Used;
use fastrand::Rng;
use foldlog::{
    Clock, Commands, ExecuteError, Executed, LogError, Metadata, Randomness, SnapshotPolicy, StreamName, Timestamp,
};
use foldlog_testing::faulty::yield_now;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const HOUR_MS: i64 = 3_600_000;

/// The real time.
pub(crate) fn true_time(recording: &Recording) -> Timestamp {
    let passed = i64::try_from(recording.lock().moment()).unwrap() * 10;
    Timestamp(1_700_000_000_000 + passed)
}

/// A process's host: a clock that jumps by an hour, and the run's random bits.
pub(crate) struct Host<'a> {
    recording: &'a Recording,
    rng: Mutex<Rng>,
    off_ms: Mutex<i64>,
}

impl<'a> Host<'a> {
    pub(crate) const fn new(recording: &'a Recording, rng: Rng) -> Self {
        Self { recording, rng: Mutex::new(rng), off_ms: Mutex::new(0) }
    }
}

impl Clock for &Host<'_> {
    fn now(&self) -> Timestamp {
        let mut off_ms = self.off_ms.lock().unwrap();
        let mut rng = self.rng.lock().unwrap();
        if rng.u8(..8) == 0 {
            *off_ms = [-HOUR_MS, 0, HOUR_MS][rng.usize(..3)];
        }
        Timestamp(true_time(self.recording).0 + *off_ms)
    }

    async fn sleep(&self, _: Duration) {
        let steps = self.rng.lock().unwrap().u8(..8);
        for _ in 0..steps {
            yield_now().await;
        }
    }
}

impl Randomness for &Host<'_> {
    fn bits(&self) -> u128 {
        self.rng.lock().unwrap().u128(..)
    }
}

/// The release that runs on a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    Present,
    /// With a state of another shape, under a number of its own.
    Later,
    /// The same, under the number of the present one.
    Unnumbered,
}

type Shelves<'a, D> = Arc<Commands<D, Used<'a>, &'a Host<'a>>>;

/// The memory of one start of a process.
#[derive(Clone)]
pub(crate) enum Process<'a> {
    Present(Shelves<'a, Shelf>),
    Later(Shelves<'a, Roomy<2>>),
    Unnumbered(Shelves<'a, Roomy<1>>),
}

impl<'a> Process<'a> {
    pub(crate) fn start(release: Release, log: Used<'a>, host: &'a Host<'a>, reach: SnapshotPolicy) -> Self {
        match release {
            Release::Present => Self::Present(Arc::new(Commands::new(log, host).with_snapshots(reach))),
            Release::Later => Self::Later(Arc::new(Commands::new(log, host).with_snapshots(reach))),
            Release::Unnumbered => Self::Unnumbered(Arc::new(Commands::new(log, host).with_snapshots(reach))),
        }
    }

    /// Sends it a command.
    pub(crate) async fn execute(&self, stream: &StreamName, sending: &Sending, metadata: &Metadata) -> Answer {
        match self {
            Self::Present(shelves) => answered(shelves.execute(stream, sending, metadata).await),
            Self::Later(shelves) => answered(shelves.execute(stream, sending, metadata).await),
            Self::Unnumbered(shelves) => answered(shelves.execute(stream, sending, metadata).await),
        }
    }
}

fn answered<S: Into<State>>(result: Result<Executed<S>, ExecuteError<Not>>) -> Answer {
    match result {
        Ok(Executed { state, version, committed_at, effect }) => {
            Answer::Done { effect, version, state: state.into(), committed_at }
        }
        Err(ExecuteError::Refused(why)) => Answer::Refused(why),
        Err(ExecuteError::VersionMismatch { expected, actual }) => Answer::Mismatch { expected, actual },
        Err(ExecuteError::OtherContent) => Answer::OtherContent,
        Err(ExecuteError::Contended) => Answer::Contended,
        Err(ExecuteError::Log(LogError::Unavailable(_))) => Answer::Unknown,
        Err(error @ (ExecuteError::Log(_) | ExecuteError::TooLarge(_))) => Answer::Wrong(error.to_string()),
    }
}
