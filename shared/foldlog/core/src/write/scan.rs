//! Reading the log as a whole, page by page. Rebuilds, exports and verifications are built on it.

use crate::stream::{StreamName, Version};
use crate::write::commit::Commit;
use crate::write::log::LogError;
use serde::{Deserialize, Serialize};

/// A part of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// One stream, oldest commit first.
    Stream(StreamName),
    /// One of several parts that together are the whole log, each commit in exactly one. The streams have no order; the
    /// commits of one stream are oldest first.
    Segment {
        /// The number of the part, from 0.
        number: u32,
        /// The number of parts.
        of: u32,
    },
}

impl Part {
    /// The whole log as one part.
    pub const WHOLE: Self = Self::Segment { number: 0, of: 1 };
}

/// Where a scan continues: the key of the last item that was read, of any kind. It outlives the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The item's partition key.
    pub stream: String,
    /// Its sort key.
    pub version: Version,
}

/// Some items of a part, as they are found. It is not proven that they are complete and contiguous.
#[derive(Debug)]
pub struct Page {
    /// The commits, or the reason why an item is not one.
    pub commits: Vec<Result<Commit, LogError>>,
    /// Where the next page begins; none after the last one.
    pub next: Option<Cursor>,
}

/// A log that can be read as a whole. All reads are strongly consistent.
pub trait LogScan: Send + Sync {
    /// The page after a cursor, or the first one.
    fn page(&self, part: &Part, after: Option<&Cursor>) -> impl Future<Output = Result<Page, LogError>> + Send;

    /// Every stream with the version of its last event, in no order. An unreadable commit counts as one event.
    fn heads(&self) -> impl Future<Output = Result<Vec<(StreamName, Version)>, LogError>> + Send;

    /// The approximate number of commits, now or some hours ago, as the base for a progress display. None if the log
    /// does not count them.
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
