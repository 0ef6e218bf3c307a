//! Differences between what is stored and what the log says.

use crate::past::changes::changes;
use crate::read::projection::Row;
use crate::read::views::ViewError;
use crate::stream::{StreamName, Version};
use crate::write::chain::{Broken, ChainError};
use crate::write::log::LogError;
use serde_json::Value;

/// The first thing found that is not as the log says, or that the log itself does not bear out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// The stream is not what was written; a row may be what remembers that.
    #[error("the log: {0}")]
    Log(Broken),
    /// A row is not the fold of its stream.
    #[error("{stream}@{version}: {field} of its row in view {view} is {found}, its stream says {folded}")]
    Row {
        /// The stream.
        stream: StreamName,
        /// The version of the row, or where the row is behind, that of its stream.
        version: Version,
        /// The view.
        view: &'static str,
        /// `version`, `hash`, or where in the document (`document/lines/0/quantity`).
        field: String,
        /// What stands there.
        found: String,
        /// What should.
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
        /// Why.
        error: String,
    },
    /// A total is not the sum of what all streams added to it.
    #[error("{amount} of {row} in view {view} is {found}, all streams together say {summed}")]
    Total {
        /// The view.
        view: &'static str,
        /// The row: its partition and name.
        row: String,
        /// Which of its numbers.
        amount: String,
        /// What stands there.
        found: String,
        /// What should.
        summed: String,
    },
}

/// Why a verification ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It found something.
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

/// The first place where two rows of one version and link are not alike, and what stands there in each. What a row is
/// found by follows from its document, and stores need not read it back.
pub(crate) fn unlike(found: &Row, folded: &Row) -> Option<(String, String, String)> {
    unlike_text(&found.document, &folded.document)
}

pub(super) fn unlike_text(found: &str, folded: &str) -> Option<(String, String, String)> {
    if found == folded {
        return None;
    }
    let [one, other] = [found, folded].map(|document| serde_json::from_str::<Value>(document).ok());
    let place = one.as_ref().zip(other.as_ref()).and_then(|(one, other)| first_unlike(one, other));
    Some(match place {
        Some((path, one, other)) => (format!("document{path}"), one, other),
        // No JSON, or the same values in other words.
        None => ("document".to_owned(), found.to_owned(), folded.to_owned()),
    })
}

/// Where two values differ first: a path into them, and what stands there.
fn first_unlike(one: &Value, other: &Value) -> Option<(String, String, String)> {
    let first = changes(one, other).into_iter().next()?;
    Some((first.path, shown(first.before.as_ref()), shown(first.after.as_ref())))
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), ToString::to_string)
}
