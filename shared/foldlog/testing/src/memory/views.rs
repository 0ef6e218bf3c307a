//! The read models' rows in memory.

use super::{MemoryGenerations, PAGE};
use crate::shared::Shared;
use foldlog::read::views::{Found, Generation, RowKey, RowPage};
use foldlog::{
    Consistency, Direction, Lookup, Lookups, Row, Version, ViewError, ViewScan, Views, Written, delegate_generations,
    delegate_rebuild_progress,
};
use std::collections::BTreeMap;

/// Rows in memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryViews {
    rows: Shared<Rows>,
    generations: MemoryGenerations,
}

/// By view, generation and key.
type Rows = BTreeMap<&'static str, BTreeMap<Generation, BTreeMap<String, Row>>>;

impl MemoryViews {
    /// The rows, with a register of generations that other stores share.
    #[must_use]
    pub fn of(generations: MemoryGenerations) -> Self {
        Self { rows: Shared::default(), generations }
    }
}

delegate_generations!(MemoryViews, generations);
delegate_rebuild_progress!(MemoryViews, generations);

impl ViewScan for MemoryViews {
    async fn page(&self, view: &str, (part, of): (u32, u32), after: Option<&str>) -> Result<RowPage, ViewError> {
        let within = |key: &str| key.bytes().map(u32::from).sum::<u32>() % of.max(1) == part;
        Ok(self.rows.with(|rows| {
            let mut found: BTreeMap<(&str, Generation), &Row> = BTreeMap::new();
            for (generation, rows) in rows.get(view).into_iter().flatten() {
                found.extend(rows.iter().map(|(key, row)| ((key.as_str(), *generation), row)));
            }
            let behind =
                found.into_iter().filter(|((key, _), _)| within(key) && after.is_none_or(|after| *key > after));
            let mut page = RowPage { rows: Vec::new(), next: None };
            for ((key, generation), row) in behind {
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

    async fn remove(&self, view: &str, generation: Generation, keys: &[String]) -> Result<(), ViewError> {
        self.rows.with(|rows| {
            if let Some(rows) = rows.get_mut(view).and_then(|generations| generations.get_mut(&generation)) {
                rows.retain(|key, _| !keys.contains(key));
            }
        });
        Ok(())
    }
}

/// A row as a reader gets it, without its index attributes: they follow from the document.
fn read_back(row: &Row) -> Row {
    Row { index: BTreeMap::new(), ..row.clone() }
}

impl Views for MemoryViews {
    async fn row(&self, place: &RowKey, _: Consistency) -> Result<Option<Row>, ViewError> {
        Ok(self.rows.with(|rows| rows.get(place.view)?.get(&place.generation)?.get(&place.key).map(read_back)))
    }

    async fn write(&self, place: &RowKey, row: &Row, seen: Version) -> Result<Written, ViewError> {
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
    /// Calls `take` with the keys and rows of a lookup, in its order.
    fn found<T>(&self, lookup: &Lookup<'_>, take: impl Fn(&String, &Row) -> T) -> Vec<T> {
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
            rows.map(|(_, key, row)| take(key, row)).collect()
        })
    }
}

impl Lookups for MemoryViews {
    async fn query(&self, lookup: &Lookup<'_>) -> Result<Vec<(String, Row)>, ViewError> {
        Ok(self.found(lookup, |key, row| (key.clone(), read_back(row))))
    }

    async fn keys(&self, lookup: &Lookup<'_>) -> Result<Vec<String>, ViewError> {
        Ok(self.found(lookup, |key, _| key.clone()))
    }
}
