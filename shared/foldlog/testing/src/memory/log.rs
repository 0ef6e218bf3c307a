//! The log in memory.

use super::PAGE;
use crate::shared::Shared;
use foldlog::write::log::{CommitPage, contiguous};
use foldlog::write::scan::{Cursor, Page, Part};
use foldlog::write::span::unbroken;
use foldlog::{
    AppendError, CommandId, Commit, Direction, Draft, EventLog, Head, History, LogError, LogScan, LogSpans,
    ReadOptions, Span, StreamName, Timestamp, Version,
};
use std::collections::BTreeMap;
use std::ops::Bound;

/// The most commits of a stream in one answer, about as many as a store with limited answers returns.
const COMMITS_OF_AN_ANSWER: usize = 500;

/// Streams in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryLog {
    store: Shared<Store>,
    marks: bool,
}

#[derive(Clone, Debug, Default)]
struct Store {
    streams: Streams,
    /// The stream and version of every commit, in the order in which they were appended.
    journal: Vec<(StreamName, Version)>,
}

type Streams = BTreeMap<StreamName, Vec<Commit>>;

impl MemoryLog {
    /// The same log, recognising reactions at the append.
    #[must_use]
    pub fn with_markers(self) -> Self {
        Self { marks: true, ..self }
    }

    /// A log with the same commits, which goes its own way from here.
    #[must_use]
    pub fn copied(&self) -> Self {
        Self { store: self.store.copied(), marks: self.marks }
    }

    /// Calls `read` with a stream's commits, oldest first.
    fn of<T>(&self, stream: &StreamName, read: impl FnOnce(&[Commit]) -> T) -> T {
        self.store.with(|store| read(store.streams.get(stream).map_or(&[], Vec::as_slice)))
    }

    /// The stream's commits, oldest first.
    #[must_use]
    pub fn commits(&self, stream: &StreamName) -> Vec<Commit> {
        self.of(stream, <[Commit]>::to_vec)
    }

    /// How many commits there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.with(|store| store.journal.len())
    }

    /// Whether there are no commits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The commits of all streams after the first `seen`, in the order in which they were appended: the content of the
    /// store's change stream.
    #[must_use]
    pub fn journal(&self, seen: usize) -> Vec<Commit> {
        self.store.with(|Store { streams, journal }| {
            let appended = journal.iter().skip(seen).filter_map(|(stream, version)| {
                let commits = streams.get(stream)?;
                commits.binary_search_by_key(version, |commit| commit.version).ok().and_then(|place| commits.get(place))
            });
            appended.cloned().collect()
        })
    }
}

impl EventLog for MemoryLog {
    async fn load(&self, stream: &StreamName, reading: ReadOptions) -> Result<History, LogError> {
        let newest_first = self.of(stream, |commits| {
            let end = commits.partition_point(|commit| reading.until.is_none_or(|until| commit.version <= until));
            let newest_first = commits.get(..end).unwrap_or_default().iter().rev();
            let last = newest_first.clone().zip(1..).position(|(commit, read)| reading.ends_with(commit, read));
            newest_first.take(last.map_or(end, |last| last + 1)).cloned().collect()
        });
        History::backwards(stream, reading, newest_first)
    }

    async fn find(&self, stream: &StreamName, id: &CommandId, since: Timestamp) -> Result<Option<Commit>, LogError> {
        let near = |commit: &Commit| self.marks || commit.committed_at > since;
        Ok(self.of(stream, |commits| {
            commits.iter().rev().take_while(|commit| near(commit)).find(|commit| commit.id == *id).cloned()
        }))
    }

    async fn since(&self, stream: &StreamName, after: Version) -> Result<Vec<Commit>, LogError> {
        let newer = |commits: &[Commit]| {
            let start = commits.partition_point(|commit| commit.version <= after);
            commits.iter().skip(start).cloned().collect::<Vec<_>>()
        };
        let commits = self.of(stream, newer);
        contiguous(stream, after, &commits)?;
        Ok(commits)
    }

