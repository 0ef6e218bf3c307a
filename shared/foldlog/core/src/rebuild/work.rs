//! The parts of a rebuild, and the notes on how far each has come.

use crate::ports::Clock;
use crate::read::generations::{Comparison, Generations, Stage};
use crate::read::parked::Trouble;
use crate::read::views::{Generation, ViewError};
use crate::stream::Version;
use crate::time::Timestamp;
use crate::write::log::LogError;
use crate::write::scan::Cursor;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// How many streams or rows of a page are taken together: a page has thousands.
pub(super) const PREPARED: usize = 128;

/// The kind of work on a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Phase {
    /// It is filled from the log.
    Fill,
    /// It is compared with the one that is read.
    Compare,
    /// Its rows are removed.
    Sweep,
}

/// A part of the work on a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The view.
    pub view: String,
    /// The generation.
    pub generation: Generation,
    /// The kind of work.
    pub phase: Phase,
    /// The number of the part, from 0.
    pub part: u32,
    /// The number of parts.
    pub of: u32,
}

impl fmt::Display for Work {
    /// The part as one word: `order/g2/fill/00003`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { view, generation, phase, part, .. } = self;
        write!(formatter, "{view}/{generation}/{phase}/{part:05}")
    }
}

/// Where a part continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResumePoint {
    /// After a commit.
    Log(Cursor),
    /// After a row.
    View(String),
    /// All rows were read, and some pairs of them are looked at again.
    Settling,
}

/// A pair of rows that were not at the same version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// Their key.
    pub key: String,
    /// Whether it was found in the new generation: then it only matters whether the other one has it too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_new: bool,
    /// How often it was looked at.
    pub looks: u32,
    /// The version of the row behind, when they were looked at last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Version>,
    /// When the commit was made that this row lacks, if it was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
}

/// The progress of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkProgress {
    /// Where it continues; none means from the beginning.
    pub after: Option<ResumePoint>,
    /// How many commits or rows it has read.
    pub read: u64,
    /// The result of comparing.
    pub comparison: Comparison,
    /// The pairs that are looked at again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsettled: Vec<Unsettled>,
    /// Whether it is finished.
    pub done: bool,
    /// When it was begun.
    pub since: Timestamp,
    /// When this progress was noted.
    pub at: Timestamp,
}

/// The store for the progress of the parts.
pub trait RebuildProgress: Send + Sync {
    /// The progress of a part, strongly consistent. None if it has not begun.
    fn progress(&self, work: &Work) -> impl Future<Output = Result<Option<WorkProgress>, ViewError>> + Send;

    /// Notes the progress of a part.
    fn note(&self, work: &Work, progress: &WorkProgress) -> impl Future<Output = Result<(), ViewError>> + Send;
}

/// Implements [`RebuildProgress`] for a type that has it in a field.
#[macro_export]
macro_rules! delegate_rebuild_progress {
    ($for:ty, $field:tt) => {
        impl $crate::rebuild::RebuildProgress for $for {
            async fn progress(
                &self,
                work: &$crate::rebuild::Work,
            ) -> Result<Option<$crate::rebuild::WorkProgress>, $crate::ViewError> {
                $crate::rebuild::RebuildProgress::progress(&self.$field, work).await
            }

            async fn note(
                &self,
                work: &$crate::rebuild::Work,
                progress: &$crate::rebuild::WorkProgress,
            ) -> Result<(), $crate::ViewError> {
                $crate::rebuild::RebuildProgress::note(&self.$field, work, progress).await
            }
        }
    };
}

/// Why a part stopped. It continues from its last note.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A row, a note or the registry could not be read or written.
    #[error(transparent)]
    View(#[from] ViewError),
    /// A stream could not be followed, for a reason that may pass.
    #[error("{}: {}", .0.subject, .0.error)]
    Stream(Box<Trouble>),
}

/// A part that is being worked on.
pub(super) struct PartRun<'a, G, H> {
    generations: &'a G,
    host: &'a H,
    pub(super) work: &'a Work,
    until: Timestamp,
    pub(super) progress: WorkProgress,
}

impl<'a, G: Generations + RebuildProgress, H: Clock> PartRun<'a, G, H> {
    /// Continues a part. None if it is finished.
    pub(super) async fn begin(
        generations: &'a G,
        host: &'a H,
        work: &'a Work,
        budget: Duration,
    ) -> Result<Option<Self>, ViewError> {
        let now = host.now();
        let noted = generations.progress(work).await?;
        let progress = noted.unwrap_or_else(|| WorkProgress { since: now, at: now, ..WorkProgress::default() });
        let shift = Self { generations, host, work, until: now.after(budget), progress };
        let left = !shift.progress.done && shift.is_wanted().await?;
        Ok(left.then_some(shift))
    }

    /// Whether the generation is still at the stage that the part belongs to.
    async fn is_wanted(&self) -> Result<bool, ViewError> {
        let registered = self.generations.registered().await?;
        let set = registered.registry.sets(&self.work.view).and_then(|sets| sets.all().get(&self.work.generation));
        Ok(set.is_some_and(|set| {
            matches!(
                (&set.stage, self.work.phase),
                (Stage::Filling { .. }, Phase::Fill)
                    | (Stage::Comparing { .. }, Phase::Compare)
                    | (Stage::Retired { .. }, Phase::Sweep)
            )
        }))
    }

    /// Notes the progress, and returns whether to go on now: whether the time budget leaves room for more.
    pub(super) async fn reached(&mut self, read: usize, after: Option<ResumePoint>) -> Result<bool, ViewError> {
        self.progress.read += read as u64;
        self.progress.done = after.is_none();
        self.progress.after = after;
        self.progress.at = self.host.now();
        self.generations.note(self.work, &self.progress).await?;
        Ok(!self.progress.done && self.progress.at < self.until && self.is_wanted().await?)
    }
}
