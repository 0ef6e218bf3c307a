//! Folding the streams of any type, for tools that meet all of them: a state in the past, the comparison of stored
//! snapshots with the fold, and the preparation of snapshots for a new schema.

use crate::json;
use crate::past::state_at;
use crate::stream::Version;
use crate::write::commit::Commit;
use crate::write::decider::Decider;
use crate::write::loaded::{LoadedStream, SnapshotPolicy};
use crate::write::log::{Head, History, LogError};
use crate::write::snapshot::Snapshot;
use serde_json::Value;
use std::marker::PhantomData;

/// The states of a type of streams. It is apart from [`StreamType`], so that a program which only shows states links no
/// replays.
pub trait StreamStates: Send + Sync {
    /// The category of its streams.
    fn category(&self) -> &'static str;

    /// The schema of its snapshots.
    fn schema(&self) -> u32;

    /// The state after a version, from the history that [`ReadOptions::until`](crate::ReadOptions::until) reads; none if the stream ends earlier.
    fn state_at(&self, history: &History, version: Version) -> Result<Option<Value>, LogError>;
}

/// A type of streams, whatever its state.
pub trait StreamType: StreamStates {
    /// A replay that goes on after a history.
    fn replay(&self, history: &History) -> Result<Box<dyn Replay>, LogError>;
}

/// A stream that is folded commit by commit.
pub trait Replay: Send {
    /// The replay after the next commit.
    fn then(self: Box<Self>, commit: &Commit) -> Result<Box<dyn Replay>, LogError>;

    /// The end so far.
    fn head(&self) -> &Head;

    /// The snapshot of the state so far.
    fn snapshot(&self) -> Result<Snapshot, serde_json::Error>;

    /// The content of a snapshot and what it should be, if they differ: state and recent commands.
    fn unlike(&self, snapshot: &Snapshot) -> Option<(Value, Value)>;
}

/// The streams of decider `D`.
#[must_use]
pub fn streams_of<D: Decider + 'static>() -> Box<dyn StreamType> {
    Box::new(StreamsOf::<D>(PhantomData))
}

/// The states of the streams of decider `D`.
#[must_use]
pub fn states_of<D: Decider + 'static>() -> Box<dyn StreamStates> {
    Box::new(StreamsOf::<D>(PhantomData))
}

struct StreamsOf<D>(PhantomData<fn() -> D>);

impl<D: Decider + 'static> StreamStates for StreamsOf<D> {
    fn category(&self) -> &'static str {
        D::CATEGORY
    }

    fn schema(&self) -> u32 {
        D::STATE_SCHEMA
    }

    fn state_at(&self, history: &History, version: Version) -> Result<Option<Value>, LogError> {
        let unshown = |error: serde_json::Error| LogError::Corrupt {
            stream: history.head().stream().clone(),
            version,
            reason: format!("its state has no JSON form: {error}"),
        };
        state_at::<D>(history, version)?.map(|state| serde_json::to_value(state).map_err(unshown)).transpose()
    }
}

impl<D: Decider + 'static> StreamType for StreamsOf<D> {
    fn replay(&self, history: &History) -> Result<Box<dyn Replay>, LogError> {
        Ok(Box::new(Folded(LoadedStream::<D>::of(history, SnapshotPolicy::default())?)))
    }
}

struct Folded<D: Decider>(LoadedStream<D>);

impl<D: Decider + 'static> Replay for Folded<D> {
    fn then(self: Box<Self>, commit: &Commit) -> Result<Box<dyn Replay>, LogError> {
        let Self(folded) = *self;
        Ok(Box::new(Self(folded.then(commit)?)))
    }

    fn head(&self) -> &Head {
        self.0.head()
    }

    fn snapshot(&self) -> Result<Snapshot, serde_json::Error> {
        self.0.snapshot()
    }

    fn unlike(&self, snapshot: &Snapshot) -> Option<(Value, Value)> {
        let beside = self.0.beside(snapshot)?.ok()?;
        let [found, folded] = [snapshot, &beside].map(|snapshot| json::read(snapshot.text()).ok());
        found.zip(folded).filter(|(found, folded)| found != folded)
    }
}
