//! Reading the log as a whole, page by page: what rebuilds, exports and verifications stand on.

use crate::stream::{StreamName, Version};
use crate::write::commit::Commit;
use crate::write::log::LogError;
use serde::{Deserialize, Serialize};

/// A part of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// One stream, oldest commit first.
    Stream(StreamName),
    /// One of so many parts that together are the whole log, each commit in exactly one: streams in no order, the
    /// commits of one stream oldest first.
    Segment {
        /// Which, from 0.
        number: u32,
        /// Of how many.
        of: u32,
    },
}

impl Part {
    /// The log in one part.
    pub const WHOLE: Self = Self::Segment { number: 0, of: 1 };
}

/// Where a reading goes on: the key of the last item that was read, whatever it is. It outlives the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The item's partition key.
    pub stream: String,
    /// Its sort key.
    pub version: Version,
}

/// Some items of a part, as they are found: that they are whole and contiguous is not proven.
#[derive(Debug)]
pub struct Page {
    /// The commits; where an item is none, why.
    pub commits: Vec<Result<Commit, LogError>>,
    /// Where the next page begins; none behind the last one.
    pub next: Option<Cursor>,
}

/// A log that can be read as a whole. All reads are strongly consistent.
pub trait LogScan: Send + Sync {
    /// The page behind a cursor, or the first one.
    fn page(&self, part: &Part, after: Option<&Cursor>) -> impl Future<Output = Result<Page, LogError>> + Send;

    /// Every stream with the version of its last event, in no order. An unreadable commit counts as one event.
    fn heads(&self) -> impl Future<Output = Result<Vec<(StreamName, Version)>, LogError>> + Send;

    /// About how many commits there are, or were some hours ago: what a progress is told against. None where nobody
    /// counts them.
    fn size(&self) -> impl Future<Output = Result<u64, LogError>> + Send {
        async { Ok(0) }
    }
}

impl<L: LogScan> LogScan for &L {
    async fn page(&self, part: &Part, after: Option<&Cursor>) -> Result<Page, LogError> {
        (**self).page(part, after).await
    }

    async fn heads(&self) -> Result<Vec<(StreamName, Version)>, LogError> {
        (**self).heads().await
    }

    async fn size(&self) -> Result<u64, LogError> {
        (**self).size().await
    }
}
