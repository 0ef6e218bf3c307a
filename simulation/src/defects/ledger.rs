//! The totals as functions see them; under a defect, ones that add without looking.

use super::Defect;
use crate::stores;
use crate::world::World;
use eventsourcing::ViewError;
use eventsourcing::rebuild::{SumScan, SumsPage};
use eventsourcing::totals::{Amounts, Checkpoint, Entry, Posted, Sums, TotalKey};
use eventsourcing::views::{Generation, Place};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A process's way to the totals.
#[derive(Clone)]
pub(crate) struct Ledger {
    ledger: stores::Ledger,
    unguarded: bool,
}

impl Ledger {
    pub(crate) fn new(world: &World) -> Self {
        let unguarded = world.setting.defect == Some(Defect::DeltaUnguarded);
        Self { ledger: world.stores.ledger.clone(), unguarded }
    }
}

eventsourcing::delegate_generations!(Ledger, ledger);

impl SumScan for Ledger {
    async fn sums_page(
        &self,
        view: &'static str,
        after: Option<&(Generation, TotalKey)>,
    ) -> Result<SumsPage, ViewError> {
        self.ledger.sums_page(view, after).await
    }

    async fn remove_sums(
        &self,
        view: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> Result<(), ViewError> {
        self.ledger.remove_sums(view, generation, keys).await
    }
}

impl eventsourcing::Ledger for Ledger {
    async fn checkpoint(&self, place: &Place) -> Result<Option<Checkpoint>, ViewError> {
        self.ledger.checkpoint(place).await
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        let mut entries = entries.to_vec();
        loop {
            match self.ledger.post(&entries, sums).await? {
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
        self.ledger.rows(view, generation, partition, names).await
    }
}
