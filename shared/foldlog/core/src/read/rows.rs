//! What a process remembers of the rows that it wrote: a guess that saves a read, checked by the next write.

use crate::bounded::bounded;
use crate::read::projection::Row;
use crate::read::views::RowKey;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// At most so many rows are remembered,
const MOST_ROWS: usize = 10_000;
/// and at most so much of them.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// What an entry takes beside its texts.
const ENTRY_BYTES: usize = 256;

/// The rows as this process left them, the least used ones forgotten first.
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
    /// The row, and forgets it: whatever goes wrong on the way, nothing doubtful is left behind.
    pub(crate) fn take(&self, place: &RowKey) -> Option<Row> {
        self.0.remove(place).map(|(_, row)| row)
    }

    /// Remembers a row as it stands.
    pub(crate) fn keep(&self, place: &RowKey, row: Option<Row>) {
        if let Some(row) = row {
            self.0.insert(place.clone(), row);
        }
    }
}
