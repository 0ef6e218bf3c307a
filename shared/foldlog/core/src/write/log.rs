//! The event log's port, and the proof that a history read from it is complete.

use crate::hash::Hash;
use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use crate::write::commit::{Commit, Draft};
use crate::write::event::DecodeError;
use crate::write::identity::CommandId;
use crate::write::snapshot::Snapshot;

/// How fresh a read has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consistency {
    /// Cheaper, but may miss the newest commits. A refusal is never based on it alone.
    Eventual,
    /// Sees every commit acknowledged before.
    Strong,
}

/// Why the log could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The store did not answer, throttled, or failed: trying again later may help.
    #[error("the log is unavailable: {0}")]
    Unavailable(String),
    /// The store refused the request: trying again will not help.
    #[error("the log refused the request: {0}")]
    Denied(String),
    /// As many commits as one load may read have no snapshot of the state that was asked for. Trying again helps once
    /// somebody has brought one ([`crate::past::prepare::prepare`]).
    #[error("the newest {read} commits of stream {stream} hold no snapshot of schema {schema}: bring one")]
    TooLong {
        /// The stream.
        stream: StreamName,
        /// The schema of the snapshots that were looked for.
        schema: u32,
        /// How many commits were read.
        read: usize,
    },
    /// The stored items are not a log: a gap, a foreign item, an unreadable commit.
    #[error("stream {stream} is corrupt at version {version}: {reason}")]
    Corrupt {
        /// The stream.
        stream: StreamName,
        /// The version.
        version: Version,
        /// The reason.
        reason: String,
    },
}

impl LogError {
    /// The error for a commit whose events cannot be read.
    #[must_use]
    pub fn unreadable(commit: &Commit, error: &DecodeError) -> Self {
        Self::Corrupt { stream: commit.stream.clone(), version: commit.version, reason: error.to_string() }
    }
}

/// Why a commit was not appended. Only after [`AppendError::Log`] may it be in the log all the same.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// Another commit has this version already.
    #[error("another commit was appended first")]
    Conflict,
    /// The command's commit, from an earlier try, is elsewhere in the stream.
    #[error("the command was carried out before")]
    Repeated(Box<Commit>),
    /// The events do not fit into one item.
    #[error("the commit has {size_bytes} bytes; one item holds {limit_bytes}")]
    TooLarge {
        /// The item's size as it would be stored.
        size_bytes: usize,
        /// The limit of an item.
        limit_bytes: usize,
    },
    /// The store failed, so it is unknown whether the commit is in the log.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The end of a stream that was loaded. An append needs it, and it can be made from the commits alone. So you can
/// append only to a stream that was loaded, and no version is skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    stream: StreamName,
    version: Version,
    hash: Hash,
    committed_at: Option<Timestamp>,
}

impl Head {
    pub(crate) const fn origin(stream: StreamName) -> Self {
        Self { stream, version: Version::NONE, hash: Hash::ORIGIN, committed_at: None }
    }

    /// The head after a commit.
    pub(crate) fn behind(commit: &Commit) -> Self {
        Self {
            stream: commit.stream.clone(),
            version: commit.last_version(),
            hash: commit.hash,
            committed_at: Some(commit.committed_at),
        }
    }

    /// The stream.
    #[must_use]
    pub const fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// The version of its last event.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The link of its last commit.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// When its last commit was committed; none if there is no commit.
    #[must_use]
    pub const fn committed_at(&self) -> Option<Timestamp> {
        self.committed_at
    }

    /// Gives a draft its position after this head: version, causally monotone time (`max(now, previous, cause + 1 ms)`)
    /// and link of the chain.
    #[must_use]
    pub fn seal(&self, draft: Draft) -> Commit {
        let after_cause = draft.cause.as_ref().map(|cause| cause.committed_at.next());
        let committed_at = [self.committed_at, after_cause].into_iter().flatten().fold(draft.now, Timestamp::max);
        let mut commit = Commit {
            stream: self.stream.clone(),
            version: self.version.next(),
            events: draft.events,
            id: draft.id,
            digest: draft.digest,
            committed_at,
            correlation: draft.correlation,
            causation: draft.cause.map(|cause| cause.event),
            actor: draft.actor,
            snapshot: draft.snapshot,
            hash: Hash::ORIGIN,
        };
        commit.hash = commit.chained(&self.hash);
        commit
    }

