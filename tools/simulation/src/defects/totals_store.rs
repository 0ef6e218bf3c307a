//! The totals as functions see them. Under a defect, they add without a check.

use super::Defect;
use crate::stores;
use crate::world::World;
use foldlog::ViewError;
use foldlog::read::views::{Generation, RowKey};
use foldlog::rebuild::{SumScan, SumsPage};
use foldlog::totals::{Amounts, Checkpoint, Entry, Posted, Sums, TotalKey};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A process's way to the totals.
#[derive(Clone)]
pub(crate) struct TotalsStore {
    totals_store: stores::TotalsStore,
    unguarded: bool,
}

impl TotalsStore {
    pub(crate) fn new(world: &World) -> Self {
        let unguarded = world.setting.defect == Some(Defect::DeltaUnguarded);
        Self { totals_store: world.stores.totals_store.clone(), unguarded }
    }
}

foldlog::delegate_generations!(TotalsStore, totals_store);

impl SumScan for TotalsStore {
    async fn sums_page(
        &self,
        view: &'static str,
        after: Option<&(Generation, TotalKey)>,
    ) -> Result<SumsPage, ViewError> {
        self.totals_store.sums_page(view, after).await
    }

    async fn remove_sums(
        &self,
        view: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> Result<(), ViewError> {
        self.totals_store.remove_sums(view, generation, keys).await
    }
}

impl foldlog::TotalsStore for TotalsStore {
    async fn checkpoint(&self, place: &RowKey) -> Result<Option<Checkpoint>, ViewError> {
        self.totals_store.checkpoint(place).await
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        let mut entries = entries.to_vec();
        loop {
            match self.totals_store.post(&entries, sums).await? {
                Posted::No(stands) if self.unguarded => {
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
        self.totals_store.rows(view, generation, partition, names).await
    }
}
