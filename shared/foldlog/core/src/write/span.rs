//! Reading a part of a stream, and no more of it than was asked for.

use crate::stream::{StreamName, Version};
use crate::write::commit::Commit;
use crate::write::log::{LogError, contiguous};

/// In which order of versions, or of an index's sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the smallest on.
    Ascending,
    /// From the largest on.
    Descending,
}

/// Commits of a stream that stand side by side: those whose first events lie behind one version and not behind another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Behind which version the first events lie.
    pub after: Version,
    /// The last version at which a commit may begin; without one, up to the newest.
    pub until: Option<Version>,
    /// From which end they are read.
    pub direction: Direction,
    /// At most so many.
    pub limit: Option<usize>,
}

impl Span {
    /// The commit that the event of a version is in, or, behind the last event, the newest.
    #[must_use]
    pub const fn around(version: Version) -> Self {
        Self { limit: Some(1), ..Self::back_from(version) }
    }

    /// All commits from the one that the event of a version is in, newest first.
    #[must_use]
    pub const fn back_from(version: Version) -> Self {
        Self { after: Version::NONE, until: Some(version), direction: Direction::Descending, limit: None }
    }

    /// All commits behind a version, oldest first.
    #[must_use]
    pub const fn behind(version: Version) -> Self {
        Self { after: version, until: None, direction: Direction::Ascending, limit: None }
    }
}

/// A log whose streams can be read in part, from either end. All reads are strongly consistent.
pub trait LogSpans: Send + Sync {
    /// The commits of a span, in the order in which it is read, without a gap between them.
    fn span(&self, stream: &StreamName, span: Span) -> impl Future<Output = Result<Vec<Commit>, LogError>> + Send;
}

impl<L: LogSpans> LogSpans for &L {
    async fn span(&self, stream: &StreamName, span: Span) -> Result<Vec<Commit>, LogError> {
        (**self).span(stream, span).await
    }
}

/// Checks that what was read follows upon itself without a gap, for implementations of [`LogSpans::span`].
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
