//! Advancing a row: the one thing that a projection does with a hint. Duplicates, reorderings, gaps, redrives and
//! rebuilds share this code path.
//!
//! A row that is far behind is brought up in steps. Each step reads one answer of the log and writes the row, so it takes
//! bounded memory, and a process that is killed after it has lost nothing. [`Reach`] says how many steps one attempt takes.

use crate::read::parked::Class;
use crate::read::projection::{Row, Subscription};
use crate::read::rows::Rows;
use crate::read::views::{Generation, RowKey, ViewError, Views, Written};
use crate::stream::{StreamName, Version};
use crate::time::Timestamp;
use crate::write::commit::Commit;
use crate::write::log::{Consistency, EventLog, LogError};

/// How often a row is folded again after another writer came first.
pub(crate) const ATTEMPTS: u32 = 8;
/// How many steps a live hint takes at most: 4 MB of commits. A row that lacks more is noted, and brought up in the
/// background, so that the other streams of the batch do not wait for it.
pub(crate) const LIVE_STEPS: u32 = 4;

/// How far an attempt goes for commits that the hint did not bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Not at all: a row that lacks more is left alone.
    Hint,
    /// At most so many reads of the log.
    Steps(u32),
}

impl Reach {
    /// As far as it takes.
    pub(crate) const WHOLE: Self = Self::Steps(u32::MAX);
}

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
    /// The row lacks more than the attempt was to read. It was advanced to this version.
    Behind(Version),
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
            Self::View(ViewError::Damaged(_)) => (hint.target, Class::Permanent),
            Self::Log(LogError::Unavailable(_) | LogError::Denied(_) | LogError::TooLong { .. })
            | Self::View(ViewError::Unavailable(_) | ViewError::Unusable(_))
            | Self::Contended => (hint.target, Class::Transient),
        }
    }
}

/// Advances the row of a stream at least to the version that the hint names.
///
/// It takes the row as this process left it, or reads it; if the stream's first commit came along, it assumes that
/// there is no row. It takes the commits that the row lacks: from the hint if they are the next ones and reach the
/// target, otherwise from the log, strongly consistent and step by step. It folds them in order, and writes result and
/// version in one conditional write. A failed condition returns the stored row, so the assumed row only has to be a
/// guess. The rows that lead to the commits are written first: after a crash in between, the next attempt writes them
/// again and finds them in place.
pub async fn advance<L: EventLog, V: Views>(
    log: &L,
    views: &V,
    rows: &Rows,
    subscription: &dyn Subscription,
    generation: Generation,
    hint: &Hint,
) -> Result<Advanced, AdvanceError> {
    advance_within(log, views, rows, subscription, generation, hint, Reach::WHOLE).await
}

/// Advances the row as far as the attempt reaches.
pub(crate) async fn advance_within<L: EventLog, V: Views>(
    log: &L,
    views: &V,
    rows: &Rows,
    subscription: &dyn Subscription,
    generation: Generation,
    hint: &Hint,
    reach: Reach,
) -> Result<Advanced, AdvanceError> {
    let place = RowKey { view: subscription.name(), generation, key: subscription.key(&hint.stream) };
    let (mut row, mut is_guess) = match (rows.take(&place), reach) {
        (Some(row), _) => (Some(row), true),
        (None, _) if hint.begins() => (None, true),
        (None, Reach::Hint) => (views.row(&place, Consistency::Strong).await?, false),
        (None, Reach::Steps(_)) => (views.row(&place, Consistency::Eventual).await?, true),
    };
    let (mut steps, mut lost, mut done) = (0, 0, None);
    loop {
        let seen = row.as_ref().map_or(Version::NONE, |row: &Row| row.version);
        if seen >= hint.target {
            rows.keep(&place, row);
            return Ok(done.map_or(Advanced::Already, Advanced::To));
        }
        let read;
        let (next, repaired) = match (hint.following(seen), reach) {
            (Some(next), _) => (next, false),
            (None, Reach::Hint) if is_guess => {
                (row, is_guess) = (views.row(&place, Consistency::Strong).await?, false);
                continue;
            }
            (None, Reach::Steps(most)) if steps < most => {
                steps += 1;
                let page = log.page_since(&hint.stream, seen).await?;
                let head = page.commits.last().map_or(seen, Commit::last_version);
                if head < hint.target && (!page.more || page.commits.is_empty()) {
                    // The guess may be older than the row, never newer: the log was asked for enough.
                    return Err(AdvanceError::Ahead { head, target: hint.target });
                }
                read = page.commits;
                (&*read, hint.brings_commits())
            }
            (None, Reach::Hint | Reach::Steps(_)) => {
                rows.keep(&place, row);
                return Ok(Advanced::Behind(seen));
            }
        };
        let folded = subscription.fold(row.as_ref(), next);
        if let Some(folded) = &folded.row {
            let taken = next.iter().take_while(|commit| commit.last_version() <= folded.version).count();
            let taken = next.get(..taken).unwrap_or_default();
            views.write_links(&place, &subscription.pointers(row.as_ref(), taken)).await?;
            if let Written::No(stands) = views.write(&place, folded, seen).await? {
                lost += 1;
                if lost == ATTEMPTS {
                    return Err(AdvanceError::Contended);
                }
                (row, is_guess) = (stands, false);
                continue;
            }
            lost = 0;
            done = Some(RowAdvance::behind(done.as_ref(), folded.version, taken, repaired));
        }
        let is_stuck = folded.failed.is_some() || folded.row.is_none();
        row = folded.row.or(row);
        if is_stuck {
            rows.keep(&place, row);
            return Ok(match folded.failed {
                Some((version, error)) => Advanced::Stuck { version, error },
                None => Advanced::Already,
            });
        }
    }
}

impl RowAdvance {
    /// What was done before, and one more write that folded these commits in.
    fn behind(before: Option<&Self>, version: Version, commits: &[Commit], repaired: bool) -> Self {
        let newest = commits.iter().map(|commit| commit.committed_at).max().unwrap_or_default();
        Self {
            version,
            commits: before.map_or(0, |before| before.commits) + commits.len(),
            committed_at: before.map_or(newest, |before| before.committed_at.max(newest)),
            repaired: repaired || before.is_some_and(|before| before.repaired),
        }
    }
}
