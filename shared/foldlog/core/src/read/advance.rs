//! The one thing that a fold does with a hint, whatever brought it: duplicates, reorderings, gaps, redrives and
//! rebuilds are one code path.

use crate::read::parked::Class;
use crate::read::projection::{Row, Subscription};
use crate::read::rows::Rows;
use crate::read::views::{Generation, RowKey, ViewError, Views, Written};
use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use crate::write::commit::Commit;
use crate::write::log::{Consistency, EventLog, LogError};
use futures::future::try_join_all;

/// How often a row is folded again after another writer came first.
pub(crate) const ATTEMPTS: u32 = 8;
/// How many of the rows that lead to commits are written side by side.
const POINTERS: usize = 8;

/// That a stream moved at least to a version, and the commits that came along with the news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    stream: StreamName,
    target: Version,
    commits: Vec<Commit>,
}

impl Hint {
    /// The bare news.
    #[must_use]
    pub const fn of(stream: StreamName, target: Version) -> Self {
        Self { stream, target, commits: Vec::new() }
    }

    /// Takes in that the stream moved to a version too.
    pub fn reach(&mut self, target: Version) {
        self.target = self.target.max(target);
    }

    /// Takes in one of its commits, in whatever order and however often they come.
    pub fn add(&mut self, commit: Commit) {
        self.reach(commit.last_version());
        match self.commits.binary_search_by_key(&commit.version, |commit| commit.version) {
            Ok(_) => {}
            Err(place) => self.commits.insert(place, commit),
        }
    }

    /// The stream.
    #[must_use]
    pub const fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// How far it moved at least.
    #[must_use]
    pub const fn target(&self) -> Version {
        self.target
    }

    /// Whether the stream's first commit came along: then there is most likely no row yet.
    fn begins(&self) -> bool {
        self.commits.first().is_some_and(|commit| commit.version == Version::NONE.next())
    }

    /// Whether any commits came along.
    pub(crate) const fn brings_commits(&self) -> bool {
        !self.commits.is_empty()
    }

    /// The commits that follow `seen` without a gap and reach the target.
    pub(crate) fn following(&self, seen: Version) -> Option<&[Commit]> {
        let start = self.commits.iter().position(|commit| commit.version == seen.next())?;
        let next = self.commits.get(start..)?;
        let contiguous =
            next.windows(2).all(|pair| matches!(pair, [one, two] if one.last_version().next() == two.version));
        (contiguous && next.last()?.last_version() >= self.target).then_some(next)
    }
}

/// Where a row stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// It had reached the version before.
    Already,
    /// It was brought up to a version, at least the one asked for.
    To(RowAdvance),
    /// The commit at `version` cannot be folded; the row was brought up to the one before.
    Stuck {
        /// The commit's version.
        version: Version,
        /// Why.
        error: String,
    },
}

/// What one write did for a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowAdvance {
    /// Its version now.
    pub version: Version,
    /// How many commits were folded in.
    pub commits: usize,
    /// When the newest of them was committed.
    pub committed_at: Timestamp,
    /// Whether the commits at hand were not the very next ones, and the log was read for those between.
    pub repaired: bool,
}

/// Why a row could not be advanced.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The row could not be read or written.
    #[error(transparent)]
    View(#[from] ViewError),
    /// Other writers came first, again and again.
    #[error("lost the race for the row {ATTEMPTS} times")]
    Contended,
    /// The log does not hold the version that the hint promised.
    #[error("the log ends at {head}, the hint spoke of {target}")]
    Ahead {
        /// Where the log ends.
        head: Version,
        /// What the hint promised.
        target: Version,
    },
}

impl AdvanceError {
    /// Before which commit a fold stopped that was given this hint, and whether trying again can help by itself.
    pub(crate) const fn verdict(&self, hint: &Hint) -> (Version, Class) {
        match self {
            Self::Log(LogError::Corrupt { version, .. }) => (*version, Class::Permanent),
            Self::Ahead { target, .. } => (*target, Class::Permanent),
            Self::Log(LogError::Unavailable(_) | LogError::Denied(_)) | Self::View(_) | Self::Contended => {
                (hint.target, Class::Transient)
            }
        }
    }
}

/// Brings the row of a stream at least to the version that the hint speaks of.
///
/// Takes the row as this process left it, or as it is read, or, where the stream's first commit came along, as absent.
/// Takes the commits that it has not seen, from the hint where they are the very next ones and reach the target, else
/// from the log, strongly consistent; applies them in order; writes result and version in one conditional write. A
/// condition that fails returns the row that stands there, and so whatever was assumed of it is only a guess. The rows that
/// lead to the commits are written first: whoever dies in between writes them again, and they stand already.
pub async fn advance<L: EventLog, V: Views>(
    log: &L,
    views: &V,
    rows: &Rows,
    subscription: &dyn Subscription,
    generation: Generation,
    hint: &Hint,
) -> Result<Advanced, AdvanceError> {
    let place = RowKey { view: subscription.name(), generation, key: subscription.key(&hint.stream) };
    let mut row = match rows.take(&place) {
        Some(row) => Some(row),
        None if hint.begins() => None,
        None => views.row(&place, Consistency::Eventual).await?,
    };
    for _ in 0..ATTEMPTS {
        let seen = row.as_ref().map_or(Version::NONE, |row: &Row| row.version);
        if seen >= hint.target {
            rows.keep(&place, row);
            return Ok(Advanced::Already);
        }
        let read;
        let (next, repaired) = if let Some(next) = hint.following(seen) {
            (next, false)
        } else {
            read = log.since(&hint.stream, seen).await?;
            (&*read, hint.brings_commits())
        };
        let head = next.last().map_or(seen, Commit::last_version);
        if head < hint.target {
            // A guess at the row may be older than the row, never newer: the log was asked for enough.
            return Err(AdvanceError::Ahead { head, target: hint.target });
        }
        let folded = subscription.fold(row.as_ref(), next);
        if let Some(folded) = &folded.row {
            let taken = next.iter().take_while(|commit| commit.last_version() <= folded.version).count();
            let pointers = subscription.pointers(row.as_ref(), next.get(..taken).unwrap_or_default());
            write_pointers(views, &place, &pointers).await?;
            if let Written::No(stands) = views.write(&place, folded, seen).await? {
                row = stands;
                continue;
            }
        }
        let advanced = match (folded.failed, &folded.row) {
            (Some((version, error)), _) => Advanced::Stuck { version, error },
            (None, None) => Advanced::Already,
            (None, Some(row)) => {
                let folded = next.iter().filter(|commit| commit.last_version() <= row.version);
                let committed_at = { folded.clone() }.map(|commit| commit.committed_at).max().unwrap_or_default();
                Advanced::To(RowAdvance { version: row.version, commits: folded.count(), committed_at, repaired })
            }
        };
        rows.keep(&place, folded.row.or(row));
        return Ok(advanced);
    }
    Err(AdvanceError::Contended)
}

/// Writes rows that lead to commits, beside that of their stream.
async fn write_pointers<V: Views>(views: &V, place: &RowKey, pointers: &[(String, Row)]) -> Result<(), ViewError> {
    for pointers in pointers.chunks(POINTERS) {
        let writes = pointers.iter().map(async |(key, link)| {
            let place = RowKey { key: key.clone(), ..place.clone() };
            views.write(&place, link, Version::NONE).await
        });
        try_join_all(writes).await?;
    }
    Ok(())
}
