//! The first commits of many streams together, from either end of time, without reading any stream as a whole.
//!
//! Each stream is read in strides from its end, or from a place on. A stream is read further only while its next commit
//! may be among those that are wanted. So a page costs as much as it shows, whatever the history of its streams.

use foldlog::past::version_at;
use foldlog::{Commit, Direction, EventId, LogError, LogSpans, Span, StreamName, Timestamp, Version};
use futures::future::try_join_all;

/// The number of commits that one read takes of a stream. Most pages need fewer.
const STRIDE: usize = 20;

/// The place of an event in the whole log: by time, stream and version. A place without an event stands before those of its
/// time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// When the event was committed.
    pub(crate) at: Timestamp,
    /// Its stream and version.
    pub(crate) event: Option<(StreamName, Version)>,
}

impl Place {
    /// The place of a commit's event, counted from 0.
    pub(crate) fn of(commit: &Commit, index: u64) -> Self {
        let EventId { stream, version } = commit.event_id(index);
        Self { at: commit.committed_at, event: Some((stream, version)) }
    }
}

/// A stream on the way from one end of its history.
struct Run {
    stream: StreamName,
    direction: Direction,
    /// As far as it was read.
    commits: Vec<Commit>,
    /// The version after which the next commit comes, or at which it begins at the latest.
    place: Version,
    /// Whether there may be more.
    more: bool,
}

/// The commits with the newest `limit` events of these streams, and some more, in no order.
pub(crate) async fn newest<L: LogSpans>(
    log: &L,
    streams: impl Iterator<Item = StreamName>,
    limit: usize,
) -> Result<Vec<Commit>, LogError> {
    let direction = Direction::Descending;
    let run = |stream| Run { stream, direction, commits: vec![], place: Version(u64::MAX), more: true };
    merged(log, streams.map(run).collect(), limit, None).await
}

/// The commits with the oldest `limit` events of these streams behind a place, and some more, in no order.
pub(crate) async fn oldest<L: LogSpans>(
    log: &L,
    streams: impl Iterator<Item = StreamName>,
    after: &Place,
    limit: usize,
) -> Result<Vec<Commit>, LogError> {
    let before = Timestamp(after.at.0.saturating_sub(1));
    let begun = streams.map(async |stream| {
        // A reader that follows the log asks for the end of each stream, and that needs no search.
        let last = log.span(&stream, Span { limit: Some(STRIDE), ..Span::back_from(Version(u64::MAX)) }).await?;
        let reaches_back = last.len() < STRIDE || last.last().is_some_and(|commit| commit.committed_at <= before);
        let (direction, mut commits) = (Direction::Ascending, vec![]);
        if reaches_back {
            commits.extend(last.into_iter().filter(|commit| commit.committed_at >= after.at));
            return Ok::<_, LogError>(Run { stream, direction, commits, place: Version::NONE, more: false });
        }
        let place = version_at(log, &stream, before).await?;
        Ok(Run { stream, direction, commits, place, more: true })
    });
    let runs = try_join_all(begun.collect::<Vec<_>>()).await?;
    merged(log, runs, limit, Some(after)).await
}

/// Reads on until no unread commit can be among the first `limit` events.
async fn merged<L: LogSpans>(
    log: &L,
    mut runs: Vec<Run>,
    limit: usize,
    after: Option<&Place>,
) -> Result<Vec<Commit>, LogError> {
    loop {
        let bound = bound(&runs, limit, after);
        let wanted = runs.iter_mut().filter(|run| run.more && run.may_be_within(bound.as_ref()));
        let read: Vec<_> = try_join_all(wanted.map(|run| run.read(log, limit)).collect::<Vec<_>>()).await?;
        if read.is_empty() {
            return Ok(runs.into_iter().flat_map(|run| run.commits).collect());
        }
    }
}

/// The place of the last of the first `limit` events that are known, or of the last ones; none if fewer are known.
fn bound(runs: &[Run], limit: usize, after: Option<&Place>) -> Option<Place> {
    let direction = runs.first()?.direction;
    let commits = runs.iter().flat_map(|run| &run.commits);
    let places = commits.flat_map(|commit| (0..commit.events.count()).map(|index| Place::of(commit, index)));
    let mut places: Vec<_> = places.filter(|place| after.is_none_or(|after| place > after)).collect();
    places.sort_unstable();
    if direction == Direction::Descending {
        places.reverse();
    }
    places.into_iter().nth(limit.saturating_sub(1))
}

impl Run {
    /// Whether its next commit may be nearer than the bound: it is no nearer than its last one, and in the same stream.
    fn may_be_within(&self, bound: Option<&Place>) -> bool {
        let (Some(bound), Some(last)) = (bound, self.commits.last()) else { return true };
        let (first, end) = (Place::of(last, 0), Place::of(last, last.events.count().saturating_sub(1)));
        match self.direction {
            Direction::Ascending => end < *bound,
            Direction::Descending => first > *bound,
        }
    }

    async fn read<L: LogSpans>(&mut self, log: &L, limit: usize) -> Result<(), LogError> {
        // Each commit has at least one event.
        let stride = STRIDE.min(limit);
        let span = match self.direction {
            Direction::Ascending => Span::behind(self.place),
            Direction::Descending => Span::back_from(self.place),
        };
        let next = log.span(&self.stream, Span { limit: Some(stride), ..span }).await?;
        self.more = next.len() == stride;
        if let Some(last) = next.last() {
            self.place = match self.direction {
                Direction::Ascending => last.last_version(),
                Direction::Descending => Version(last.version.0.saturating_sub(1)),
            };
        }
        self.more &= self.direction == Direction::Ascending || self.place != Version::NONE;
        self.commits.extend(next);
        Ok(())
    }
}
