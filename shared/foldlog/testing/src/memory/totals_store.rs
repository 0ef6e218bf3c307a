//! Totals in memory.

use super::{MemoryGenerations, PAGE};
use crate::shared::Shared;
use foldlog::delegate_generations;
use foldlog::read::views::{Generation, RowKey, ViewError};
use foldlog::rebuild::{SumScan, SumsPage};
use foldlog::totals::{Amounts, Checkpoint, Entry, Posted, Sums, TotalKey, TotalsStore};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Totals in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryTotalsStore {
    books: Shared<Books>,
    generations: MemoryGenerations,
}

#[derive(Clone, Debug, Default)]
struct Books {
    checkpoints: BTreeMap<RowKey, Checkpoint>,
    sums: BTreeMap<(&'static str, Generation), Sums>,
}

impl MemoryTotalsStore {
    /// Totals with a register of generations that other stores share.
    #[must_use]
    pub fn of(generations: MemoryGenerations) -> Self {
        Self { books: Shared::default(), generations }
    }

    /// The same totals, which go their own way from here, with another register of generations.
    #[must_use]
    pub fn copied(&self, generations: MemoryGenerations) -> Self {
        Self { books: self.books.copied(), generations }
    }

    /// Every row of a view.
    #[must_use]
    pub fn sums(&self, view: &'static str, generation: Generation) -> Sums {
        self.books.with(|books| books.sums.get(&(view, generation)).cloned().unwrap_or_default())
    }
}

delegate_generations!(MemoryTotalsStore, generations);

impl SumScan for MemoryTotalsStore {
    async fn sums_page(
        &self,
        view: &'static str,
        after: Option<&(Generation, TotalKey)>,
    ) -> Result<SumsPage, ViewError> {
        Ok(self.books.with(|books| {
            let of_view = books.sums.iter().filter(|((of, _), _)| *of == view);
            let rows = of_view.flat_map(|((_, generation), sums)| {
                sums.0.iter().map(|(key, amounts)| (*generation, key.clone(), amounts.clone()))
            });
            let behind = |(generation, key, _): &(Generation, TotalKey, Amounts)| {
                after.is_none_or(|after| (generation, key) > (&after.0, &after.1))
            };
            let rows: Vec<_> = rows.filter(behind).take(PAGE).collect();
            let last = rows.last().filter(|_| rows.len() == PAGE);
            let next = last.map(|(generation, key, _)| (*generation, key.clone()));
            SumsPage { rows, next }
        }))
    }

    async fn remove_sums(
        &self,
        view: &'static str,
        generation: Generation,
        keys: &[TotalKey],
    ) -> Result<Vec<TotalKey>, ViewError> {
        self.books.with(|books| {
            if let Some(sums) = books.sums.get_mut(&(view, generation)) {
                sums.0.retain(|key, _| !keys.contains(key));
            }
        });
        Ok(vec![])
    }
}

impl TotalsStore for MemoryTotalsStore {
    async fn checkpoint(&self, place: &RowKey) -> Result<Option<Checkpoint>, ViewError> {
        Ok(self.books.with(|books| books.checkpoints.get(place).cloned()))
    }

    async fn post(&self, entries: &[Entry], sums: &Sums) -> Result<Posted, ViewError> {
        let at = |checkpoint: Option<&Checkpoint>| checkpoint.map(|checkpoint| (checkpoint.version, checkpoint.part));
        Ok(self.books.with(|books| {
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
