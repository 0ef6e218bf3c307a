//! The number of a generation, and the errors of reading and writing rows.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One of a view's sets of rows. A rebuild fills the next one beside the one that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u32);

impl Generation {
    /// The first generation of every view.
    pub const FIRST: Self = Self(1);
}

impl fmt::Display for Generation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "g{}", self.0)
    }
}

/// Why a row could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The store did not answer, throttled, or failed: trying again later may help.
    #[error("the view is unavailable: {0}")]
    Unavailable(String),
    /// The store refuses every request of this kind, or this release has nothing that reads the view. It needs another
    /// setting or another release; a row has no part in it.
    #[error("the view cannot be used: {0}")]
    Unusable(String),
    /// This one row is at fault: what stands in its place is no row, or the store refuses it as it is. Trying again will
    /// not help, and every other row can be read and written.
    #[error("the row cannot be used: {0}")]
    Damaged(String),
}