    /// The head after one more commit, which must be the next one.
    pub fn followed_by(&self, commit: &Commit) -> Result<Self, LogError> {
        if commit.stream != self.stream || commit.version != self.version.next() {
            return Err(LogError::Corrupt {
                stream: self.stream.clone(),
                version: self.version.next(),
                reason: format!("the next commit found is {}@{}", commit.stream, commit.version),
            });
        }
        Ok(Self::behind(commit))
    }
}

/// How much of a stream to read, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The schema of the snapshots to read back to. Snapshots of other schemas are passed over.
    pub schema: u32,
    /// The last event to read, if not the newest. Its commit is read as a whole. If that ends later, a snapshot in it
    /// includes later events too, and is passed over.
    pub until: Option<Version>,
    /// How fresh the read has to be.
    pub consistency: Consistency,
    /// The most commits to read. If none of them has a snapshot and the stream is longer, the load fails with
    /// [`LogError::TooLong`].
    pub most: usize,
    /// The last version of a commit at which the read stops too, because the state after it is known from elsewhere.
    pub back_to: Option<Version>,
}

/// The most commits that one load reads: some megabytes, and a few seconds. A large state has a snapshot every 4,000
/// commits ([`crate::write::loaded`]), so only streams whose `STATE_SCHEMA` has changed come near it.
pub const LONGEST_LOAD: usize = 10_000;

impl ReadOptions {
    /// The newest state, with snapshots of a schema.
    #[must_use]
    pub const fn newest(schema: u32, consistency: Consistency) -> Self {
        Self { schema, until: None, consistency, most: LONGEST_LOAD, back_to: None }
    }

    /// The state after a version.
    #[must_use]
    pub const fn until(schema: u32, version: Version) -> Self {
        Self { until: Some(version), ..Self::newest(schema, Consistency::Strong) }
    }

    /// Whether a read may stop at this commit.
    #[must_use]
    pub fn begins_with(&self, commit: &Commit) -> bool {
        let last = commit.last_version();
        self.until.is_none_or(|until| last <= until) && (self.back_to == Some(last) || commit.has_snapshot(self.schema))
    }

    /// Whether a read stops at this commit, the `read`th one.
    #[must_use]
    pub fn ends_with(&self, commit: &Commit, read: usize) -> bool {
        read >= self.most || self.begins_with(commit)
    }
}

/// A stream from its first commit, or from one with a snapshot, proven to be without gaps.
#[derive(Clone, Debug)]
pub struct History {
    base: Option<Commit>,
    commits: Vec<Commit>,
    head: Head,
    /// Whether the snapshot of the base is not in the stream itself.
    prepared: bool,
}

impl History {
    /// Proves that `commits` are the stream's first ones, in order and contiguous.
    pub fn prove(stream: &StreamName, commits: Vec<Commit>) -> Result<Self, LogError> {
        let head = commits.iter().try_fold(Head::origin(stream.clone()), |head, commit| head.followed_by(commit))?;
        Ok(Self { base: None, commits, head, prepared: false })
    }

    /// Proves the commits that a log read backwards, newest first, to the first usable snapshot or to the beginning.
    pub fn backwards(
        stream: &StreamName,
        reading: ReadOptions,
        mut newest_first: Vec<Commit>,
    ) -> Result<Self, LogError> {
        let base = newest_first.pop_if(|commit| reading.begins_with(commit));
        newest_first.reverse();
        let Some(base) = base else {
            let read = newest_first.len();
            let began = newest_first.first().is_none_or(|first| first.version == Version::NONE.next());
            if read >= reading.most && !began {
                return Err(LogError::TooLong { stream: stream.clone(), schema: reading.schema, read });
            }
            return Self::prove(stream, newest_first);
        };
        let head = newest_first.iter().try_fold(Head::behind(&base), |head, commit| head.followed_by(commit))?;
        Ok(Self { base: Some(base), commits: newest_first, head, prepared: false })
    }

