//! The log and the views in memory: for tests and simulations, held to the same contract as those on DynamoDB.

mod generations;

pub use generations::MemoryGenerations;

use crate::read::lookups::{Lookup, Lookups};
use crate::read::parked::{Notes, Parked, ParkingLot, Subject, Trouble};
use crate::read::projection::Row;
use crate::read::views::{Found, Generation, RowKey, RowPage, ViewError, ViewScan, Views, Written};
use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use crate::write::commit::{Commit, Draft};
use crate::write::identity::CommandId;
use crate::write::log::{AppendError, Consistency, EventLog, Head, History, LogError, ReadOptions, contiguous};
use crate::write::scan::{Cursor, LogScan, Page, Part};
use crate::write::span::Direction;
use crate::write::span::{LogSpans, Span, unbroken};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Streams in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryLog {
    store: Arc<Mutex<Store>>,
    marks: bool,
}

#[derive(Debug, Default)]
struct Store {
    streams: Streams,
    /// Every commit's stream and version, in the order in which they were appended.
    journal: Vec<(StreamName, Version)>,
}

type Streams = BTreeMap<StreamName, Vec<Commit>>;

impl MemoryLog {
    /// The same log, recognising reactions at the append.
    #[must_use]
    pub fn with_markers(self) -> Self {
        Self { marks: true, ..self }
    }

