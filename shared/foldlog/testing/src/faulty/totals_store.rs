//! Totals under the fault model.

use super::fault_model::{Earlier, FaultModel, Late, Meets};
use foldlog::read::generations::{Current, Generations, Registered, Registry};
use foldlog::read::views::{Generation, RowKey, ViewError};
use foldlog::rebuild::{SumScan, SumsPage};
use foldlog::totals::{Amounts, Checkpoint, Entry, Posted, Sums, TotalKey, TotalsStore};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A [`TotalsStore`] in front of which requests and answers are delayed, lost and repeated; clones share it.
#[derive(Clone, Debug)]
pub struct FaultyTotalsStore<R> {
    totals_store: R,
    fault_model: FaultModel,
    late: Late<(Vec<Entry>, Sums)>,
    /// Each checkpoint as an earlier read showed it.
    seen: Earlier<RowKey, Option<Checkpoint>>,
}

impl<R> FaultyTotalsStore<R> {
    /// `totals_store`, under a fault model that other stores share.
    pub fn under(totals_store: R, fault_model: FaultModel) -> Self {
        Self { totals_store, fault_model, late: Late::none(), seen: Earlier::default() }
    }

    /// The totals store behind it.
    pub const fn totals_store(&self) -> &R {
        &self.totals_store
    }
}

impl<R: TotalsStore> FaultyTotalsStore<R> {
    /// Carries out all late requests. From then on nothing fails.
    pub async fn settle(&self) {
        self.fault_model.calm_down();
        for (entries, sums) in self.late.take() {
            drop(self.totals_store.post(&entries, &sums).await);
        }
    }

    /// A late request may arrive before this one.
    async fn land(&self) {
        if let Some((entries, sums)) = self.fault_model.landing(&self.late) {
            drop(self.totals_store.post(&entries, &sums).await);
        }
    }
}

impl<R: TotalsStore> TotalsStore for FaultyTotalsStore<R> {
    async fn checkpoint(&self, place: &RowKey) -> Result<Option<Checkpoint>, ViewError> {
        self.land().await;
        let newest = self.fault_model.read(self.totals_store.checkpoint(place), ViewError::Unavailable).await?;
        Ok(self.fault_model.shown(&self.seen, place.clone(), newest))
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        self.land().await;
        let post = || self.totals_store.post(entries, sums);
        let later = || self.late.add((entries.to_vec(), sums.clone()));
        self.fault_model.write(Meets::Transactions, post, later, ViewError::Unavailable).await
    }

    async fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> Result<BTreeMap<String, Amounts>, ViewError> {
        let rows = self.totals_store.rows(view, generation, partition, names);
        self.fault_model.read(rows, ViewError::Unavailable).await
    }
}

impl<R: Generations> Generations for FaultyTotalsStore<R> {
    async fn registered(&self) -> Result<Registered, ViewError> {
        self.fault_model.read(self.totals_store.registered(), ViewError::Unavailable).await
    }

    async fn register(&self, registry: &Registry, seen: u64) -> Result<bool, ViewError> {
        let register = || self.totals_store.register(registry, seen);
        self.fault_model.write(Meets::Nothing, register, || {}, ViewError::Unavailable).await
    }

    async fn current(&self, view: &str) -> Result<Current, ViewError> {
        self.fault_model.read(self.totals_store.current(view), ViewError::Unavailable).await
    }
}

impl<R: SumScan> SumScan for FaultyTotalsStore<R> {
    async fn sums_page(
        &self,
        view: &'static str,
        after: Option<&(Generation, TotalKey)>,
    ) -> Result<SumsPage, ViewError> {
        self.fault_model.read(self.totals_store.sums_page(view, after), ViewError::Unavailable).await
    }

    async fn remove_sums(
        &self,
        view: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> Result<(), ViewError> {
        let remove = || self.totals_store.remove_sums(view, generation, keys);
        self.fault_model.write(Meets::Nothing, remove, || {}, ViewError::Unavailable).await
    }
}
