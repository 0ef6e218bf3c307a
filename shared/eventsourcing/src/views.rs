//! The port of the read models' rows.

use crate::log::Consistency;
use crate::projection::Row;
use crate::stream::Version;
use std::fmt;

/// Which of a view's sets of rows: a rebuild fills the next one beside the one that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation(pub u32);

impl Generation {
    /// The one that every view begins with.
    pub const FIRST: Self = Self(1);
}

impl fmt::Display for Generation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "g{}", self.0)
    }
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The view.
    pub view: &'static str,
    /// The set of rows.
    pub generation: Generation,
    /// The row.
    pub key: String,
}

/// Why a row could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The store did not answer, throttled, or failed: trying again later may help.
    #[error("the view is unavailable: {0}")]
    Unavailable(String),
    /// The store refused the request, or holds what is no row: trying again will not help.
    #[error("the view cannot be used: {0}")]
    Unusable(String),
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
pub trait Views: Send + Sync {
    /// The row, where there is one.
    fn row(
        &self,
        place: &Place,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Option<Row>, ViewError>> + Send;

    /// Writes the row if the one that stands there still has version `seen` ([`Version::NONE`]: if there is none).
    /// Rows are never deleted: a late hint would revive them.
    fn write(&self, place: &Place, row: &Row, seen: Version)
    -> impl Future<Output = Result<Written, ViewError>> + Send;
}
