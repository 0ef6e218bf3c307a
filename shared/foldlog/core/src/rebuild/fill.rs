//! Filling a generation from the log.

use super::work::{PartRun, RebuildError, RebuildProgress, ResumePoint, Work};
use crate::ports::Clock;
use crate::read::advance::Hint;
use crate::read::generations::Generations;
use crate::read::parked::Trouble;
use crate::read::views::Generation;
use crate::write::commit::Commit;
use crate::write::log::LogError;
use crate::write::scan::{LogScan, Part};
use std::time::Duration;

/// A writer of a view's rows: its projection, or that of its totals.
pub trait Fill: Send + Sync {
    /// Whether it follows streams of a category.
    fn follows(&self, category: &str) -> bool;

    /// Advances the rows of a generation at least to the versions that the hints name. A stream that cannot be
    /// understood is parked, and the others go on. A stream that fails for a reason that may pass is the error.
    fn fill(&self, generation: Generation, hints: &[Hint]) -> impl Future<Output = Result<(), Box<Trouble>>> + Send;
}

/// Fills the new generation of totals, and advances the one that is read as far. A function on a queue may receive only
/// the events that add something, and the checkpoints of both generations must be equal to be compared.
pub struct Lockstep<F> {
    /// The writer of the new generation.
    pub new: F,
    /// The generation that is read, and its writer; none if no projection keeps it.
    pub read: Option<(Generation, F)>,
}

impl<F: Fill> Fill for Lockstep<F> {
    fn follows(&self, category: &str) -> bool {
        self.new.follows(category)
    }

    async fn fill(&self, generation: Generation, hints: &[Hint]) -> Result<(), Box<Trouble>> {
        self.new.fill(generation, hints).await?;
        match &self.read {
            Some((read, filling)) => filling.fill(*read, hints).await,
            None => Ok(()),
        }
    }
}

/// Fills a part until the time budget ends, and returns whether it is done. While the rows of a page are written, the
/// next page is read.
pub async fn fill<L: LogScan, F: Fill, G: Generations + RebuildProgress, H: Clock>(
    log: &L,
    rows: &F,
    generations: &G,
    host: &H,
    work: &Work,
    budget: Duration,
) -> Result<bool, RebuildError> {
    let Some(mut shift) = PartRun::begin(generations, host, work, budget).await? else { return Ok(true) };
    let part = Part::Segment { number: work.part, of: work.of };
    let after = match &shift.progress.after {
        Some(ResumePoint::Log(cursor)) => Some(cursor.clone()),
        Some(ResumePoint::View(_)) | None => None,
    };
    let mut page = log.page(&part, after.as_ref()).await?;
    loop {
        let read = page.commits.len();
        let hints = hints(page.commits, rows)?;
        let next = page.next;
        let ahead = async {
            match &next {
                Some(cursor) => log.page(&part, Some(cursor)).await.map(Some),
                None => Ok(None),
            }
        };
        let (filled, ahead) = futures::join!(rows.fill(work.generation, &hints), ahead);
        filled.map_err(RebuildError::Stream)?;
        if !shift.reached(read, next.map(ResumePoint::Log)).await? {
            return Ok(shift.progress.done);
        }
        match ahead? {
            Some(following) => page = following,
            None => return Ok(true),
        }
    }
}

/// The commits of a page as hints, one for each stream: the commits of a stream are adjacent.
fn hints<F: Fill>(commits: Vec<Result<Commit, LogError>>, rows: &F) -> Result<Vec<Hint>, LogError> {
    let mut hints: Vec<Hint> = Vec::new();
    for commit in commits {
        let (stream, version, commit) = match commit {
            Ok(commit) => (commit.stream.clone(), commit.version, Some(commit)),
            // A commit that cannot be read is a hint all the same: the projection will report what is wrong with it.
            Err(LogError::Corrupt { stream, version, .. }) => (stream, version, None),
            Err(error @ (LogError::Unavailable(_) | LogError::Denied(_))) => return Err(error),
        };
        if !rows.follows(stream.category()) {
            continue;
        }
        if hints.last().is_none_or(|hint| *hint.stream() != stream) {
            hints.push(Hint::of(stream, version));
        }
        if let Some(hint) = hints.last_mut() {
            hint.reach(version);
            if let Some(commit) = commit {
                hint.add(commit);
            }
        }
    }
    Ok(hints)
}
