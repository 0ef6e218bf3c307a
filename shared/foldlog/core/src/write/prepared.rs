//! Prepared snapshots: the states of long streams in a new schema, brought before a release needs them.
//!
//! A release that changes a state's shape (`Decider::STATE_SCHEMA`) passes over all snapshots in the log. Its first load
//! of a stream would read back to the first commit, and a stream of some 100,000 commits cannot be read within one
//! request. So [`load`] reads at most [`LONGEST_LOAD`](crate::write::log::LONGEST_LOAD) commits, and then asks for a
//! prepared snapshot.
//!
//! They are commits like all others, in a stream of their own for each stream and schema:
//! `snapshot-<schema>.<stream>`. Each commit has one event, which names a commit of the other stream by version and
//! hash, and carries the state after it as its snapshot. [`prepare`](crate::past::prepare::prepare) writes one for every
//! few thousand commits, so a state in the past is found too. A prepared snapshot is used only if the log's own commit
//! has the hash that it names. Verification compares it with the fold.
//!
//! The first append of the new release writes a snapshot into the stream itself. From then on the prepared ones serve
//! only reads of the past.

use crate::stream::{LONGEST_NAME, StreamName, Version};
use crate::write::commit::Commit;
use crate::write::identity::derived_id;
use crate::write::log::{Consistency, EventLog, History, LogError, ReadOptions};
use crate::write::snapshot::Snapshot;
use serde::{Deserialize, Serialize};

/// The category of the streams that hold prepared snapshots.
pub const CATEGORY: &str = "snapshot";

/// The event of a prepared snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    /// The state of a stream was prepared.
    SnapshotPrepared {
        /// The stream.
        stream: StreamName,
        /// The schema of the state.
        schema: u32,
        /// The last version of the commit after which the stream has this state.
        version: Version,
        /// The link of that commit, in hex digits.
        hash: String,
    },
}

impl crate::write::event::Event for Event {}

/// A prepared snapshot as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// Which one of its stream, from 1.
    nth: u64,
    /// The stream whose state it is.
    pub(crate) stream: StreamName,
    /// The schema of that state.
    pub(crate) schema: u32,
    /// The last version of that stream's commit.
    pub(crate) version: Version,
    /// The link of that commit.
    pub(crate) hash: String,
    /// The state.
    pub(crate) snapshot: Snapshot,
}

/// The stream of the prepared snapshots of a stream.
pub(crate) fn stream_of(stream: &StreamName, schema: u32) -> Result<StreamName, LogError> {
    let id = match format!("{schema}.{stream}") {
        long if CATEGORY.len() + 1 + long.len() > LONGEST_NAME => {
            format!("{schema}.{}", derived_id(&[stream.as_str()]))
        }
        id => id,
    };
    StreamName::new(CATEGORY, &id).map_err(|error| LogError::Denied(error.to_string()))
}

/// How to read the last prepared snapshot, or the end of the stream of all of them.
pub(crate) const fn last_one(schema: u32) -> ReadOptions {
    ReadOptions { most: 1, ..ReadOptions::newest(schema, Consistency::Strong) }
}

impl Prepared {
    /// The content of a commit of a stream of prepared snapshots.
    pub(crate) fn of(commit: &Commit) -> Result<Self, LogError> {
        let events = commit.events.decode::<Event>().map_err(|error| LogError::unreadable(commit, &error))?;
        let (event, snapshot) =
            events.into_iter().next().zip(commit.snapshot.clone()).ok_or_else(|| LogError::Corrupt {
                stream: commit.stream.clone(),
                version: commit.version,
                reason: "it holds no prepared snapshot".to_owned(),
            })?;
        let Event::SnapshotPrepared { stream, schema, version, hash } = event;
        Ok(Self { nth: commit.version.0, stream, schema, version, hash, snapshot })
    }

    /// The stream that it was looked up for, from this state on. What the snapshot says of itself is not believed.
    pub(crate) async fn load<L: EventLog>(
        self,
        log: &L,
        stream: &StreamName,
        reading: ReadOptions,
    ) -> Result<History, LogError> {
        let back_to = Some(self.version);
        let history = log.load(stream, ReadOptions { back_to, consistency: Consistency::Strong, ..reading }).await?;
        self.under(history)
    }

    /// A history on this state, if it begins with the commit that the snapshot names. A writer may have put a snapshot
    /// into the stream meanwhile; then the history begins with that one.
    fn under(self, history: History) -> Result<History, LogError> {
        let odd = |reason: &str| LogError::Corrupt {
            stream: self.stream.clone(),
            version: self.version,
            reason: format!("its prepared snapshot {reason}"),
        };
        match history.base() {
            Some(base) if base.last_version() != self.version => Ok(history),
            Some(base) if base.hash.to_string() == self.hash => Ok(history.on(self.snapshot)),
            Some(_) => Err(odd("is that of another commit")),
            None => Err(odd("names a version with which no commit ends")),
        }
    }
}

/// The newest prepared snapshot of a stream, or the newest up to a version.
///
/// One request, or for a version in the past one for each halving of their number.
pub(crate) async fn newest<L: EventLog>(
    log: &L,
    stream: &StreamName,
    schema: u32,
    until: Option<Version>,
) -> Result<Option<Prepared>, LogError> {
    let of = stream_of(stream, schema)?;
    let read = async |nth: Option<u64>| {
        let history = log.load(&of, ReadOptions { until: nth.map(Version), ..last_one(schema) }).await?;
        history.base().map(Prepared::of).transpose()
    };
    let Some(newest) = read(None).await? else { return Ok(None) };
    let fits = |prepared: &Prepared| until.is_none_or(|until| prepared.version <= until);
    if fits(&newest) {
        return Ok(Some(newest));
    }
    // `found` fits, and that of `late` does not.
    let (mut found, mut late) = (None, newest.nth);
    loop {
        let early = found.as_ref().map_or(0, |found: &Prepared| found.nth);
        if early + 1 >= late {
            return Ok(found);
        }
        let middle = early + (late - early) / 2;
        match read(Some(middle)).await? {
            Some(prepared) if fits(&prepared) => found = Some(prepared),
            Some(_) | None => late = middle,
        }
    }
}

/// A stream back to its newest usable snapshot, to a prepared one, or to its beginning.
///
/// The load of a stream takes no more requests than [`EventLog::load`], unless it is too long for one.
pub async fn load<L: EventLog>(log: &L, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
    match log.load(stream, reading).await {
        // Boxed, because it is rare: otherwise every command's future would have room for it.
        Err(too_long @ LogError::TooLong { .. }) => Box::pin(load_prepared(log, stream, reading, too_long)).await,
        loaded => loaded,
    }
}

async fn load_prepared<L: EventLog>(
    log: &L,
    stream: &StreamName,
    reading: ReadOptions,
    too_long: LogError,
) -> Result<History, LogError> {
    match newest(log, stream, reading.schema, reading.until).await? {
        Some(prepared) => prepared.load(log, stream, reading).await,
        None => Err(too_long),
    }
}