    async fn page_since(&self, stream: &StreamName, after: Version) -> Result<CommitPage, LogError> {
        let span = Span { limit: Some(COMMITS_OF_AN_ANSWER), ..Span::behind(after) };
        let commits = self.span(stream, span).await?;
        contiguous(stream, after, &commits)?;
        Ok(CommitPage { more: commits.len() == COMMITS_OF_AN_ANSWER, commits })
    }

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let commit = head.seal(draft);
        self.store.with(|Store { streams, journal }| {
            let commits = streams.entry(commit.stream.clone()).or_default();
            let marked = self.marks && commit.causation.is_some();
            let before = commits.iter().find(|stored| marked && stored.id == commit.id);
            match commits.iter().find(|stored| stored.version == commit.version) {
                Some(stored) if stored.id == commit.id && stored.digest == commit.digest => Ok(stored.clone()),
                None | Some(_) if let Some(first) = before => Err(AppendError::Repeated(Box::new(first.clone()))),
                Some(_) => Err(AppendError::Conflict),
                None => {
                    journal.push((commit.stream.clone(), commit.version));
                    commits.push(commit.clone());
                    commits.sort_by_key(|commit| commit.version);
                    Ok(commit)
                }
            }
        })
    }

    fn recognises_reactions(&self) -> bool {
        self.marks
    }
}

impl LogSpans for MemoryLog {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        let commits = self.of(stream, |commits| {
            let start = commits.partition_point(|commit| commit.version <= span.after);
            let end = commits.partition_point(|commit| span.until.is_none_or(|until| commit.version <= until));
            let within = commits.get(start..end).unwrap_or_default().iter().cloned();
            let limit = span.limit.unwrap_or(usize::MAX);
            match span.direction {
                Direction::Ascending => within.take(limit).collect::<Vec<_>>(),
                Direction::Descending => within.rev().take(limit).collect(),
            }
        });
        unbroken(stream, span, &commits)?;
        Ok(commits)
    }
}

impl LogScan for MemoryLog {
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        let within = |stream: &StreamName| match part {
            Part::Stream(name) => stream == name,
            Part::Segment { number, of } => {
                stream.as_str().bytes().map(u32::from).sum::<u32>() % (*of).max(1) == *number
            }
        };
        let behind = |commit: &&Commit| {
            after.is_none_or(|after| (commit.stream.as_str(), commit.version) > (after.stream.as_str(), after.version))
        };
        Ok(self.store.with(|Store { streams, .. }| {
            let from = match (after, part) {
                (Some(after), _) => after.stream.parse::<StreamName>().map_or(Bound::Unbounded, Bound::Included),
                (None, Part::Stream(stream)) => Bound::Included(stream.clone()),
                (None, Part::Segment { .. }) => Bound::Unbounded,
            };
            let streams = streams.range((from, Bound::Unbounded)).filter(|(stream, _)| within(stream));
            let commits = streams.flat_map(|(_, commits)| commits);
            let mut commits: Vec<_> = commits.filter(behind).take(PAGE + 1).cloned().map(Ok).collect();
            let more = commits.len() > PAGE;
            commits.truncate(PAGE);
            let cursor = |commit: &Commit| Cursor { stream: commit.stream.to_string(), version: commit.version };
            let next = commits.last().and_then(|commit| commit.as_ref().ok()).filter(|_| more).map(cursor);
            Page { commits, next }
        }))
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        Ok(self.store.with(|Store { streams, .. }| {
            let last = |commits: &Vec<Commit>| commits.last().map_or(Version::NONE, Commit::last_version);
            streams.iter().map(|(stream, commits)| (stream.clone(), last(commits))).collect()
        }))
    }

    async fn size(&self) -> Result<u64, LogError> {
        Ok(self.len() as u64)
    }
}
