//! Totals under the fault model.

use super::fault_model::{Earlier, Meets};
use super::store::{Faulty, LateWrite};
use foldlog::read::views::{Generation, RowKey, ViewError};
use foldlog::rebuild::{SumScan, SumsPage};
use foldlog::totals::{Amounts, Checkpoint, Entry, Posted, Sums, TotalKey, TotalsStore};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A [`TotalsStore`] in front of which requests and answers are delayed, lost and repeated; clones share it.
pub type FaultyTotalsStore<R> = Faulty<R, (Vec<Entry>, Sums), Checkpoints>;

/// What a [`FaultyTotalsStore`] knows besides the store.
#[derive(Clone, Default)]
pub struct Checkpoints {
    /// Each checkpoint as an earlier read showed it.
    seen: Earlier<RowKey, Option<Checkpoint>>,
    unguarded: bool,
}

impl<R> FaultyTotalsStore<R> {
    /// The same totals. If it is `unguarded`, it adds what it was given also to checkpoints that moved: a mistake that a
    /// test must find.
    #[must_use]
    pub fn unguarded(mut self, unguarded: bool) -> Self {
        self.earlier.unguarded = unguarded;
        self
    }
}

impl<R: TotalsStore> LateWrite<R> for (Vec<Entry>, Sums) {
    async fn land(self, totals_store: &R) {
        drop(totals_store.post(&self.0, &self.1).await);
    }
}

impl<R: TotalsStore> TotalsStore for FaultyTotalsStore<R> {
    async fn checkpoint(&self, place: &RowKey) -> Result<Option<Checkpoint>, ViewError> {
        self.land().await;
        let newest = self.fault_model.read(self.store.checkpoint(place), ViewError::Unavailable).await?;
        Ok(self.fault_model.shown(&self.earlier.seen, place.clone(), newest))
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        let mut entries = entries.to_vec();
        loop {
            self.land().await;
            let post = || self.store.post(&entries, sums);
            let later = || self.later((entries.clone(), sums.clone()));
            match self.fault_model.write(Meets::Transactions, post, later, ViewError::Unavailable).await? {
                Posted::No(stands) if self.earlier.unguarded => {
                    for (entry, stands) in entries.iter_mut().zip(stands) {
                        entry.seen = stands;
                    }
                }
                posted @ (Posted::Yes | Posted::No(_) | Posted::Busy) => return Ok(posted),
            }
        }
    }

    async fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> Result<BTreeMap<String, Amounts>, ViewError> {
        let rows = self.store.rows(view, generation, partition, names);
        self.fault_model.read(rows, ViewError::Unavailable).await
    }
}

impl<R: SumScan> SumScan for FaultyTotalsStore<R> {
    async fn sums_page(
        &self,
        view: &'static str,
        after: Option<&(Generation, TotalKey)>,
    ) -> Result<SumsPage, ViewError> {
        self.fault_model.read(self.store.sums_page(view, after), ViewError::Unavailable).await
    }

    async fn remove_sums(
        &self,
        view: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> Result<Vec<TotalKey>, ViewError> {
        let (keys, left) = keys.split_at(self.fault_model.taken(keys.len()));
        let remove = || self.store.remove_sums(view, generation, keys);
        let mut unremoved = self.fault_model.write(Meets::Nothing, remove, || {}, ViewError::Unavailable).await?;
        unremoved.extend_from_slice(left);
        Ok(unremoved)
    }
}