    fn with<T>(&self, read: impl FnOnce(&mut Store) -> T) -> T {
        read(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What `read` makes of a stream's commits, oldest first.
    fn of<T>(&self, stream: &StreamName, read: impl FnOnce(&[Commit]) -> T) -> T {
        self.with(|store| read(store.streams.get(stream).map_or(&[], Vec::as_slice)))
    }

    /// The stream's commits, oldest first.
    #[must_use]
    pub fn commits(&self, stream: &StreamName) -> Vec<Commit> {
        self.of(stream, <[Commit]>::to_vec)
    }

    /// How many commits there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.with(|store| store.journal.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The commits of all streams behind the first `seen`, in the order in which they were appended: what the store's
    /// stream of changes tells.
    #[must_use]
    pub fn journal(&self, seen: usize) -> Vec<Commit> {
        self.with(|Store { streams, journal }| {
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
            let read = commits.get(..end).unwrap_or_default();
            let base = read.iter().rposition(|commit| reading.begins_with(commit)).unwrap_or_default();
            read.iter().skip(base).rev().cloned().collect()
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

    async fn append(&self, head: &Head, draft: Draft) -> Result<Commit, AppendError> {
        let commit = head.seal(draft);
        self.with(|Store { streams, journal }| {
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

/// How many commits a page of it has.
const PAGE: usize = 50;

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
        Ok(self.with(|Store { streams, .. }| {
            let commits = streams.iter().filter(|(stream, _)| within(stream)).flat_map(|(_, commits)| commits);
            let mut commits: Vec<_> = commits.filter(behind).take(PAGE + 1).cloned().map(Ok).collect();
            let more = commits.len() > PAGE;
            commits.truncate(PAGE);
            let cursor = |commit: &Commit| Cursor { stream: commit.stream.to_string(), version: commit.version };
            let next = commits.last().and_then(|commit| commit.as_ref().ok()).filter(|_| more).map(cursor);
            Page { commits, next }
        }))
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        Ok(self.with(|Store { streams, .. }| {
            let last = |commits: &Vec<Commit>| commits.last().map_or(Version::NONE, Commit::last_version);
            streams.iter().map(|(stream, commits)| (stream.clone(), last(commits))).collect()
        }))
    }

    async fn size(&self) -> Result<u64, LogError> {
        Ok(self.len() as u64)
    }
}

/// Rows in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryViews {
    rows: Arc<Mutex<Rows>>,
    generations: MemoryGenerations,
}

/// By view, generation and key.
type Rows = BTreeMap<&'static str, BTreeMap<Generation, BTreeMap<String, Row>>>;

impl MemoryViews {
    /// The rows, of generations that others register too.
    #[must_use]
    pub fn of(generations: MemoryGenerations) -> Self {
        Self { rows: Arc::default(), generations }
    }

    /// The generations.
    #[must_use]
    pub const fn generations(&self) -> &MemoryGenerations {
        &self.generations
    }

    fn with<T>(&self, read: impl FnOnce(&mut Rows) -> T) -> T {
        read(&mut self.rows.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

crate::delegate_generations!(MemoryViews, generations);
crate::delegate_rebuild_progress!(MemoryViews, generations);

impl ViewScan for MemoryViews {
    async fn page(&self, view: &str, (part, of): (u32, u32), after: Option<&str>) -> Result<RowPage, ViewError> {
        let within = |key: &str| key.bytes().map(u32::from).sum::<u32>() % of.max(1) == part;
        Ok(self.with(|rows| {
            let mut found: BTreeMap<(&str, Generation), &Row> = BTreeMap::new();
            for (generation, rows) in rows.get(view).into_iter().flatten() {
                found.extend(rows.iter().map(|(key, row)| ((key.as_str(), *generation), row)));
            }
            let behind =
                found.into_iter().filter(|((key, _), _)| within(key) && after.is_none_or(|after| *key > after));
            let mut page = RowPage { rows: Vec::new(), next: None };
            for ((key, generation), row) in behind {
                let last = page.rows.last().map(|(_, key, _): &Found| key.clone());
                if page.rows.len() >= PAGE && last.as_deref() != Some(key) {
                    page.next = last;
                    break;
                }
                page.rows.push((generation, key.to_owned(), Ok(read_back(row))));
            }
            page
        }))
    }

    async fn remove(&self, view: &str, generation: Generation, keys: &[String]) -> Result<(), ViewError> {
        self.with(|rows| {
            if let Some(rows) = rows.get_mut(view).and_then(|generations| generations.get_mut(&generation)) {
                rows.retain(|key, _| !keys.contains(key));
            }
        });
        Ok(())
    }
}

/// A row as a reader gets it: its index attributes are not read back, the document yields them.
fn read_back(row: &Row) -> Row {
    Row { index: BTreeMap::new(), ..row.clone() }
}

impl Views for MemoryViews {
    async fn row(&self, place: &RowKey, _: Consistency) -> Result<Option<Row>, ViewError> {
        Ok(self.with(|rows| rows.get(place.view)?.get(&place.generation)?.get(&place.key).map(read_back)))
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        Ok(self.with(|rows| {
            let rows = rows.entry(place.view).or_default().entry(place.generation).or_default();
            let stands = rows.get(&place.key).map(read_back);
            if stands.as_ref().map_or(Version::NONE, |row| row.version) != seen {
                return Written::No(stands);
            }
            rows.insert(place.key.clone(), row.clone());
            Written::Yes
        }))
    }
}

impl MemoryViews {
    /// What `take` makes of the keys and rows of a lookup, in its order.
    fn found<T>(&self, lookup: &Lookup<'_>, take: impl Fn(&String, &Row) -> T) -> Vec<T> {
        let (partition, value) = lookup.partition;
        let within = |sort: &str| match lookup.direction {
            Direction::Ascending => {
                lookup.from.is_none_or(|from| sort > from) && lookup.until.is_none_or(|until| sort <= until)
            }
            Direction::Descending => {
                lookup.from.is_none_or(|from| sort < from) && lookup.until.is_none_or(|until| sort >= until)
            }
        };
        self.with(|rows| {
            let of_view = rows.get(lookup.view).and_then(|generations| generations.get(&lookup.generation));
            let of_partition = of_view.into_iter().flatten().filter(|(_, row)| {
                let own = row.index.get(partition);
                own.is_some_and(|own| own == value)
            });
            let mut found: Vec<_> = of_partition
                .filter_map(|(key, row)| Some((row.index.get(lookup.sort)?, key, row)))
                .filter(|(sort, ..)| within(sort))
                .collect();
            found.sort_by_key(|(sort, key, _)| (*sort, *key));
            if lookup.direction == Direction::Descending {
                found.reverse();
            }
            let rows = found.into_iter().take(lookup.limit);
            rows.map(|(_, key, row)| take(key, row)).collect()
        })
    }
}

impl Lookups for MemoryViews {
    async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        Ok(self.found(lookup, |key, row| (key.clone(), read_back(row))))
    }

    async fn keys(&self, lookup: &Lookup<'_>) -> Result<Vec<String>, ViewError> {
        Ok(self.found(lookup, |key, _| key.clone()))
    }
}

/// Notes in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryParked {
    notes: Arc<Mutex<BTreeMap<Subject, Parked>>>,
}

impl MemoryParked {
    fn with<T>(&self, read: impl FnOnce(&mut BTreeMap<Subject, Parked>) -> T) -> T {
        read(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ParkingLot for MemoryParked {
    async fn park(&self, trouble: &Trouble) -> Result<(), ViewError> {
        self.with(|notes| {
            let first = Parked { trouble: trouble.clone(), attempts: 0, since: trouble.at };
            let note = notes.entry(trouble.subject.clone()).or_insert(first);
            let passed_over = note.trouble.passed_over.max(trouble.passed_over);
            (note.trouble, note.attempts) = (Trouble { passed_over, ..trouble.clone() }, note.attempts + 1);
        });
        Ok(())
    }

    async fn notes(&self, after: Option<&Subject>, limit: usize) -> Result<Notes, ViewError> {
        Ok(self.with(|notes| {
            let behind = notes.values().filter(|note| after.is_none_or(|after| note.trouble.subject > *after));
            let notes: Vec<_> = behind.take(limit).cloned().collect();
            let next = notes.last().filter(|_| notes.len() == limit).map(|note| note.trouble.subject.clone());
            Notes { notes, next }
        }))
    }

    async fn note(&self, subject: &Subject) -> Result<Option<Parked>, ViewError> {
        Ok(self.with(|notes| notes.get(subject).cloned()))
    }

    async fn clear(&self, subject: &Subject, upto: Version) -> Result<bool, ViewError> {
        Ok(self.with(|notes| {
            if notes.get(subject).is_some_and(|note| note.trouble.passed_over <= upto) {
                notes.remove(subject);
            }
            !notes.contains_key(subject)
        }))
    }
}
