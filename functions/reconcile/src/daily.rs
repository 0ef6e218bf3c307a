//! The daily run, in parts that can be killed at any time.
//!
//! **Which streams.** Each day the run looks at the streams that *moved* since the day before, as the view `activity`
//! has them: its work follows from what happened, not from what is kept. That view is made by the same projector as all
//! others, so a stream whose last records the projector lost does not show there. Therefore the run reads the *whole*
//! log, too, but only every `WHOLE_EVERY_DAYS`: that is the last net, which depends on nothing but the log.
//!
//! **Invariants.**
//!
//! - The work is cut into parts: the partitions of the index of `activity`, and the segments of the log. A part reads
//!   page by page, and notes its place after each page. Nothing else is remembered, so a run that is killed, or that
//!   ends because its time is over, repeats one page.
//! - A part of what moved begins two hours before the last run of that part began. So what moved meanwhile is seen by
//!   the next run, and so is what a host with a wrong clock committed.
//! - A page is passed only when all its streams have been looked at. A row that cannot be followed now leaves a note, and
//!   is retried like everything that is parked. If the store or the bus fails, the page comes again.
//! - The first failure of a part ends that part alone.

use crate::handler::Reconcile;
use crate::parts::{Begin, MOVED, Parts, WHOLE, moved_since};
use crate::ports::Ports;
use crate::settle::Settled;
use foldlog::rebuild::{RebuildProgress, ResumePoint, Work, WorkProgress};
use foldlog::write::scan::Part;
use foldlog::{Clock, Hint, LogError, LogScan, LogSpans, Lookup, Lookups, Span, StreamName, Timestamp, Version};
use foldlog_lambda::Error;
use futures::future::try_join_all;
use futures::{StreamExt, stream};
use serde::Serialize;
use shop_domain::views::activity;
use std::collections::BTreeMap;

/// The number of parts that one run works on side by side.
const SIDE_BY_SIDE: usize = 4;
/// The number of streams on a page of what moved, and of those whose ends are read side by side.
const PAGE: usize = 100;
const ENDS: usize = 8;

/// The result of a run, or of the piece of a run that there was time for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The number of streams that were looked at.
    pub streams: usize,
    /// The number of rows that were behind and are up to date now.
    pub advanced: usize,
    /// The number of rows that cannot follow their stream.
    pub parked: usize,
    /// The number of events that were published again for unfinished processes.
    pub hinted: usize,
    /// The number of parts that are left. The next run goes on with them.
    pub left: usize,
}

impl<P: Ports> Reconcile<P> {
    /// Works on the parts until a moment, those of what moved first.
    pub(crate) async fn work(&self, begin: Begin, until: Timestamp) -> Result<Summary, Error> {
        let left = self.begun(begin).await?;
        let pieces = left.into_iter().map(|work| self.piece(work, until));
        let ended: Vec<_> = stream::iter(pieces).buffer_unordered(SIDE_BY_SIDE).collect().await;
        let (mut summary, mut failed) = (Summary::default(), None);
        for (piece, error) in ended {
            summary.add(piece);
            failed = error.or(failed);
        }
        match failed {
            None => Ok(summary),
            Some(error) => {
                tracing::error!(?summary, "a part of the daily run failed; it goes on from its last page");
                Err(error)
            }
        }
    }

    /// Begins parts again, and returns those that are not done.
    async fn begun(&self, begin: Begin) -> Result<Vec<Work>, Error> {
        let (kept, now) = (self.folds().views(), self.folds().host().now());
        let works: Vec<Work> = Parts::moved().chain(Parts::whole()).collect();
        let noted = try_join_all(works.iter().map(|work| kept.progress(work))).await?;
        let whole: Vec<_> = works.iter().zip(&noted).filter(|(work, _)| work.view == WHOLE).collect();
        let whole = whole.into_iter().map(|(_, noted)| noted.clone()).collect::<Vec<_>>();
        let begins_whole = self.parts.begins_whole(begin, &whole, now);
        let parts = works.into_iter().zip(noted).map(async |(work, noted)| {
            // Who reads the whole log reads what moved, too.
            let again = match (begins_whole, work.view == MOVED) {
                (true, moved) => Some(WorkProgress { done: moved, since: now, at: now, ..WorkProgress::default() }),
                (false, true) if begin == Begin::Due => moved_since(noted.as_ref(), now),
                (false, _) => None,
            };
            if let Some(again) = &again {
                kept.note(&work, again).await?;
            }
            let is_left = again.or(noted).is_some_and(|noted| !noted.done);
            Ok::<_, Error>(is_left.then_some(work))
        });
        let left = try_join_all(parts.collect::<Vec<_>>()).await?;
        Ok(left.into_iter().flatten().collect())
    }

    /// Works on a part until it is done, or a moment has come, or something fails.
    async fn piece(&self, work: Work, until: Timestamp) -> (Summary, Option<Error>) {
        let mut summary = Summary { left: 1, ..Summary::default() };
        while self.folds().host().now() < until {
            match self.page(&work, &mut summary).await {
                Ok(true) => {}
                Ok(false) => {
                    summary.left = 0;
                    break;
                }
                Err(error) => {
                    tracing::error!(%work, error, "a part of the daily run ended early");
                    return (summary, Some(error));
                }
            }
        }
        (summary, None)
    }

