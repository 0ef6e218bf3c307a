//! The memory that a process keeps of the rows that it wrote: a guess that saves a read, and that the next write
//! checks.

use crate::bounded::bounded;
use crate::read::projection::Row;
use crate::read::views::RowKey;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// The cache holds at most this many rows,
const MOST_ROWS: usize = 10_000;
/// and at most this many bytes of them.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// The bytes that an entry takes beside its texts.
const ENTRY_BYTES: usize = 256;

/// The rows as this process left them. The least recently used ones are forgotten first.
pub struct Rows(Cache<RowKey, Row, BySize>);

#[derive(Clone)]
struct BySize;

impl Weighter<RowKey, Row> for BySize {
    fn weight(&self, place: &RowKey, row: &Row) -> u64 {
        let index: usize = row.index.values().map(String::len).sum();
        (ENTRY_BYTES + place.key.len() + row.document.len() + index) as u64
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self(bounded(MOST_ROWS, MOST_BYTES, BySize))
    }
}

impl Rows {
    /// Takes the row out: if anything fails on the way, no doubtful row is left behind.
    pub(crate) fn take(&self, place: &RowKey) -> Option<Row> {
        self.0.remove(place).map(|(_, row)| row)
    }

    /// Remembers a row as it is stored.
    pub(crate) fn keep(&self, place: &RowKey, row: Option<Row>) {
        if let Some(row) = row {
            self.0.insert(place.clone(), row);
        }
    }
}
