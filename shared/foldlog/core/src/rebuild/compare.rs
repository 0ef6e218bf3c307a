//! Comparing a new generation with the one that is read, row by row.
//!
//! Both are written meanwhile, each by itself. So two rows are compared when they are at the same version.
//!
//! - **The new row is behind**: it was left to the rebuild by a live commit ([`crate::read::engine`] says when), or one
//!   is on its way. It is brought up to the other one from the log, in steps, and then compared.
//! - **The row that is read is behind or missing**: a live commit is on its way to it, or it was lost. Such pairs are
//!   put aside, and looked at again after one pause for all of them together. What has not moved by then, and lacks a
//!   commit that is older than any delivery takes, is a difference.
//!
//! **All work is bounded.** A page of rows takes a few requests for many rows each, whatever is damaged. The pairs that
//! were put aside are kept with the progress, so a run that ends leaves nothing to be done again. A pair is looked at at
//! most `LOOKS` times, together with a thousand others, or as long as each look brings its new row on.

use super::pairs::{Pairs, RowSource, Seen, Verdict};
use super::work::{PartRun, RebuildError, RebuildProgress, ResumePoint, Work};
use crate::ports::Clock;
use crate::read::generations::Generations;
use crate::read::views::{ViewScan, Views};
use std::time::Duration;

/// The pause before pairs are looked at again.
const PAUSE: Duration = Duration::from_millis(250);
/// If this many pairs are put aside, they are looked at again before more rows are read: they are kept in one item.
const MOST_ASIDE: usize = 1_000;

/// Compares a part until the time budget ends, and returns whether it is done. If another projection made the rows, it
/// compares only which rows exist and up to which version they are folded.
pub async fn compare<V: Views + ViewScan, S: RowSource, G: Generations + RebuildProgress, H: Clock>(
    views: &V,
    view: &'static str,
    source: &S,
    generations: &G,
    host: &H,
    work: &Work,
    budget: Duration,
) -> Result<bool, RebuildError> {
    let Some(mut shift) = PartRun::begin(generations, host, work, budget).await? else { return Ok(true) };
    let registered = generations.registered().await?;
    let Some(sets) = registered.registry.sets(view) else { return Ok(true) };
    let same_fold = sets.all().get(&work.generation).is_some_and(|set| set.schema == sets.schema());
    let pairs = Pairs { views, source, host, view, read: sets.read(), new: work.generation, same_fold };
    loop {
        let after = match &shift.progress.after {
            Some(ResumePoint::Settling) => break,
            Some(ResumePoint::View(key)) => Some(key.as_str()),
            Some(ResumePoint::Log(_)) | None => None,
        };
        let page = views.page(view, (work.part, work.of), after).await?;
        let (read, next) = (page.rows.len(), page.next);
        let seen = pairs.found(page.rows, &mut shift.progress.comparison);
        take_in(&mut shift, pairs.look(seen).await?);
        while shift.progress.unsettled.len() >= MOST_ASIDE {
            look_again(&pairs, &mut shift).await?;
        }
        let next = match next {
            Some(key) => Some(ResumePoint::View(key)),
            None if shift.progress.unsettled.is_empty() => None,
            None => Some(ResumePoint::Settling),
        };
        if !shift.reached(read, next).await? {
            return Ok(shift.progress.done);
        }
    }
    loop {
        look_again(&pairs, &mut shift).await?;
        let next = Some(ResumePoint::Settling).filter(|_| !shift.progress.unsettled.is_empty());
        if !shift.reached(0, next).await? {
            return Ok(shift.progress.done);
        }
    }
}

/// Looks again at the pairs that were put aside, after a pause for all of them together.
async fn look_again<V: Views, S: RowSource, G: Generations + RebuildProgress, H: Clock>(
    pairs: &Pairs<'_, V, S, H>,
    shift: &mut PartRun<'_, G, H>,
) -> Result<(), RebuildError> {
    pairs.host.sleep(PAUSE).await;
    let aside = shift.progress.unsettled.iter().cloned().map(Seen::again).collect();
    let verdicts = pairs.look(aside).await?;
    shift.progress.unsettled.clear();
    take_in(shift, verdicts);
    Ok(())
}

/// Counts what is settled, and puts the rest aside.
fn take_in<G, H>(shift: &mut PartRun<'_, G, H>, verdicts: Vec<Verdict>) {
    for verdict in verdicts {
        match verdict {
            Verdict::Settled(found) => shift.progress.comparison.add(found),
            Verdict::Aside(pair) => shift.progress.unsettled.push(pair),
        }
    }
}
