//! The port of the read models' rows.

pub use crate::read::generation::{Generation, ViewError};
use crate::read::generations::Generations;
use crate::read::projection::Row;
use crate::stream::Version;
use crate::write::log::Consistency;

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// The view.
    pub view: &'static str,
    /// The set of rows.
    pub generation: Generation,
    /// The row.
    pub key: String,
}

/// Whether a row was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It stands there now.
    Yes,
    /// It does not: this does, if anything; what a strongly consistent read would have shown.
    No(Option<Row>),
}

/// The rows of the read models.
pub trait Views: Generations {
    /// The row, where there is one.
    fn row(
        &self,
        place: &RowKey,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Option<Row>, ViewError>> + Send;

    /// Writes the row if the one that stands there still has version `seen` ([`Version::NONE`]: if there is none).
    /// Rows are never deleted: a late hint would revive them.
    fn write(
        &self,
        place: &RowKey,
        row: &Row,
        seen: Version,
    ) -> impl Future<Output = Result<Written, ViewError>> + Send;
}

/// A row, of whatever generation, or what stands there and is none.
pub type Found = (Generation, String, Result<Row, ViewError>);

/// Some rows of a view, as they are found.
#[derive(Debug)]
pub struct RowPage {
    /// The rows of all generations, in no order.
    pub rows: Vec<Found>,
    /// Where the next page begins; none behind the last one.
    pub next: Option<String>,
}

/// The rows of a view as a whole, of all its generations. All reads are strongly consistent.
pub trait ViewScan: Send + Sync {
    /// The page behind a place, or the first one, of one of so many parts that together are the view.
    fn page(
        &self,
        view: &str,
        part: (u32, u32),
        after: Option<&str>,
    ) -> impl Future<Output = Result<RowPage, ViewError>> + Send;

    /// Removes rows, for good: of a generation that nobody reads or writes any more.
    fn remove(
        &self,
        view: &str,
        generation: Generation,
        keys: &[String],
    ) -> impl Future<Output = Result<(), ViewError>> + Send;
}
