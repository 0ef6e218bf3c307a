//! Comparing and sweeping the rows of totals, which belong to no single stream.

use super::work::{RebuildError, RebuildProgress, Work, WorkProgress};
use crate::ports::Clock;
use crate::read::generations::{Comparison, Generations};
use crate::read::views::{Generation, ViewError};
use crate::totals::{Amounts, TotalKey, TotalsStore};
use std::time::Duration;

/// How often rows that differ are read again, and the pause between two reads: orders are added to both generations all
/// the time, to each by itself.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// A page of totals' rows, as they are found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SumsPage {
    /// The rows of all generations, in no order.
    pub rows: Vec<(Generation, TotalKey, Amounts)>,
    /// Where the next page begins; none after the last one.
    pub next: Option<(Generation, TotalKey)>,
}

/// The rows of totals as a whole, of all their generations. All reads are strongly consistent.
pub trait SumScan: Send + Sync {
    /// The page after a row, or the first one.
    fn sums_page(
        &self,
        view: &'static str,
        after: Option<&(Generation, TotalKey)>,
    ) -> impl Future<Output = Result<SumsPage, ViewError>> + Send;

    /// Removes rows for good. Their generation must not be read or written any longer.
    fn remove_sums(
        &self,
        view: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> impl Future<Output = Result<(), ViewError>> + Send;
}

/// Compares all rows of a new generation with those of the one that is read, and notes the result as the beginning of a
/// part, to which the comparison of the checkpoints is added. If another projection made the rows, it only counts them:
/// their checkpoints show what they have in common.
pub async fn compare_sums<R: TotalsStore + SumScan, G: Generations + RebuildProgress, H: Clock>(
    totals_store: &R,
    view: &'static str,
    generations: &G,
    host: &H,
    work: &Work,
) -> Result<(), RebuildError> {
    let since = host.now();
    let registered = generations.registered().await?;
    let Some(sets) = registered.registry.sets(view) else { return Ok(()) };
    let read = sets.read();
    let same_fold = sets.all().get(&work.generation).is_some_and(|set| set.schema == sets.schema());
    let (mut found, mut after) = (Comparison::default(), None);
    loop {
        let page = totals_store.sums_page(view, after.as_ref()).await?;
        for (generation, key, _) in page.rows {
            found.rows += u64::from(generation == work.generation);
            if same_fold && (generation == read || generation == work.generation) {
                compare_row(totals_store, view, host, (read, work.generation), &key, &mut found).await?;
            }
        }
        after = page.next;
        if after.is_none() {
            let progress = WorkProgress { comparison: found, since, at: host.now(), ..WorkProgress::default() };
            return Ok(generations.note(work, &progress).await?);
        }
    }
}

/// Compares the rows of one key until they are equal or the attempts are used up.
async fn compare_row<R: TotalsStore, H: Clock>(
    totals_store: &R,
    view: &'static str,
    host: &H,
    (read, new): (Generation, Generation),
    key: &TotalKey,
    found: &mut Comparison,
) -> Result<(), RebuildError> {
    for look in 1..=LOOKS {
        let (one, other) = futures::try_join!(row(totals_store, view, read, key), row(totals_store, view, new, key))?;
        if one == other {
            break;
        }
        if look == LOOKS {
            let TotalKey { partition, name } = key;
            found.differs(|| format!("{partition}/{name}: {one:?} where it is read, {other:?} where it is new"));
        } else {
            host.sleep(PAUSE).await;
        }
    }
    Ok(())
}

async fn row<R: TotalsStore>(
    totals_store: &R,
    view: &'static str,
    generation: Generation,
    TotalKey { partition, name }: &TotalKey,
) -> Result<Option<Amounts>, ViewError> {
    Ok(totals_store.rows(view, generation, partition, name..=name).await?.remove(name))
}

/// Removes all rows of a generation.
pub async fn sweep_sums<R: SumScan>(totals_store: &R, view: &'static str, of: Generation) -> Result<(), RebuildError> {
    let mut after = None;
    loop {
        let page = totals_store.sums_page(view, after.as_ref()).await?;
        let own = page.rows.into_iter().filter(|(generation, ..)| *generation == of);
        let keys: Vec<TotalKey> = own.map(|(_, key, _)| key).collect();
        totals_store.remove_sums(view, of, &keys).await?;
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
