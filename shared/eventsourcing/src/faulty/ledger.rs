//! Totals under the weather.

use super::weather::{Earlier, Late, Meets, Weather};
use crate::generations::{Current, Generations, Registered, Registry};
use crate::rebuild::{SumScan, SumsPage};
use crate::totals::{Amounts, Checkpoint, Entry, Ledger, Posted, Sums, TotalKey};
use crate::views::{Generation, Place, ViewError};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A [`Ledger`] in front of which requests and answers are delayed, lost and repeated; clones share it.
#[derive(Clone, Debug)]
pub struct FaultyLedger<R> {
    ledger: R,
    weather: Weather,
    late: Late<(Vec<Entry>, Sums)>,
    /// Each checkpoint as an earlier read showed it.
    seen: Earlier<Place, Option<Checkpoint>>,
}

impl<R> FaultyLedger<R> {
    /// `ledger`, under a weather that others share.
    pub fn under(ledger: R, weather: Weather) -> Self {
        Self { ledger, weather, late: Late::none(), seen: Earlier::default() }
    }

    /// The ledger beneath.
    pub const fn ledger(&self) -> &R {
        &self.ledger
    }
}

impl<R: Ledger> FaultyLedger<R> {
    /// Lets all that is late land, and nothing go wrong any more.
    pub async fn settle(&self) {
        self.weather.calm_down();
        for (entries, sums) in self.late.take() {
            drop(self.ledger.post(&entries, &sums).await);
        }
    }

    /// What is late may land before a request.
    async fn land(&self) {
        if let Some((entries, sums)) = self.weather.landing(&self.late) {
            drop(self.ledger.post(&entries, &sums).await);
        }
    }
}

impl<R: Ledger> Ledger for FaultyLedger<R> {
    async fn checkpoint(&self, place: &Place) -> Result<Option<Checkpoint>, ViewError> {
        self.land().await;
        let newest = self.weather.read(self.ledger.checkpoint(place), ViewError::Unavailable).await?;
        Ok(self.weather.shown(&self.seen, place.clone(), newest))
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        self.land().await;
        let post = || self.ledger.post(entries, sums);
        let later = || self.late.add((entries.to_vec(), sums.clone()));
        self.weather.write(Meets::Transactions, post, later, ViewError::Unavailable).await
    }

    async fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> Result<BTreeMap<String, Amounts>, ViewError> {
        let rows = self.ledger.rows(view, generation, partition, names);
        self.weather.read(rows, ViewError::Unavailable).await
    }
}

impl<R: Generations> Generations for FaultyLedger<R> {
    async fn registered(&self) -> Result<Registered, ViewError> {
        self.weather.read(self.ledger.registered(), ViewError::Unavailable).await
    }

    async fn register(&self, registry: &Registry, seen: u64) -> Result<bool, ViewError> {
        let register = || self.ledger.register(registry, seen);
        self.weather.write(Meets::Nobody, register, || {}, ViewError::Unavailable).await
    }

    async fn current(&self, view: &str) -> Result<Current, ViewError> {
        self.weather.read(self.ledger.current(view), ViewError::Unavailable).await
    }
}

impl<R: SumScan> SumScan for FaultyLedger<R> {
    async fn sums_page(
        &self,
        view: &'static str,
        after: Option<&(Generation, TotalKey)>,
    ) -> Result<SumsPage, ViewError> {
        self.weather.read(self.ledger.sums_page(view, after), ViewError::Unavailable).await
    }

    async fn remove_sums(
        &self,
        view: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> Result<(), ViewError> {
        let remove = || self.ledger.remove_sums(view, generation, keys);
        self.weather.write(Meets::Nobody, remove, || {}, ViewError::Unavailable).await
    }
}
