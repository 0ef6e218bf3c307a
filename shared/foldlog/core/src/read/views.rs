//! The port of the read models' rows.

pub use crate::read::generation::{Generation, ViewError};
use crate::read::generations::Generations;
use crate::read::projection::Row;
use crate::stream::Version;
use crate::write::log::Consistency;
use futures::future::try_join_all;

/// The place of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// The view.
    pub view: &'static str,
    /// The generation.
    pub generation: Generation,
    /// The key of the row.
    pub key: String,
}

/// Whether a row was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is stored.
    Yes,
    /// It was not written. This is the stored row, if any, as a strongly consistent read would have returned it.
    No(Option<Row>),
}

/// The rows of the read models.
pub trait Views: Generations {
    /// The row, if there is one.
    fn row(
        &self,
        place: &RowKey,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Option<Row>, ViewError>> + Send;

    /// Writes the row if the stored one still has version `seen` ([`Version::NONE`]: if there is none). Rows are never
    /// deleted: a late hint would recreate them.
    fn write(
        &self,
        place: &RowKey,
        row: &Row,
        seen: Version,
    ) -> impl Future<Output = Result<Written, ViewError>> + Send;

    /// The rows of several places in their order, strongly consistent.
    fn rows(&self, places: &[RowKey]) -> impl Future<Output = Result<Vec<Option<Row>>, ViewError>> + Send {
        async {
            let mut rows = Vec::with_capacity(places.len());
            for places in places.chunks(SIDE_BY_SIDE) {
                rows.extend(try_join_all(places.iter().map(|place| self.row(place, Consistency::Strong))).await?);
            }
            Ok(rows)
        }
    }

    /// Writes rows that lead to commits, under their keys, beside that of their stream. Each of these places only ever
    /// gets the same row, so it does not matter whether a row that is there already is kept or written again.
    fn write_links(
        &self,
        beside: &RowKey,
        links: &[(String, Row)],
    ) -> impl Future<Output = Result<(), ViewError>> + Send {
        write_each(self, beside, links)
    }
}

/// Writes such rows one by one, some of them side by side.
pub async fn write_each<V: Views + ?Sized>(
    views: &V,
    beside: &RowKey,
    links: &[(String, Row)],
) -> Result<(), ViewError> {
    for links in links.chunks(SIDE_BY_SIDE) {
        let writes = links.iter().map(async |(key, link)| {
            let place = RowKey { key: key.clone(), ..beside.clone() };
            views.write(&place, link, Version::NONE).await
        });
        try_join_all(writes).await?;
    }
    Ok(())
}

/// How many rows a store without requests for many rows writes or reads side by side.
const SIDE_BY_SIDE: usize = 8;

/// A row of any generation, or the item in its place that is not a row.
pub type Found = (Generation, String, Result<Row, ViewError>);

/// A page of a view's rows, as they are found.
#[derive(Debug)]
pub struct RowPage {
    /// The rows of all generations, in no order.
    pub rows: Vec<Found>,
    /// Where the next page begins; none after the last one.
    pub next: Option<String>,
}

/// The rows of a view as a whole, of all its generations. All reads are strongly consistent.
pub trait ViewScan: Send + Sync {
    /// The page after a place, or the first one, of one part of the view. `part` is its number and the number of parts.
    fn page(
        &self,
        view: &str,
        part: (u32, u32),
        after: Option<&str>,
    ) -> impl Future<Output = Result<RowPage, ViewError>> + Send;

    /// Removes rows for good, and returns the keys of those that the store had no capacity for. Their generation must
    /// not be read or written any longer.
    fn remove(
        &self,
        view: &str,
        generation: Generation,
        keys: &[String],
    ) -> impl Future<Output = Result<Vec<String>, ViewError>> + Send;
}