    /// The history with a snapshot from elsewhere for the commit that it begins with.
    pub(crate) fn on(self, snapshot: Snapshot) -> Self {
        let base = self.base.map(|base| Commit { snapshot: Some(snapshot), ..base });
        Self { base, prepared: true, ..self }
    }

    /// Whether the stream itself has no usable snapshot within reach.
    pub(crate) const fn is_prepared(&self) -> bool {
        self.prepared
    }

    /// The commit whose snapshot the history begins with; none if it begins with the stream.
    #[must_use]
    pub const fn base(&self) -> Option<&Commit> {
        self.base.as_ref()
    }

    /// The commits after the base, or from the first one, oldest first.
    #[must_use]
    pub fn commits(&self) -> &[Commit] {
        &self.commits
    }

    /// The head to append to.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }
}

/// Some commits of a stream, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitPage {
    /// The commits.
    pub commits: Vec<Commit>,
    /// Whether there may be more after them.
    pub more: bool,
}

/// An append-only store of streams.
pub trait EventLog: Send + Sync {
    /// The stream back to its newest usable snapshot, or to its beginning. A stream that does not exist has an empty
    /// history. Use [`crate::write::prepared::load`], which also finds snapshots that were brought for a new schema.
    fn load(&self, stream: &StreamName, reading: ReadOptions)
    -> impl Future<Output = Result<History, LogError>> + Send;

    /// The commit of a reaction, if it was committed after `since`, strongly consistent. An older one may be found too.
    fn find(
        &self,
        stream: &StreamName,
        id: &CommandId,
        since: Timestamp,
    ) -> impl Future<Output = Result<Option<Commit>, LogError>> + Send;

    /// The commits after the event of version `after`, oldest first, contiguous and strongly consistent. `after` is the
    /// last version of a commit, or [`Version::NONE`].
    fn since(&self, stream: &StreamName, after: Version) -> impl Future<Output = Result<Vec<Commit>, LogError>> + Send;

    /// The first of the commits after the event of version `after`, as many as the store returns in one answer. In
    /// everything else it is [`EventLog::since`].
    fn page_since(
        &self,
        stream: &StreamName,
        after: Version,
    ) -> impl Future<Output = Result<CommitPage, LogError>> + Send {
        async move { Ok(CommitPage { commits: self.since(stream, after).await?, more: false }) }
    }

    /// Appends after `head`, if no other writer has. A write whose answer was lost is found again and is a success: the
    /// returned commit is the one in the log.
    fn append(&self, head: &Head, draft: Draft) -> impl Future<Output = Result<Commit, AppendError>> + Send;

    /// Whether the log itself recognises the repetition of a reaction at the append: [`AppendError::Repeated`]. If not,
    /// [`EventLog::find`] searches for the reaction before it is decided.
    fn recognises_reactions(&self) -> bool {
        false
    }
}

impl<L: EventLog> EventLog for &L {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        (**self).load(stream, reading).await
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        (**self).find(stream, id, since).await
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        (**self).since(stream, after).await
    }

    async fn page_since(&self, stream: &StreamName, after: Version) -> Result<CommitPage, LogError> {
        (**self).page_since(stream, after).await
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        (**self).append(head, draft).await
    }

    fn recognises_reactions(&self) -> bool {
        (**self).recognises_reactions()
    }
}

/// Checks that `commits` follow `after` without a gap, for implementations of [`EventLog::since`].
pub fn contiguous(stream: &StreamName, after: Version, commits: &[Commit]) -> Result<(), LogError> {
    let start = Head { version: after, ..Head::origin(stream.clone()) };
    commits.iter().try_fold(start, |head, commit| head.followed_by(commit)).map(drop)
}
