//! The read models' rows in memory.

use super::{MemoryGenerations, PAGE};
use crate::shared::Shared;
use foldlog::read::views::{Found, Generation, RowKey, RowPage};
use foldlog::{
    Consistency, Direction, Lookup, Lookups, Row, Version, ViewError, ViewScan, Views, Written, delegate_generations,
    delegate_rebuild_progress,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// The error about a damaged row.
pub const DAMAGED: &str = "the item is no row";

/// Rows in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryViews {
    rows: Shared<Rows>,
    damaged: Shared<BTreeSet<RowKey>>,
    generations: MemoryGenerations,
}

/// By view, generation and key.
type Rows = BTreeMap<&'static str, BTreeMap<Generation, BTreeMap<String, Row>>>;

impl MemoryViews {
    /// The rows, with a register of generations that other stores share.
    #[must_use]
    pub fn of(generations: MemoryGenerations) -> Self {
        Self { generations, ..Self::default() }
    }

    /// The same rows, which go their own way from here, with another register of generations.
    #[must_use]
    pub fn copied(&self, generations: MemoryGenerations) -> Self {
        Self { rows: self.rows.copied(), damaged: self.damaged.copied(), generations }
    }

    /// The keys of all rows of all views.
    #[must_use]
    pub fn row_keys(&self) -> Vec<RowKey> {
        self.rows.with(|rows| {
            let sets = rows.iter().flat_map(|(view, sets)| sets.iter().map(move |(set, rows)| (view, set, rows)));
            let places = sets.flat_map(|(view, generation, rows)| {
                rows.keys().map(|key| RowKey { view, generation: *generation, key: key.clone() })
            });
            places.collect()
        })
    }

    /// Damages a row: what stands in its place is no row.
    pub fn damage(&self, place: RowKey) {
        self.damaged.lock().insert(place);
    }

    /// Puts every damaged row back as it was.
    pub fn repair(&self) {
        self.damaged.lock().clear();
    }

    fn whole(&self, place: &RowKey) -> Result<(), ViewError> {
        let damaged = self.damaged.lock().contains(place);
        if damaged { Err(ViewError::Damaged(DAMAGED.to_owned())) } else { Ok(()) }
    }
}

delegate_generations!(MemoryViews, generations);
delegate_rebuild_progress!(MemoryViews, generations);

impl ViewScan for MemoryViews {
    async fn page(&self, view: &str, (part, of): (u32, u32), after: Option<&str>) -> Result<RowPage, ViewError> {
        let within = |key: &str| key.bytes().map(u32::from).sum::<u32>() % of.max(1) == part;
        Ok(self.rows.with(|rows| {
            let mut found: BTreeMap<(&str, Generation), &Row> = BTreeMap::new();
            let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
            for (generation, rows) in rows.get(view).into_iter().flatten() {
                let behind = rows.range::<str, _>((begin, Bound::Unbounded)).filter(|(key, _)| within(key));
                // No page has more of one generation, and one key more tells that there is another page.
                found.extend(behind.take(PAGE + 1).map(|(key, row)| ((key.as_str(), *generation), row)));
            }
            let mut page = RowPage { rows: Vec::new(), next: None };
            for ((key, generation), row) in found {
                let last = page.rows.last().map(|(_, key, _): &Found| key.clone());
                if page.rows.len() >= PAGE && last.as_deref() != Some(key) {
                    page.next = last;
                    break;
                }
                page.rows.push((generation, key.to_owned(), Ok(read_back(row))));
            }
            page
        }))
    }

    async fn remove(&self, view: &str, generation: Generation, keys: &[String]) -> Result<Vec<String>, ViewError> {
        self.rows.with(|rows| {
            if let Some(rows) = rows.get_mut(view).and_then(|generations| generations.get_mut(&generation)) {
                rows.retain(|key, _| !keys.contains(key));
            }
        });
        Ok(vec![])
    }
}

/// A row as a reader gets it, without its index attributes: they follow from the document.
fn read_back(row: &Row) -> Row {
    Row { index: BTreeMap::new(), ..row.clone() }
}

impl Views for MemoryViews {
    async fn row(&self, place: &RowKey, _: Consistency) -> Result<Option<Row>, ViewError> {
        self.whole(place)?;
        Ok(self.rows.with(|rows| rows.get(place.view)?.get(&place.generation)?.get(&place.key).map(read_back)))
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
        self.whole(place)?;
        Ok(self.rows.with(|rows| {
            let rows = rows.entry(place.view).or_default().entry(place.generation).or_default();
            let stands = rows.get(&place.key).map(read_back);
            if stands.as_ref().map_or(Version::NONE, |row| row.version) != seen {
                return Written::No(stands);
            }
            rows.insert(place.key.clone(), row.clone());
            Written::Yes
        }))
    }
}

impl MemoryViews {
    /// Calls `take` with the sort keys, keys and rows of a lookup, in its order.
    fn found<T>(&self, lookup: &Lookup<'_>, take: impl Fn(&String, &String, &Row) -> T) -> Vec<T> {
        let (partition, value) = lookup.partition;
        let within = |sort: &str| match lookup.direction {
            Direction::Ascending => {
                lookup.from.is_none_or(|from| sort > from) && lookup.until.is_none_or(|until| sort <= until)
            }
            Direction::Descending => {
                lookup.from.is_none_or(|from| sort < from) && lookup.until.is_none_or(|until| sort >= until)
            }
        };
        self.rows.with(|rows| {
            let of_view = rows.get(lookup.view).and_then(|generations| generations.get(&lookup.generation));
            let of_partition = of_view.into_iter().flatten().filter(|(_, row)| {
                let own = row.index.get(partition);
                own.is_some_and(|own| own == value)
            });
            let mut found: Vec<_> = of_partition
                .filter_map(|(key, row)| Some((row.index.get(lookup.sort)?, key, row)))
                .filter(|(sort, ..)| within(sort))
                .collect();
            found.sort_by_key(|(sort, key, _)| (*sort, *key));
            if lookup.direction == Direction::Descending {
                found.reverse();
            }
            let rows = found.into_iter().take(lookup.limit);
            rows.map(|(sort, key, row)| take(sort, key, row)).collect()
        })
    }
}

impl Lookups for MemoryViews {
    async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        Ok(self.found(lookup, |_, key, row| (key.clone(), read_back(row))))
    }

    async fn keys(&self, lookup: &Lookup<'_>) -> Result<Vec<String>, ViewError> {
        Ok(self.found(lookup, |_, key, _| key.clone()))
    }

    async fn places(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, String)>, ViewError> {
        Ok(self.found(lookup, |sort, key, _| (sort.clone(), key.clone())))
    }
}
