//! The one thing that a fold does with a hint, whatever brought it: duplicates, reorderings, gaps, redrives and
//! rebuilds are one code path.

use crate::commit::Commit;
use crate::log::{Consistency, EventLog, LogError};
use crate::projection::{Row, Subscription};
use crate::stream::{StreamName, Version};
use crate::views::{Generation, Place, ViewError, Views};

/// How often a row is read again after another writer came first.
const ATTEMPTS: u32 = 8;

/// Where a row stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// It had reached the version before.
    Already,
    /// It was brought up to this version, at least the one asked for.
    To(Version),
    /// The commit at `version` cannot be folded; the row was brought up to the one before.
    Stuck {
        /// The commit's version.
        version: Version,
        /// Why.
        error: String,
    },
}

/// Why a row could not be advanced. All but a refusal or corruption may pass.
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

/// Brings the row of `stream` at least to version `target`.
///
/// Reads the row's own version; takes the commits it has not seen, from `hinted` where they are the very next ones
/// and reach the target, else from the log, strongly consistent; applies them in order; writes result and version in
/// one conditional write. `hinted` are commits of this stream, in ascending order.
pub async fn advance<L: EventLog, V: Views>(
    log: &L,
    views: &V,
    subscription: &dyn Subscription,
    generation: Generation,
    stream: &StreamName,
    hinted: &[Commit],
    target: Version,
) -> Result<Advanced, AdvanceError> {
    let place = Place { view: subscription.name(), generation, key: subscription.key(stream) };
    let mut consistency = Consistency::Eventual;
    for _ in 0..ATTEMPTS {
        let row = views.row(&place, consistency).await?;
        let seen = row.as_ref().map_or(Version::NONE, |row: &Row| row.version);
        if seen >= target {
            return Ok(Advanced::Already);
        }
        let read;
        let next = if let Some(next) = following(hinted, seen, target) {
            next
        } else {
            read = log.since(stream, seen).await?;
            &read
        };
        let head = next.last().map_or(seen, Commit::last_version);
        if head < target {
            // An eventually consistent row may be older than the log is asked from, never newer.
            return Err(AdvanceError::Ahead { head, target });
        }
        let folded = subscription.fold(row.as_ref(), next);
        if let Some(row) = &folded.row
            && !views.write(&place, row, seen).await?
        {
            consistency = Consistency::Strong;
            continue;
        }
        return Ok(match (folded.failed, folded.row) {
            (Some((version, error)), _) => Advanced::Stuck { version, error },
            (None, row) => Advanced::To(row.map_or(seen, |row| row.version)),
        });
    }
    Err(AdvanceError::Contended)
}

/// The part of `hinted` that follows `seen` without a gap and reaches `target`.
fn following(hinted: &[Commit], seen: Version, target: Version) -> Option<&[Commit]> {
    let start = hinted.iter().position(|commit| commit.version == seen.next())?;
    let next = hinted.get(start..)?;
    let contiguous = next.windows(2).all(|pair| matches!(pair, [one, two] if one.last_version().next() == two.version));
    (contiguous && next.last()?.last_version() >= target).then_some(next)
}
