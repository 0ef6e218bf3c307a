//! Advancing a row: the one thing that a projection does with a hint. Duplicates, reorderings, gaps, redrives and
//! rebuilds share this code path.

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

/// A hint that a stream moved at least to a version, with the commits that came along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    stream: StreamName,
    target: Version,
    commits: Vec<Commit>,
}

impl Hint {
    /// A hint without commits.
    #[must_use]
    pub const fn of(stream: StreamName, target: Version) -> Self {
        Self { stream, target, commits: Vec::new() }
    }

    /// Records that the stream also moved to another version.
    pub fn reach(&mut self, target: Version) {
        self.target = self.target.max(target);
    }

    /// Takes in one of its commits. They may come in any order, and more than once.
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

    /// The version that it reached at least.
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

    /// The commits after `seen`, if they are contiguous and reach the target.
    pub(crate) fn following(&self, seen: Version) -> Option<&[Commit]> {
        let start = self.commits.iter().position(|commit| commit.version == seen.next())?;
        let next = self.commits.get(start..)?;
        let contiguous =
            next.windows(2).all(|pair| matches!(pair, [one, two] if one.last_version().next() == two.version));
        (contiguous && next.last()?.last_version() >= self.target).then_some(next)
    }
}

/// The position of a row after an advance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// The row had reached the version before.
    Already,
    /// The row was advanced to a version, at least the one asked for.
    To(RowAdvance),
    /// The commit at `version` cannot be folded. The row was advanced to the commit before it.
    Stuck {
        /// The commit's version.
        version: Version,
        /// The reason.
        error: String,
    },
}

/// What one write did to a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowAdvance {
    /// Its version now.
    pub version: Version,
    /// How many commits were folded in.
    pub commits: usize,
    /// When the newest of them was committed.
    pub committed_at: Timestamp,
    /// Whether the commits of the hint were not the next ones, so that the missing ones were read from the log.
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
    /// Other writers came first in every attempt.
    #[error("lost the race for the row {ATTEMPTS} times")]
    Contended,
    /// The log does not hold the version that the hint promised.
    #[error("the log ends at {head}, the hint spoke of {target}")]
    Ahead {
        /// The last version of the log.
        head: Version,
        /// The version that the hint promised.
        target: Version,
    },
}

impl AdvanceError {
    /// The commit at which a fold of this hint stopped, and whether a retry alone can help.
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

/// Advances the row of a stream at least to the version that the hint names.
///
/// It takes the row as this process left it, or reads it; if the stream's first commit came along, it assumes that
/// there is no row. It takes the commits that the row lacks: from the hint if they are the next ones and reach the
/// target, otherwise from the log, strongly consistent. It folds them in order, and writes result and version in one
/// conditional write. A failed condition returns the stored row, so the assumed row only has to be a guess. The rows
/// that lead to the commits are written first: after a crash in between, the next attempt writes them again and finds
/// them in place.
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
            // The guess may be older than the row, never newer: the log was asked for enough.
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
