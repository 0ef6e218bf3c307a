//! A stream as far as it is known: its state, its end, and its recent commands.

use crate::stream::StreamName;
use crate::write::commit::{Commit, Draft};
use crate::write::decider::{Decider, fold};
use crate::write::execute::{Effect, Executed};
use crate::write::log::{Consistency, EventLog, Head, History, LONGEST_LOAD, LogError, ReadOptions};
use crate::write::prepared;
use crate::write::recent::{RecentCommands, WINDOW};
use crate::write::snapshot::{INTERVAL, Snapshot};

/// When a writer writes a snapshot, and how many commands it remembers. Writers of one stream may differ in it: the
/// content of every snapshot is true.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotPolicy {
    /// A snapshot is due after this many commits without one. A log reads [`INTERVAL`] at a time.
    pub commits: usize,
    /// A snapshot is due after this many bytes of events without one, even if the commits are few.
    pub bytes: usize,
    /// How many commands of clients are remembered, and how many of reactions.
    pub window: usize,
    /// How many commits a load reads at most.
    pub longest_load: usize,
}

impl Default for SnapshotPolicy {
    fn default() -> Self {
        Self { commits: INTERVAL, bytes: 256 * 1024, window: WINDOW, longest_load: LONGEST_LOAD }
    }
}

/// If the snapshot is large, it is due only when each commit in between bears at most this much of it,
const SHARE_BYTES: usize = 100;
/// and as much again as a fraction of its events.
const SHARE_OF_EVENTS: usize = 8;

/// The stream that a decision is made on. It may miss the newest commits; what it has is true.
#[derive(Debug)]
pub(crate) struct LoadedStream<D: Decider> {
    reach: SnapshotPolicy,
    state: D::State,
    head: Head,
    recent: RecentCommands,
    /// Since the last snapshot: the number of commits, and the bytes of their events.
    commits: usize,
    bytes: usize,
    /// How large the last snapshot was.
    snapshot_bytes: usize,
}

// Not derived: the stream type itself need not be cloned.
impl<D: Decider> Clone for LoadedStream<D> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), head: self.head.clone(), recent: self.recent.clone(), ..*self }
    }
}

impl<D: Decider> LoadedStream<D> {
    /// The stream after a history.
    pub(crate) fn of(history: &History, reach: SnapshotPolicy) -> Result<Self, LogError> {
        let known = match history.base() {
            // The next commit brings a snapshot into the stream.
            Some(base) if history.is_prepared() => Self { commits: reach.longest_load, ..Self::at(base, reach)? },
            Some(base) => Self::at(base, reach)?,
            None => Self::at_origin(history.head().stream().clone(), reach),
        };
        history.commits().iter().try_fold(known, Self::then)
    }

    /// A stream before its first commit.
    pub(crate) fn at_origin(stream: StreamName, reach: SnapshotPolicy) -> Self {
        Self {
            reach,
            state: D::State::default(),
            head: Head::origin(stream),
            recent: RecentCommands::default(),
            commits: 0,
            bytes: 0,
            snapshot_bytes: 0,
        }
    }

    /// The stream after a commit, from the snapshot that the commit carries.
    pub(crate) fn at(base: &Commit, reach: SnapshotPolicy) -> Result<Self, LogError> {
        let read =
            base.snapshot.as_ref().and_then(|snapshot| Some((snapshot.read(D::STATE_SCHEMA)?, snapshot.text().len())));
        let Some(((state, recent), snapshot_bytes)) = read else {
            let reason = "its snapshot does not hold a state of the schema that was asked for".to_owned();
            return Err(LogError::Corrupt { stream: base.stream.clone(), version: base.version, reason });
        };
        Ok(Self { reach, state, head: Head::behind(base), recent, commits: 0, bytes: 0, snapshot_bytes })
    }

    /// The stream after one more commit, which must be the next one.
    pub(crate) fn then(mut self, commit: &Commit) -> Result<Self, LogError> {
        self.head = self.head.followed_by(commit)?;
        let events = commit.events.decode::<D::Event>().map_err(|error| LogError::unreadable(commit, &error))?;
        self.state = fold::<D>(self.state, &events);
        self.recent.add(commit, self.reach.window);
        self.commits += 1;
        self.bytes += commit.events.text().len();
        if let Some(snapshot) = commit.snapshot.as_ref().filter(|_| commit.has_snapshot(D::STATE_SCHEMA)) {
            (self.commits, self.bytes, self.snapshot_bytes) = (0, 0, snapshot.text().len());
        }
        Ok(self)
    }

    /// The snapshot that a draft has to carry, if one is due: of the stream after the draft.
    pub(crate) fn snapshot_due(&self, draft: &Draft) -> Result<Option<Snapshot>, LogError> {
        let (commits, bytes) = (self.commits + 1, self.bytes + draft.events.text().len());
        let far = commits >= self.reach.commits || bytes >= self.reach.bytes;
        let share = commits * SHARE_BYTES + bytes / SHARE_OF_EVENTS;
        if !far || share < self.snapshot_bytes {
            return Ok(None);
        }
        let behind = self.clone().then(&self.head.seal(draft.clone()))?;
        let snapshot = behind.snapshot().ok();
        Ok(snapshot.filter(|snapshot| snapshot.text().len() <= share))
    }

    /// The snapshot of the stream so far.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, serde_json::Error> {
        Snapshot::of(D::STATE_SCHEMA, &self.state, &self.recent)
    }

    /// The snapshot that a writer with the window of `stored` would have written here; none if `stored` is of another
    /// schema.
    pub(crate) fn beside(&self, stored: &Snapshot) -> Option<Result<Snapshot, serde_json::Error>> {
        let (_, recent) = stored.read::<D::State, RecentCommands>(D::STATE_SCHEMA)?;
        Some(Snapshot::of(D::STATE_SCHEMA, &self.state, &self.recent.as_short_as(&recent)))
    }

    /// The state.
    pub(crate) const fn state(&self) -> &D::State {
        &self.state
    }

    pub(crate) fn into_state(self) -> D::State {
        self.state
    }

    /// The head to append to.
    pub(crate) const fn head(&self) -> &Head {
        &self.head
    }

    /// The recent commands.
    pub(crate) const fn recent(&self) -> &RecentCommands {
        &self.recent
    }

    /// About how much memory it takes: the size of its last snapshot, and of all that was folded since.
    pub(crate) fn size_bytes(&self) -> usize {
        size_of::<Self>() + self.recent.size_bytes() + self.snapshot_bytes + self.bytes
    }

    /// The answer to a command that left the stream like this.
    pub(crate) fn done(&self, effect: Effect) -> Executed<D::State> {
        Executed {
            state: self.state.clone(),
            version: self.head.version(),
            committed_at: self.head.committed_at(),
            effect,
        }
    }
}

/// The state of a stream, read from the log.
pub async fn state_of<D: Decider>(
    log: &impl EventLog,
    id: &D::Id,
    consistency: Consistency,
) -> Result<D::State, LogError> {
    replay::<D>(&prepared::load(log, &StreamName::of::<D>(id), ReadOptions::of::<D>(consistency)).await?)
}

/// The state of a stream after its history.
pub fn replay<D: Decider>(history: &History) -> Result<D::State, LogError> {
    Ok(LoadedStream::<D>::of(history, SnapshotPolicy::default())?.into_state())
}

impl ReadOptions {
    /// The stream with its current state, to be folded by decider `D`.
    #[must_use]
    pub const fn of<D: Decider>(consistency: Consistency) -> Self {
        Self::newest(D::STATE_SCHEMA, consistency)
    }
}
