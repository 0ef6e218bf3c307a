//! The delivery of one batch of records: retried, cut, bisected, given up. It needs no clock, no function and no
//! records.

use crate::mappings::Rules;
use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

/// The first pause before a retry; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause before a retry.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The result of one invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All records are finished.
    Succeeded,
    /// The invocation failed, or its answer was invalid.
    Failed,
    /// The records of the part before this position are finished, the others are not.
    FailedFrom(usize),
}

/// The next step after an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Go on with the next part.
    GoOn,
    /// Wait, then try again.
    Wait(Duration),
    /// Send these records to the failure destination, with the number of their invocations, and go on.
    GiveUp {
        /// Positions in the batch.
        records: Range<usize>,
        /// Invocations of exactly these records.
        invocations: u32,
    },
}

#[derive(Clone, Debug)]
struct Part {
    records: Range<usize>,
    invocations: u32,
}

/// A batch on its way; parts come strictly one after another.
#[derive(Debug)]
pub(super) struct Delivery {
    parts: VecDeque<Part>,
    rules: Rules,
}

impl Delivery {
    /// A batch of a number of records.
    pub(super) fn new(records: usize, rules: Rules) -> Self {
        Self { parts: VecDeque::from([Part { records: 0..records, invocations: 0 }]), rules }
    }

    /// The records for the next invocation, and how often the function was invoked with exactly these.
    pub(super) fn next(&self) -> Option<(Range<usize>, u32)> {
        self.parts.front().map(|part| (part.records.clone(), part.invocations))
    }

    /// Leaves out the first records of the next part.
    pub(super) fn discard(&mut self, count: usize) {
        if let Some(part) = self.parts.front_mut() {
            part.records.start += count;
            part.invocations = 0;
            if part.records.is_empty() {
                self.parts.pop_front();
            }
        }
    }

    /// Takes in the result of the invocation with the next part.
    pub(super) fn settle(&mut self, outcome: Outcome) -> Step {
        let Some(mut part) = self.parts.pop_front() else { return Step::GoOn };
        part.invocations += 1;
        match outcome {
            Outcome::Succeeded => Step::GoOn,
            Outcome::FailedFrom(position) if position > 0 => {
                let records = part.records.start + position..part.records.end;
                if !records.is_empty() {
                    self.parts.push_front(Part { records, invocations: 0 });
                }
                Step::GoOn
            }
            Outcome::Failed if self.rules.bisect && part.records.len() > 1 => {
                // As on Lambda, cutting a batch does not use up a retry.
                let middle = part.records.start + part.records.len() / 2;
                let invocations = part.invocations - 1;
                self.parts.push_front(Part { records: middle..part.records.end, invocations });
                self.parts.push_front(Part { records: part.records.start..middle, invocations });
                Step::Wait(FIRST_PAUSE)
            }
            Outcome::Failed | Outcome::FailedFrom(_) => {
                if self.rules.retries.is_some_and(|retries| part.invocations > retries) {
                    return Step::GiveUp { records: part.records, invocations: part.invocations };
                }
                let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(part.invocations - 1));
                self.parts.push_front(part);
                Step::Wait(doubled.min(LONGEST_PAUSE))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a delivery against a function, and returns the invocations and the given-up records.
    fn run(
        records: usize,
        rules: Rules,
        function: impl Fn(&Range<usize>) -> Outcome,
    ) -> (Vec<Range<usize>>, Vec<usize>) {
        let mut delivery = Delivery::new(records, rules);
        let (mut invoked, mut lost) = (Vec::new(), Vec::new());
        while let Some((records, _)) = delivery.next() {
            let outcome = function(&records);
            invoked.push(records);
            if let Step::GiveUp { records, .. } = delivery.settle(outcome) {
                lost.extend(records);
            }
        }
        (invoked, lost)
    }

    fn rules(retries: u32, bisect: bool) -> Rules {
        Rules { retries: Some(retries), bisect }
    }

    #[test]
    fn bisecting_isolates_the_one_bad_record_and_delivers_all_others_in_order() {
        let bad = 5;
        let delivered = std::cell::RefCell::new(Vec::new());
        let (_, lost) = run(8, rules(2, true), |records| {
            if records.contains(&bad) {
                return Outcome::Failed;
            }
            delivered.borrow_mut().extend(records.clone());
            Outcome::Succeeded
        });
        assert_eq!(lost, [bad]);
        assert_eq!(delivered.into_inner(), [0, 1, 2, 3, 4, 6, 7]);
    }

    #[test]
    fn without_bisecting_the_whole_batch_is_retried_and_given_up() {
        let (invoked, lost) = run(3, rules(2, false), |_| Outcome::Failed);
        assert_eq!(invoked, [0..3, 0..3, 0..3], "one try and two retries");
        assert_eq!(lost, [0, 1, 2]);
    }

    #[test]
    fn a_reported_failure_is_the_checkpoint_and_everything_from_there_comes_again() {
        let (invoked, lost) = run(6, rules(1, true), |records| {
            if records.start <= 2 { Outcome::FailedFrom(2 - records.start) } else { Outcome::Succeeded }
        });
        assert_eq!(invoked, [0..6, 2..6, 2..6]);
        assert_eq!(lost, [2, 3, 4, 5], "a reported failure is not bisected further");
    }

    #[test]
    fn retries_wait_longer_each_time() {
        let mut delivery = Delivery::new(1, Rules { retries: None, bisect: true });
        let pauses: Vec<_> = (0..12).map(|_| delivery.settle(Outcome::Failed)).collect();
        assert_eq!(pauses[..3], [100, 200, 400].map(|ms| Step::Wait(Duration::from_millis(ms))));
        assert_eq!(pauses[11], Step::Wait(LONGEST_PAUSE), "and never give up without a bound");
    }

    #[test]
    fn discarded_records_are_not_delivered() {
        let mut delivery = Delivery::new(4, rules(0, false));
        delivery.discard(3);
        assert_eq!(delivery.next(), Some((3..4, 0)));
        delivery.discard(1);
        assert_eq!(delivery.next(), None);
    }
}