    /// The next page of a part from its kept place; whether there are more.
    async fn page(&self, work: &Work, summary: &mut Summary) -> Result<bool, Error> {
        let kept = self.folds().views();
        let Some(noted) = kept.progress(work).await?.filter(|noted| !noted.done) else { return Ok(false) };
        let (hints, next) = match &noted.after {
            Some(ResumePoint::View(after)) => self.moved(work, after, noted.since).await?,
            Some(ResumePoint::Log(_) | ResumePoint::Settling) | None => {
                self.segment(work, noted.after.as_ref()).await?
            }
        };
        let Settled { advanced, parked, hinted } = self.settle(&hints).await?;
        let read = hints.len();
        summary.add(Summary { streams: read, advanced, parked, hinted, left: 0 });
        let (done, at) = (next.is_none(), self.folds().host().now());
        // If an operator has begun the part again meanwhile, that beginning holds.
        if kept.progress(work).await?.is_some_and(|now| now.since == noted.since) {
            let read = noted.read + read as u64;
            kept.note(work, &WorkProgress { after: next, read, done, at, ..noted }).await?;
            return Ok(!done);
        }
        Ok(true)
    }

    /// The streams of a partition of the view that moved after a place, and until the run began.
    async fn moved(
        &self,
        work: &Work,
        after: &str,
        until: Timestamp,
    ) -> Result<(Vec<Hint>, Option<ResumePoint>), Error> {
        let (partition, until) = (work.part.to_string(), activity::moved(until.next(), ""));
        let generation = foldlog::Generations::current(&self.waiting, activity::NAME).await?.generation;
        let first = activity::BY_MOVE.first(generation, &partition, PAGE);
        let lookup = Lookup { from: Some(after), until: Some(&until), ..first };
        let found = self.waiting.places(&lookup).await?;
        let next = found.last().filter(|_| found.len() == PAGE).map(|(moved, _)| ResumePoint::View(moved.clone()));
        let streams = found.into_iter().filter_map(|(_, key)| match key.parse::<StreamName>() {
            Ok(stream) => Some(stream),
            Err(error) => {
                tracing::error!(key, %error, "a row of the view names no stream");
                None
            }
        });
        let streams: Vec<_> = streams.collect();
        let ends: Vec<_> = streams.into_iter().map(|stream| self.end_of(stream)).collect();
        let ends: Vec<_> = stream::iter(ends).buffered(ENDS).collect().await;
        Ok((ends.into_iter().collect::<Result<_, _>>()?, next))
    }

    /// The end of a stream, as the log has it: the view may be behind.
    async fn end_of(&self, stream: StreamName) -> Result<Hint, Error> {
        let end = match self.folds().log().span(&stream, Span::around(Version(u64::MAX))).await {
            Ok(newest) => newest.first().map_or(Version::NONE, foldlog::Commit::last_version),
            Err(LogError::Corrupt { version, .. }) => version,
            Err(error @ (LogError::Unavailable(_) | LogError::Denied(_) | LogError::TooLong { .. })) => {
                return Err(error.into());
            }
        };
        Ok(Hint::of(stream, end))
    }

    /// The streams on a page of a segment of the log, as far as the page shows them.
    async fn segment(
        &self,
        work: &Work,
        after: Option<&ResumePoint>,
    ) -> Result<(Vec<Hint>, Option<ResumePoint>), Error> {
        let part = Part::Segment { number: work.part, of: work.of };
        let after = after.and_then(|after| match after {
            ResumePoint::Log(cursor) => Some(cursor),
            ResumePoint::View(_) | ResumePoint::Settling => None,
        });
        let page = self.folds().log().page(&part, after).await?;
        let mut ends: BTreeMap<StreamName, Version> = BTreeMap::new();
        for commit in page.commits {
            let (stream, version) = match commit {
                Ok(commit) => (commit.stream.clone(), commit.last_version()),
                // It is a hint all the same: the folds say what is wrong with it.
                Err(LogError::Corrupt { stream, version, .. }) => (stream, version),
                // An item without a stream: nothing follows from it.
                Err(LogError::Denied(error)) => {
                    tracing::error!(error, "an item of the log is no commit");
                    continue;
                }
                Err(error @ (LogError::Unavailable(_) | LogError::TooLong { .. })) => return Err(error.into()),
            };
            let end = ends.entry(stream).or_insert(version);
            *end = version.max(*end);
        }
        let hints = ends.into_iter().map(|(stream, version)| Hint::of(stream, version));
        Ok((hints.collect(), page.next.map(ResumePoint::Log)))
    }
}

impl Summary {
    fn add(&mut self, other: Self) {
        let Self { streams, advanced, parked, hinted, left } = other;
        self.streams += streams;
        self.advanced += advanced;
        self.parked += parked;
        self.hinted += hinted;
        self.left += left;
    }
}
