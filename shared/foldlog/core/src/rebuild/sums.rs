//! Comparing and sweeping the rows of totals, which belong to no single stream.

use super::sweep::Pauses;
use super::work::{RebuildError, RebuildProgress, Work, WorkProgress};
use crate::ports::{Clock, Randomness};
use crate::read::generations::{Comparison, Generations};
use crate::read::views::{Generation, ViewError};
use crate::totals::{Amounts, TotalKey, TotalsStore};
use futures::{StreamExt, TryStreamExt, stream};
use std::time::Duration;

/// How often rows that differ are read again, and the pause before: orders are added to both generations all the time,
/// to each by itself.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);
/// Rows that have not moved in so many looks differ: nothing is being added to them.
const STILL: u32 = 8;
/// If this many rows differ, they are looked at again before more are read.
const MOST_ASIDE: usize = 1_000;
/// How many rows are read side by side.
const CONCURRENCY: usize = 16;

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

    /// Removes rows for good, and returns the keys of those that the store had no capacity for. Their generation must
    /// not be read or written any longer.
    fn remove_sums(
        &self,
        view: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> impl Future<Output = Result<Vec<TotalKey>, ViewError>> + Send;
}

/// Compares all rows of a new generation with those of the one that is read, and notes the result as the beginning of a
/// part, to which the comparison of the checkpoints is added. If another projection made the rows, it only counts them:
/// their checkpoints show what they have in common. Rows that differ are put aside, and looked at again after one pause
/// for all of them together.
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
    let pairs = SumPairs { totals_store, view, read: sets.read(), new: work.generation };
    let same_fold = sets.all().get(&work.generation).is_some_and(|set| set.schema == sets.schema());
    let (mut found, mut aside, mut after) = (Comparison::default(), Vec::new(), None);
    loop {
        let page = totals_store.sums_page(view, after.as_ref()).await?;
        let of_both = page.rows.into_iter().filter(|(one, ..)| [pairs.read, pairs.new].contains(one));
        let of_both: Vec<_> = of_both.map(|(generation, key, _)| (generation, key)).collect();
        found.rows += of_both.iter().filter(|(generation, _)| *generation == pairs.new).count() as u64;
        if same_fold {
            let keys = of_both.into_iter().map(|(_, key)| Aside { key, looks: 0, still: 0, last: None }).collect();
            aside.extend(pairs.look(keys, &mut found).await?);
        }
        after = page.next;
        while aside.len() >= MOST_ASIDE || (after.is_none() && !aside.is_empty()) {
            host.sleep(PAUSE).await;
            aside = pairs.look(aside, &mut found).await?;
        }
        if after.is_none() {
            let progress = WorkProgress { comparison: found, since, at: host.now(), ..WorkProgress::default() };
            return Ok(generations.note(work, &progress).await?);
        }
    }
}

/// The amounts of one key in both generations.
type Both = (Option<Amounts>, Option<Amounts>);

/// A key whose rows differed.
struct Aside {
    key: TotalKey,
    looks: u32,
    /// For how many looks neither of them has moved.
    still: u32,
    last: Option<Both>,
}

/// The rows of each key in two generations.
struct SumPairs<'a, R> {
    totals_store: &'a R,
    view: &'static str,
    read: Generation,
    new: Generation,
}

impl<R: TotalsStore> SumPairs<'_, R> {
    /// Compares the rows of these keys. Returns those to look at again, and counts those that will not become equal.
    async fn look(&self, keys: Vec<Aside>, found: &mut Comparison) -> Result<Vec<Aside>, RebuildError> {
        let reads: Vec<_> = keys.iter().map(|aside| self.both(aside.key.clone())).collect();
        let both: Vec<Both> = stream::iter(reads).buffered(CONCURRENCY).try_collect().await?;
        let mut left = Vec::new();
        for (aside, both) in keys.into_iter().zip(both) {
            if both.0 == both.1 {
                continue;
            }
            let still = if aside.last.as_ref() == Some(&both) { aside.still + 1 } else { 0 };
            let looks = aside.looks + 1;
            if still < STILL && looks < LOOKS {
                left.push(Aside { looks, still, last: Some(both), ..aside });
                continue;
            }
            let TotalKey { partition, name } = &aside.key;
            found
                .differs(|| format!("{partition}/{name}: {:?} where it is read, {:?} where it is new", both.0, both.1));
        }
        Ok(left)
    }

    async fn both(&self, key: TotalKey) -> Result<Both, ViewError> {
        let row = |generation| row(self.totals_store, self.view, generation, &key);
        futures::try_join!(row(self.read), row(self.new))
    }
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
pub async fn sweep_sums<R: SumScan, H: Clock + Randomness>(
    totals_store: &R,
    view: &'static str,
    host: &H,
    of: Generation,
) -> Result<(), RebuildError> {
    let mut after = None;
    loop {
        let page = totals_store.sums_page(view, after.as_ref()).await?;
        let own = page.rows.into_iter().filter(|(generation, ..)| *generation == of);
        let mut keys: Vec<TotalKey> = own.map(|(_, key, _)| key).collect();
        let mut pauses = Pauses::new();
        while !keys.is_empty() {
            keys = totals_store.remove_sums(view, of, &keys).await?;
            pauses.after(host, keys.len()).await?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
