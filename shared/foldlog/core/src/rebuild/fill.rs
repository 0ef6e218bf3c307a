//! Filling a generation from the log.

use super::work::{PREPARED, PartRun, RebuildError, RebuildProgress, ResumePoint, Work};
use crate::ports::Clock;
use crate::read::advance::Hint;
use crate::read::generations::Generations;
use crate::read::parked::Trouble;
use crate::read::views::Generation;
use crate::write::commit::Commit;
use crate::write::log::LogError;
use crate::write::scan::{Cursor, LogScan, Page, Part};
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
/// next page is read. The progress is noted after every few streams, so even a slow store never costs more than these.
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
        Some(ResumePoint::View(_) | ResumePoint::Settling) | None => None,
    };
    let mut page = log.page(&part, after.as_ref()).await?;
    loop {
        let next = page.next.clone();
        let ahead = async {
            match &next {
                Some(cursor) => log.page(&part, Some(cursor)).await.map(Some),
                None => Ok(None),
            }
        };
        let (filled, ahead) = futures::join!(fill_page(page, rows, &mut shift), ahead);
        if !filled? {
            return Ok(shift.progress.done);
        }
        match ahead? {
            Some(following) => page = following,
            None => return Ok(true),
        }
    }
}

/// Fills in a page, and returns whether the time budget leaves room for more.
async fn fill_page<F: Fill, G: Generations + RebuildProgress, H: Clock>(
    page: Page,
    rows: &F,
    shift: &mut PartRun<'_, G, H>,
) -> Result<bool, RebuildError> {
    let mut left = page.commits.len();
    let (hints, ends) = hints(page.commits, rows)?;
    let mut chunks = hints.chunks(PREPARED).zip(ends.chunks(PREPARED)).peekable();
    while let Some((hints, ends)) = chunks.next() {
        rows.fill(shift.work.generation, hints).await.map_err(RebuildError::Stream)?;
        if let (Some(last), Some(_)) = (ends.last(), chunks.peek()) {
            let read: usize = ends.iter().map(|end| end.commits).sum();
            left -= read;
            if !shift.reached(read, Some(ResumePoint::Log(last.cursor.clone()))).await? {
                return Ok(false);
            }
        }
    }
    Ok(shift.reached(left, page.next.map(ResumePoint::Log)).await?)
}

/// Where the commits of one stream end in a page.
struct End {
    /// How many they are.
    commits: usize,
    /// The place of the last one.
    cursor: Cursor,
}

/// The commits of a page as hints, one for each stream: the commits of a stream are adjacent.
fn hints<F: Fill>(commits: Vec<Result<Commit, LogError>>, rows: &F) -> Result<(Vec<Hint>, Vec<End>), LogError> {
    let (mut hints, mut ends) = (Vec::<Hint>::new(), Vec::<End>::new());
    for commit in commits {
        let (stream, version, commit) = match commit {
            Ok(commit) => (commit.stream.clone(), commit.version, Some(commit)),
            // A commit that cannot be read is a hint all the same: the projection will report what is wrong with it.
            Err(LogError::Corrupt { stream, version, .. }) => (stream, version, None),
            // An item without a stream: no row follows from it, and no repetition makes it a commit.
            Err(LogError::Denied(_)) => continue,
            Err(error @ (LogError::Unavailable(_) | LogError::TooLong { .. })) => return Err(error),
        };
        if !rows.follows(stream.category()) {
            continue;
        }
        let cursor = Cursor { stream: stream.to_string(), version };
        if hints.last().is_none_or(|hint| *hint.stream() != stream) {
            hints.push(Hint::of(stream, version));
            ends.push(End { commits: 0, cursor: cursor.clone() });
        }
        if let (Some(hint), Some(end)) = (hints.last_mut(), ends.last_mut()) {
            (end.commits, end.cursor) = (end.commits + 1, cursor);
            match commit {
                Some(commit) => hint.add(commit),
                None => hint.reach(version),
            }
        }
    }
    Ok((hints, ends))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Version;

    struct Everything;

    impl Fill for Everything {
        fn follows(&self, _: &str) -> bool {
            true
        }

        async fn fill(&self, _: Generation, _: &[Hint]) -> Result<(), Box<Trouble>> {
            Ok(())
        }
    }

    fn corrupt(stream: &str) -> LogError {
        LogError::Corrupt { stream: stream.parse().unwrap(), version: Version(2), reason: "no digest".to_owned() }
    }

    #[test]
    fn an_item_without_a_stream_holds_up_no_part() {
        let page = vec![
            Err(corrupt("cart-1")),
            Err(LogError::Denied("the item has no stream".to_owned())),
            Err(corrupt("cart-2")),
        ];
        let (hints, ends) = hints(page, &Everything).unwrap();
        assert_eq!(hints.iter().map(|hint| hint.stream().to_string()).collect::<Vec<_>>(), ["cart-1", "cart-2"]);
        assert_eq!(ends.iter().map(|end| end.commits).collect::<Vec<_>>(), [1, 1]);
        let page = vec![Err(corrupt("cart-1")), Err(LogError::Unavailable("throttled".to_owned()))];
        assert!(super::hints(page, &Everything).is_err(), "the page comes again");
    }
}
