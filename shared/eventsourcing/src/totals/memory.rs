//! Totals in memory: for tests and simulations, held to the same contract as those on DynamoDB.

use super::{Amounts, Checkpoint, Entry, Ledger, Posted, Sums, TotalKey};
use crate::views::{Generation, Place, ViewError};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

/// Totals in memory; clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryLedger(Arc<Mutex<Books>>);

#[derive(Debug, Default)]
struct Books {
    checkpoints: BTreeMap<Place, Checkpoint>,
    sums: BTreeMap<(&'static str, Generation), Sums>,
}

impl MemoryLedger {
    fn with<T>(&self, read: impl FnOnce(&mut Books) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every row of a view.
    #[must_use]
    pub fn sums(&self, view: &'static str, generation: Generation) -> Sums {
        self.with(|books| books.sums.get(&(view, generation)).cloned().unwrap_or_default())
    }
}

impl Ledger for MemoryLedger {
    async fn checkpoint(&self, place: &Place) -> Result<Option<Checkpoint>, ViewError> {
        Ok(self.with(|books| books.checkpoints.get(place).cloned()))
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        let at = |checkpoint: Option<&Checkpoint>| checkpoint.map(|checkpoint| (checkpoint.version, checkpoint.part));
        Ok(self.with(|books| {
            let stands: Vec<_> = entries.iter().map(|entry| books.checkpoints.get(&entry.place).cloned()).collect();
            if entries.iter().zip(&stands).any(|(entry, stands)| at(entry.seen.as_ref()) != at(stands.as_ref())) {
                return Posted::No(stands);
            }
            for entry in entries {
                books.checkpoints.insert(entry.place.clone(), entry.next.clone());
            }
            if let Some(Entry { place, .. }) = entries.first() {
                books.sums.entry((place.view, place.generation)).or_default().merge(sums.clone());
            }
            Posted::Yes
        }))
    }

    async fn rows(
        &self,
        view: &'static str,
        generation: Generation,
        partition: &str,
        names: RangeInclusive<&str>,
    ) -> Result<BTreeMap<String, Amounts>, ViewError> {
        let rows = self
            .sums(view, generation)
            .0
            .into_iter()
            .filter(|(key, _)| key.partition == partition && names.contains(&key.name.as_str()));
        Ok(rows.map(|(TotalKey { name, .. }, amounts)| (name, amounts)).collect())
    }
}
