//! The parts of the daily run: what they are called, and when each begins again.

use foldlog::Timestamp;
use foldlog::read::views::Generation;
use foldlog::rebuild::{Phase, ResumePoint, Work, WorkProgress};
use shop_domain::views::activity;
use std::time::Duration;

/// The names under which the parts keep their places. No view has such names.
pub(crate) const MOVED: &str = "*moved";
pub(crate) const WHOLE: &str = "*whole";
/// How long a piece of the daily run works: the function has 15 minutes, the next piece begins 15 minutes later, and the
/// last page of each part takes a while.
pub(crate) const PIECE: Duration = Duration::from_mins(10);
/// The number of segments of the log.
const SEGMENTS: u32 = 8;
/// How far a run of what moved looks back beyond the beginning of the one before.
const OVERLAP: Duration = Duration::from_hours(2);
/// The first run of what moved looks back for this long: the whole log is read at the same time.
const DAY: Duration = Duration::from_hours(24);

/// Which parts a run begins again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// The whole log if it is due, otherwise what moved.
    Due,
    /// The whole log.
    Whole,
    /// None: it goes on with those that are not done.
    Nothing,
}

/// How often the parts come round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    /// The time between two runs through the whole log. Zero means that every daily run is one, from its beginning.
    pub(crate) whole_every: Duration,
}

impl Parts {
    pub(crate) fn moved() -> impl Iterator<Item = Work> {
        let of = u32::try_from(activity::SHARDS).unwrap_or(u32::MAX);
        (0..of).map(move |number| part(MOVED, number, of))
    }

    pub(crate) fn whole() -> impl Iterator<Item = Work> {
        (0..SEGMENTS).map(|number| part(WHOLE, number, SEGMENTS))
    }

    /// Whether a run begins the whole log again. It does not while an earlier run through it is not done, unless every
    /// run has to: on one machine each kill loses hints, also of streams that the earlier run had passed.
    pub(crate) fn begins_whole(self, begin: Begin, noted: &[Option<WorkProgress>], now: Timestamp) -> bool {
        let is_due = |noted: &Option<WorkProgress>| match noted {
            None => true,
            Some(noted) => noted.done && noted.since.after(self.whole_every) <= now,
        };
        match begin {
            Begin::Whole => true,
            Begin::Due => self.whole_every.is_zero() || noted.iter().all(is_due),
            Begin::Nothing => false,
        }
    }
}

/// Where a part of what moved begins again, if it does: before the last run of it began. One that is not done goes on:
/// what moves meanwhile is for the run after it.
pub(crate) fn moved_since(noted: Option<&WorkProgress>, now: Timestamp) -> Option<WorkProgress> {
    let since = match noted {
        Some(noted) if !noted.done => return None,
        Some(noted) => noted.since,
        None => before(now, DAY),
    };
    let after = ResumePoint::View(activity::moved(before(since, OVERLAP), ""));
    Some(WorkProgress { after: Some(after), since: now, at: now, ..WorkProgress::default() })
}

fn part(name: &str, number: u32, of: u32) -> Work {
    Work { view: name.to_owned(), generation: Generation::FIRST, phase: Phase::Compare, part: number, of }
}

fn before(at: Timestamp, duration: Duration) -> Timestamp {
    Timestamp(at.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
}
