//! The times at which a waiting stream is asked again: after 30 s of waiting, and after twice as long each time.
//!
//! The rule needs no memory. Each run, once a minute, takes all streams whose waiting time crossed one of these marks
//! in the minute before. So each mark falls into exactly one run, and the result does not depend on earlier runs.

use foldlog::Timestamp;

/// The time between two runs, as the template schedules them.
const PERIOD_MS: i64 = 60_000;
/// The first mark; each further mark is twice as long.
const FIRST_MARK_MS: i64 = 30_000;
/// The daily run takes streams that have waited longer than this.
const LONGEST_MS: i64 = 24 * 60 * 60 * 1_000;

/// A span of time: later than one moment, and not later than the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) after: Timestamp,
    pub(crate) upto: Timestamp,
}

impl Span {
    /// Its length in periods between two runs, rounded up.
    pub(crate) fn periods(self) -> usize {
        let length = self.upto.0.saturating_sub(self.after.0);
        usize::try_from((length + PERIOD_MS - 1) / PERIOD_MS).unwrap_or(usize::MAX)
    }
}

/// The spans in which the streams that are due now began to wait. They do not overlap, and the newest comes first.
pub(crate) fn due(now: Timestamp) -> Vec<Span> {
    let marks = std::iter::successors(Some(FIRST_MARK_MS), |mark| Some(mark * 2)).take_while(|mark| *mark < LONGEST_MS);
    let mut spans: Vec<Span> = Vec::new();
    for mark in marks {
        let upto = Timestamp(now.0.saturating_sub(mark));
        let after = Timestamp(upto.0.saturating_sub(PERIOD_MS));
        match spans.last_mut() {
            Some(newer) if newer.after <= upto => newer.after = after,
            Some(_) | None => spans.push(Span { after, upto }),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const SECOND: i64 = 1_000;

    /// At which ages whoever waits since a moment is asked for, by runs a minute apart.
    fn asked(since: i64) -> Vec<i64> {
        let runs = (0..2 * 24 * 60).map(|run| run * PERIOD_MS);
        let covers = |span: &Span| span.after.0 < since && since <= span.upto.0;
        runs.filter(|now| due(Timestamp(*now)).iter().any(covers)).map(|now| now - since).collect()
    }

    #[test]
    fn each_mark_is_crossed_in_one_run_whenever_the_waiting_began() {
        for since in [0, 1, 15 * SECOND, 30 * SECOND, 30 * SECOND + 1, 59_999, 3_600_000] {
            let ages = asked(since);
            let marks: Vec<i64> = (0..12).map(|doubled| FIRST_MARK_MS << doubled).collect();
            let mut by_mark: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
            for mark in marks {
                let crossing: Vec<_> =
                    ages.iter().copied().filter(|age| (mark..mark + PERIOD_MS).contains(age)).collect();
                by_mark.insert(mark, crossing);
            }
            for (mark, crossing) in &by_mark {
                let later: Vec<_> = crossing.iter().filter(|age| **age - PERIOD_MS < *mark).collect();
                assert_eq!(later.len(), 1, "since {since} mark {mark}: {crossing:?}");
            }
            // Nobody is asked for between two marks, nor before the first or after a day.
            let on_a_mark = |age: &i64| by_mark.values().any(|crossing| crossing.contains(age));
            assert!(ages.iter().all(on_a_mark), "since {since}: {ages:?}");
        }
    }

    #[test]
    fn spans_do_not_overlap_and_are_few() {
        let spans = due(Timestamp(1_763_718_000_000));
        assert!(spans.windows(2).all(|pair| pair[1].upto < pair[0].after), "{spans:?}");
        let periods: Vec<_> = spans.iter().map(|span| span.periods()).collect();
        assert_eq!(periods, [3, 1, 1, 1, 1, 1, 1, 1, 1, 1], "the first three marks are within two periods: {spans:?}");
    }
}
