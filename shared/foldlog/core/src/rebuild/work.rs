//! The parts that a rebuild is cut into, and the notes on how far each has come.

use crate::ports::Clock;
use crate::read::generations::{Comparison, Generations, Stage};
use crate::read::parked::Trouble;
use crate::read::views::{Generation, ViewError};
use crate::time::Timestamp;
use crate::write::log::LogError;
use crate::write::scan::Cursor;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// How many rows are looked at side by side, and of how many the looking is prepared together: a page has thousands.
pub(super) const CONCURRENCY: usize = 16;
pub(super) const PREPARED: usize = 128;

/// What is done with a generation.
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

/// A part of what is done with a generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The view.
    pub view: String,
    /// The generation.
    pub generation: Generation,
    /// What is done with it.
    pub phase: Phase,
    /// Which part, from 0.
    pub part: u32,
    /// Of how many.
    pub of: u32,
}

impl fmt::Display for Work {
    /// One word for it: `order/g2/fill/00003`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { view, generation, phase, part, .. } = self;
        write!(formatter, "{view}/{generation}/{phase}/{part:05}")
    }
}

/// Where a part goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResumePoint {
    /// Behind a commit.
    Log(Cursor),
    /// Behind a row.
    View(String),
}

/// How far a part has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkProgress {
    /// Where it goes on; from the beginning, if nowhere.
    pub after: Option<ResumePoint>,
    /// How many commits or rows were read.
    pub read: u64,
    /// What was found by comparing.
    pub comparison: Comparison,
    /// Whether nothing is left of it.
    pub done: bool,
    /// When it was begun.
    pub since: Timestamp,
    /// When it came so far.
    pub at: Timestamp,
}

/// Where it is noted how far the parts have come.
pub trait RebuildProgress: Send + Sync {
    /// How far a part has come, strongly consistent; not begun where there is no note.
    fn progress(&self, work: &Work) -> impl Future<Output = Result<Option<WorkProgress>, ViewError>> + Send;

    /// Notes how far it has come.
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

/// Why a part did not get on. It goes on where its last note says.
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

/// A part at work.
pub(super) struct PartRun<'a, G, H> {
    generations: &'a G,
    host: &'a H,
    work: &'a Work,
    until: Timestamp,
    pub(super) progress: WorkProgress,
}

impl<'a, G: Generations + RebuildProgress, H: Clock> PartRun<'a, G, H> {
    /// Goes on with a part; none where nothing is left of it.
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

    /// Whether the generation still is at the stage for which the part is done.
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

    /// Notes how far it has come, and whether to go on at once: until then there is time for more.
    pub(super) async fn reached(&mut self, read: usize, after: Option<ResumePoint>) -> Result<bool, ViewError> {
        self.progress.read += read as u64;
        self.progress.done = after.is_none();
        self.progress.after = after;
        self.progress.at = self.host.now();
        self.generations.note(self.work, &self.progress).await?;
        Ok(!self.progress.done && self.progress.at < self.until && self.is_wanted().await?)
    }
}
