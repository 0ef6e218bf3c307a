//! Reading a part of a stream, and only the commits that you ask for.

use crate::stream::{StreamName, Version};
use crate::write::commit::Commit;
use crate::write::log::{LogError, contiguous};

/// The order of versions, or of an index's sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Ascending.
    Ascending,
    /// Descending.
    Descending,
}

/// Adjacent commits of a stream: those whose first events come after one version and up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The version after which the first events come.
    pub after: Version,
    /// The last version at which a commit may begin. Without one, the span reaches to the newest commit.
    pub until: Option<Version>,
    /// The end from which they are read.
    pub direction: Direction,
    /// The most commits to read.
    pub limit: Option<usize>,
}

impl Span {
    /// The commit that holds the event of a version, or the newest commit if the stream ends earlier.
    #[must_use]
    pub const fn around(version: Version) -> Self {
        Self { limit: Some(1), ..Self::back_from(version) }
    }

    /// All commits from the one that holds the event of a version, newest first.
    #[must_use]
    pub const fn back_from(version: Version) -> Self {
        Self { after: Version::NONE, until: Some(version), direction: Direction::Descending, limit: None }
    }

    /// All commits after a version, oldest first.
    #[must_use]
    pub const fn behind(version: Version) -> Self {
        Self { after: version, until: None, direction: Direction::Ascending, limit: None }
    }
}

/// A log whose streams can be read in part, from either end. All reads are strongly consistent.
pub trait LogSpans: Send + Sync {
    /// The commits of a span, in the order in which it is read, without a gap.
    fn span(&self, stream: &StreamName, span: Span) -> impl Future<Output = Result<Vec<Commit>, LogError>> + Send;
}

impl<L: LogSpans> LogSpans for &L {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        (**self).span(stream, span).await
    }
}

/// Checks that the commits of a read are contiguous, for implementations of [`LogSpans::span`].
pub fn unbroken(stream: &StreamName, span: Span, commits: &[Commit]) -> Result<(), LogError> {
    let before = |commit: &Commit| Version(commit.version.0.saturating_sub(1));
    match span.direction {
        Direction::Ascending => commits.first().map_or(Ok(()), |first| contiguous(stream, before(first), commits)),
        Direction::Descending => commits.windows(2).try_for_each(|pair| match pair {
            [newer, older] => contiguous(stream, older.last_version(), std::slice::from_ref(newer)),
            _ => Ok(()),
        }),
    }
}
