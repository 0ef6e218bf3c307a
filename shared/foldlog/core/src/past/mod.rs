//! A stream as it was, at a version or at a moment, and its events from any version.
//!
//! **Promise.** A state or document at a version is the fold of exactly that many events. No read takes the whole
//! stream if fewer commits are enough.
//!
//! **Invariants.** A version may lie within a commit of several events; a snapshot in that commit belongs to its end
//! and is passed over. A time never goes back in a stream, so a moment names one version.
//!
//! **Attacked by** `tests/kernel/past.rs`, and by the contract suite that every log passes, which counts requests and
//! their limits.
//!
//! The log keeps everything, so every view of it can be shown as it was. Two ports serve the reads: `EventLog::load` up
//! to a version, and [`LogSpans::span`], which reads a few commits anywhere in a stream, from either end, and only
//! those.
//!
//! | you ask for | the read, in a stream of n events |
//! |---|---|
//! | a state at a version | one descending query of at most 41 commits, from the commit of the version back to the newest snapshot before it; more requests only if a load takes more |
//! | a version at a moment | a binary search: at most log₂ n + 2 queries of one commit each |
//! | a document at a version | all commits up to there: documents have no snapshots, and fold as fast as a replay |
//! | a page of events | one query of one commit more than the page has events; a second query of one commit if the page begins within a commit |
//!
//! The past is shown by the rules of the present, on the document as it was. A document is folded by the projection
//! that makes its row. A moment in the future is read as now.

pub mod changes;
pub mod prepare;
pub mod replay;

use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use crate::write::commit::Commit;
use crate::write::decider::{Decider, fold};
use crate::write::loaded::{LoadedStream, SnapshotPolicy};
use crate::write::log::{History, LogError, contiguous};
use crate::write::span::{LogSpans, Span};
use std::str::FromStr;

/// A position in the history of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After this many of its events.
    Version(Version),
    /// After everything that had been committed by then.
    At(Timestamp),
}

/// A text that is neither a version nor a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither a version (a whole number) nor a moment (RFC 3339, such as 2026-11-21T10:00:00Z)")]
pub struct NoWhen(String);

impl FromStr for When {
    type Err = NoWhen;

    fn from_str(text: &str) -> Result<Self, NoWhen> {
        let at = || text.parse().map(Self::At).map_err(|_| NoWhen(text.to_owned()));
        text.parse().map(Self::Version).or_else(|_| at())
    }
}

/// The version of the last event that had been committed at a moment; [`Version::NONE`] if there was none.
///
/// A binary search over the stream's `n` events reads one commit at a time, at most `log2(n) + 2`: time never goes back
/// in a stream.
pub async fn version_at<L: LogSpans>(log: &L, stream: &StreamName, at: Timestamp) -> Result<Version, LogError> {
    let commit_at = async |version| Ok::<_, LogError>(log.span(stream, Span::around(version)).await?.pop());
    let Some(newest) = commit_at(Version(u64::MAX)).await? else { return Ok(Version::NONE) };
    if newest.committed_at <= at {
        return Ok(newest.last_version());
    }
    // The commit that ends with `seen` is not too late; the one that begins with `late` is.
    let (mut seen, mut late) = (Version::NONE, newest.version);
    while seen.next() < late {
        let middle = Version(seen.0 + (late.0 - seen.0) / 2);
        let gap = || LogError::Corrupt { stream: stream.clone(), version: middle, reason: "no commit is here".into() };
        let commit = commit_at(middle).await?.filter(|commit| commit.last_version() >= middle).ok_or_else(gap)?;
        if commit.committed_at <= at { seen = commit.last_version() } else { late = commit.version }
    }
    Ok(seen)
}

/// The commits that hold a stream's first events up to a version, oldest first, the last one cut off there. They are
/// for documents, which have no snapshots. There are fewer events if the stream ends earlier.
pub async fn first_events<L: LogSpans>(
    log: &L,
    stream: &StreamName,
    version: Version,
) -> Result<Vec<Commit>, LogError> {
    let mut commits = log.span(stream, Span { until: Some(version), ..Span::behind(Version::NONE) }).await?;
    contiguous(stream, Version::NONE, &commits)?;
    if let Some(last) = commits.pop() {
        commits.push(cut(last, version)?);
    }
    Ok(commits)
}

/// A commit without the events after a version, which is one of its own. Its link is still that of the whole commit.
fn cut(commit: Commit, version: Version) -> Result<Commit, LogError> {
    let count = version.0.saturating_sub(commit.version.0).saturating_add(1);
    let events = commit.events.first(count).map_err(|error| LogError::unreadable(&commit, &error))?;
    Ok(Commit { events, ..commit })
}

/// The state after a version's event, from the history that [`ReadOptions::until`] reads; none if the stream ends
/// earlier.
pub fn state_at<D: Decider>(history: &History, version: Version) -> Result<Option<D::State>, LogError> {
    if history.head().version() < version {
        return Ok(None);
    }
    let state = match history.base() {
        Some(base) => LoadedStream::<D>::at(base, SnapshotPolicy::default())?.into_state(),
        None => D::State::default(),
    };
    let folded = history.commits().iter().try_fold(state, |state, commit| {
        let mut events = commit.events.decode::<D::Event>().map_err(|error| LogError::unreadable(commit, &error))?;
        let wanted = version.0.saturating_sub(commit.version.0).saturating_add(1);
        events.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        Ok(fold::<D>(state, &events))
    });
    folded.map(Some)
}

/// The commits that hold the next events after a version, oldest first, at most `limit`. The first one may hold events
/// up to that version too.
pub async fn onward<L: LogSpans>(
    log: &L,
    stream: &StreamName,
    after: Version,
    limit: usize,
) -> Result<Vec<Commit>, LogError> {
    let mut commits = log.span(stream, Span { limit: Some(limit), ..Span::behind(after) }).await?;
    let follows = commits.first().is_some_and(|first| first.version == after.next());
    if after == Version::NONE || follows {
        contiguous(stream, after, &commits)?;
        return Ok(commits);
    }
    // The version is not that of a commit's last event: the same commit holds the next events.
    let around = log.span(stream, Span::around(after)).await?;
    commits.splice(0..0, around.into_iter().filter(|commit| commit.last_version() > after));
    let before = commits.first().map_or(after, |first| Version(first.version.0.min(after.next().0) - 1));
    contiguous(stream, before, &commits)?;
    commits.truncate(limit);
    Ok(commits)
}

/// The commits that hold the last events before a version, or of all, newest first, at most `limit`. The first one may
/// hold events from that version on too.
pub async fn backward<L: LogSpans>(
    log: &L,
    stream: &StreamName,
    before: Option<Version>,
    limit: usize,
) -> Result<Vec<Commit>, LogError> {
    let until = before.map_or(u64::MAX, |before| before.0.saturating_sub(1));
    log.span(stream, Span { limit: Some(limit), ..Span::back_from(Version(until)) }).await
}
