//! Preparing snapshots: a release that changes a state's shape brings the states of long streams before it serves, while
//! the one before it does ([`prepared`](crate::write::prepared)).

use super::replay::{Replay, StreamType};
use crate::hash::Digest;
use crate::ports::{Clock, Randomness};
use crate::stream::{StreamName, Version};
use crate::write::commit::{Actor, Commit, Correlation, Draft};
use crate::write::event::Events;
use crate::write::identity::{CommandId, fresh_id};
use crate::write::log::{AppendError, EventLog, History, LONGEST_LOAD, LogError, ReadOptions};
use crate::write::prepared::{CATEGORY, Event, last_one, newest, stream_of};
use crate::write::scan::{LogScan, Part};
use crate::write::span::{LogSpans, Span};

/// How many commits are read at a time.
const PAGE: usize = 500;
/// A stream is prepared if a load would read more commits than this: large states have their snapshots closer together.
pub const LONG: usize = LONGEST_LOAD / 2;
/// There is a prepared snapshot for every so many commits, so that every state in the past can be loaded.
pub const EVERY: usize = LONGEST_LOAD / 2;

/// What [`prepare`] did for a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preparation {
    /// How many commits were folded.
    pub commits: usize,
    /// How many snapshots were written.
    pub snapshots: usize,
    /// The version up to which the stream is prepared.
    pub version: Version,
}

/// Why a stream was not prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The log could not be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Another run prepares the same stream.
    #[error("another run prepares {0} too: let one of them end")]
    Contended(StreamName),
    /// The state does not fit into an item of the log.
    #[error("the state of {0} is larger than an item of the log, so no snapshot of it can be kept")]
    TooLarge(StreamName),
}

/// Prepares the snapshots of a stream: one for every `every` commits that have none, and one at its end.
///
/// It goes on where an earlier run ended, so you may stop it at any time. `done` gets the number of commits that were
/// folded since the last call. In memory are the state and a page of commits.
pub async fn prepare<L: EventLog + LogSpans, H: Clock + Randomness>(
    log: &L,
    host: &H,
    of: &dyn StreamType,
    stream: &StreamName,
    every: usize,
    mut done: impl FnMut(usize) + Send,
) -> Result<Preparation, PrepareError> {
    let mut replay = of.replay(&begun(log, of, stream).await?)?;
    let mut prepared = Preparation { version: replay.head().version(), ..Preparation::default() };
    let mut since = 0;
    loop {
        let span = Span { limit: Some(PAGE), ..Span::behind(replay.head().version()) };
        let page = log.span(stream, span).await?;
        for commit in &page {
            replay = replay.then(commit)?;
            since += 1;
            if since >= every {
                put(log, host, of, &*replay).await?;
                (prepared.snapshots, since) = (prepared.snapshots + 1, 0);
            }
        }
        prepared.commits += page.len();
        done(page.len());
        if page.len() < PAGE {
            break;
        }
    }
    if since > 0 {
        put(log, host, of, &*replay).await?;
        prepared.snapshots += 1;
    }
    Ok(Preparation { version: replay.head().version(), ..prepared })
}

/// The stream as far as it is prepared.
async fn begun<L: EventLog>(log: &L, of: &dyn StreamType, stream: &StreamName) -> Result<History, LogError> {
    match newest(log, stream, of.schema(), None).await? {
        Some(prepared) => {
            let there = ReadOptions::until(of.schema(), prepared.version);
            prepared.load(log, stream, there).await
        }
        None => History::prove(stream, vec![]),
    }
}

/// Appends the snapshot of a replay to the stream of prepared ones.
async fn put<L: EventLog, H: Clock + Randomness>(
    log: &L,
    host: &H,
    of: &dyn StreamType,
    replay: &dyn Replay,
) -> Result<(), PrepareError> {
    let (stream, schema, version) = (replay.head().stream().clone(), of.schema(), replay.head().version());
    let unwritten = |error: serde_json::Error| LogError::Denied(error.to_string());
    let event =
        Event::SnapshotPrepared { stream: stream.clone(), schema, version, hash: replay.head().hash().to_string() };
    let draft = Draft {
        digest: Digest::of(&event).map_err(unwritten)?,
        events: Events::encode(std::slice::from_ref(&event)).map_err(|error| LogError::Denied(error.to_string()))?,
        id: CommandId::of_key([CATEGORY, stream.as_str(), &schema.to_string(), &version.to_string()]),
        now: host.now(),
        correlation: Correlation { id: fresh_id(host), client: None },
        cause: None,
        actor: Actor(CATEGORY.to_owned()),
        snapshot: Some(replay.snapshot().map_err(unwritten)?),
    };
    let behind = log.load(&stream_of(&stream, schema)?, last_one(schema)).await?;
    match log.append(behind.head(), draft).await {
        Ok(_) => Ok(()),
        Err(AppendError::Conflict | AppendError::Repeated(_)) => Err(PrepareError::Contended(stream)),
        Err(AppendError::TooLarge { .. }) => Err(PrepareError::TooLarge(stream)),
        Err(AppendError::Log(error)) => Err(error.into()),
    }
}

/// A stream, and the number of its commits since its newest usable snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongStream {
    /// The stream.
    pub stream: StreamName,
    /// The commits that a load would have to read.
    pub commits: usize,
}

/// The streams of which a load would read more than `beyond` commits, found in one pass over the log. In memory is a page.
///
/// `done` gets the number of commits that were read since the last call.
pub async fn long_streams<L: LogScan>(
    log: &L,
    types: &[Box<dyn StreamType>],
    beyond: usize,
    mut done: impl FnMut(usize) + Send,
) -> Result<Vec<LongStream>, LogError> {
    let schema = |stream: &StreamName| types.iter().find(|of| of.category() == stream.category()).map(|of| of.schema());
    let (mut found, mut walked, mut after) = (Vec::new(), None::<LongStream>, None);
    let mut leave = |walked: Option<LongStream>| found.extend(walked.filter(|walked| walked.commits > beyond));
    loop {
        let page = log.page(&Part::WHOLE, after.as_ref()).await?;
        done(page.commits.len());
        for commit in page.commits {
            let (stream, commit) = match commit {
                Ok(commit) => (commit.stream.clone(), Some(commit)),
                Err(LogError::Corrupt { stream, .. }) => (stream, None),
                Err(error) => return Err(error),
            };
            let Some(schema) = schema(&stream) else { continue };
            if walked.as_ref().is_none_or(|walked| walked.stream != stream) {
                leave(walked.replace(LongStream { stream, commits: 0 }));
            }
            if let Some(walked) = &mut walked {
                let usable = commit.is_some_and(|commit: Commit| commit.has_snapshot(schema));
                walked.commits = if usable { 0 } else { walked.commits + 1 };
            }
        }
        after = page.next;
        if after.is_none() {
            leave(walked);
            return Ok(found);
        }
    }
}
