//! How much of a stream one transaction takes.

use super::fold::TotalsFold;
use super::port::{Checkpoint, MOST_ITEMS, Sums};
use crate::hash::Hash;
use crate::stream::Version;
use crate::write::commit::Commit;

/// The rows that fit beside one checkpoint.
const MOST_ROWS: usize = MOST_ITEMS - 1;

/// The share of a stream in one transaction.
pub(super) struct Step {
    pub(super) checkpoint: Checkpoint,
    pub(super) sums: Sums,
    /// How many commits it completes.
    pub(super) commits: usize,
}

/// The next transaction of a stream; none if nothing is left. An error if even the first commit cannot be understood:
/// its version, and the reason.
pub(super) fn step(
    fold: &dyn TotalsFold,
    seen: Option<&Checkpoint>,
    commits: &[Commit],
) -> Result<Option<Step>, (Version, String)> {
    let mut taken: Option<Step> = None;
    for commit in commits {
        let loaded = taken.as_ref().map(|step| &step.checkpoint).or(seen);
        let (checkpoint, sums) = match fold.fold(loaded, commit) {
            Ok(folded) => folded,
            Err(_) if taken.is_some() => break,
            Err(error) => return Err((commit.version, error)),
        };
        let Some(before) = &taken else {
            let step = part(seen, checkpoint, sums);
            if step.commits == 0 {
                return Ok(Some(step));
            }
            taken = Some(step);
            continue;
        };
        let mut together = before.sums.clone();
        together.merge(sums);
        if together.0.len() > MOST_ROWS {
            break;
        }
        taken = Some(Step { checkpoint, sums: together, commits: before.commits + 1 });
    }
    Ok(taken)
}

/// The part of a commit's sums that is added next, as far as it fits into a transaction. The last part completes the
/// commit. The commit alone determines in which part a row is.
fn part(seen: Option<&Checkpoint>, complete: Checkpoint, sums: Sums) -> Step {
    let added = seen.map_or(0, |seen| seen.part);
    let mut rest = sums.0.into_iter().skip(MOST_ROWS * added as usize);
    let sums = Sums(rest.by_ref().take(MOST_ROWS).collect());
    if rest.next().is_none() {
        return Step { checkpoint: complete, sums, commits: 1 };
    }
    let before = seen.cloned().unwrap_or(Checkpoint {
        document: "null".to_owned(),
        version: Version::NONE,
        part: 0,
        hash: Hash::ORIGIN,
    });
    Step { checkpoint: Checkpoint { part: added + 1, ..before }, sums, commits: 0 }
}

/// What the first `parts` parts of a commit's sums add.
pub(crate) fn first_parts(sums: Sums, parts: u32) -> Sums {
    Sums(sums.0.into_iter().take(MOST_ROWS * parts as usize).collect())
}
