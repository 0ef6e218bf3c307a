//! Differences between what is stored and what the log says.

use crate::json;
use crate::past::changes::changes;
use crate::read::projection::Row;
use crate::read::views::ViewError;
use crate::stream::{StreamName, Version};
use crate::write::chain::{Broken, ChainError};
use crate::write::log::LogError;
use serde_json::Value;

/// The first difference between the log and the stored rows, or within the log itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The stream is not as it was written. The witness may be a row.
    #[error("the log: {0}")]
    Log(Broken),
    /// A row is not the fold of its stream.
    #[error("{stream}@{version}: {field} of its row in view {view} is {found}, its stream says {folded}")]
    Row {
        /// The stream.
        stream: StreamName,
        /// The version of the row. If the row is behind, the version of its stream.
        version: Version,
        /// The view.
        view: &'static str,
        /// `version`, `hash`, or the path in the document (`document/lines/0/quantity`).
        field: String,
        /// The stored value.
        found: String,
        /// The value that it should have.
        folded: String,
    },
    /// A snapshot is not the fold of its stream.
    #[error("{stream}@{version}: {field} of its snapshot is {found}, its stream says {folded}")]
    Snapshot {
        /// The stream.
        stream: StreamName,
        /// The last version of the commit whose state the snapshot holds.
        version: Version,
        /// The path in the snapshot (`state/on_hand`).
        field: String,
        /// The stored value.
        found: String,
        /// The value that it should have.
        folded: String,
    },
    /// A view cannot follow its stream beyond a version.
    #[error("{stream}: view {view} cannot read the commit at version {version}: {error}")]
    Stuck {
        /// The stream.
        stream: StreamName,
        /// The view.
        view: &'static str,
        /// The commit's version.
        version: Version,
        /// The reason.
        error: String,
    },
    /// A total is not the sum of what all streams add to it.
    #[error("{amount} of {row} in view {view} is {found}, all streams together say {summed}")]
    Total {
        /// The view.
        view: &'static str,
        /// The row: its partition and name.
        row: String,
        /// Which of its numbers.
        amount: String,
        /// The stored value.
        found: String,
        /// The value that it should have.
        summed: String,
    },
}

/// Why a verification ended early.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It found a difference.
    #[error(transparent)]
    Different(#[from] Difference),
    /// The log could not be read.
    #[error(transparent)]
    Log(LogError),
    /// A row could not be read.
    #[error(transparent)]
    View(#[from] ViewError),
}

impl From<ChainError> for VerifyError {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Broken(broken) => Self::Different(Difference::Log(broken)),
            ChainError::Log(error) => Self::Log(error),
        }
    }
}

/// The first path at which two rows of one version and link differ, and the value in each. The attributes of a row's
/// indexes follow from its document, and a store need not return them.
pub(crate) fn unlike(found: &Row, folded: &Row) -> Option<(String, String, String)> {
    unlike_text(&found.document, &folded.document)
}

pub(super) fn unlike_text(found: &str, folded: &str) -> Option<(String, String, String)> {
    if found == folded {
        return None;
    }
    let [one, other] = [found, folded].map(|document| json::read::<Value>(document).ok());
    let place = one.as_ref().zip(other.as_ref()).and_then(|(one, other)| first_unlike(one, other));
    Some(match place {
        Some((path, one, other)) => (format!("document{path}"), one, other),
        // Not JSON, or the same values in another notation.
        None => ("document".to_owned(), found.to_owned(), folded.to_owned()),
    })
}

/// The first difference of two values: its path, and the value in each.
pub(super) fn first_unlike(one: &Value, other: &Value) -> Option<(String, String, String)> {
    let first = changes(one, other).into_iter().next()?;
    Some((first.path, shown(first.before.as_ref()), shown(first.after.as_ref())))
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), ToString::to_string)
}
