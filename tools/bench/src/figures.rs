//! The figures of a case and of a whole run, as they are reported: per command, in whole numbers or thousandths.

use crate::meter::Counts;
use crate::thousandths::{Thousandths, micros, nanos};
use serde::Serialize;
use std::time::Duration;

/// The measurements of one side of a case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Side {
    /// The number of commands that were carried out, or of events that were read.
    pub(crate) done: u64,
    /// The duration of each command; in a replay, of each read of all events.
    pub(crate) durations: Vec<Duration>,
    /// The duration of all of them together.
    pub(crate) wall: Duration,
    /// The processor time of the client, if the system reports it.
    pub(crate) cpu: Option<Duration>,
    /// The cost of their requests, if they were counted.
    pub(crate) counts: Counts,
}

impl Side {
    /// This number of commands, without counted requests.
    pub(crate) fn of(durations: Vec<Duration>, wall: Duration, cpu: Option<Duration>) -> Self {
        Self { done: durations.len() as u64, durations, wall, cpu, counts: Counts::default() }
    }

    /// Adds another round.
    pub(crate) fn add(&mut self, round: Self) {
        self.cpu = if self.durations.is_empty() {
            round.cpu
        } else {
            self.cpu.zip(round.cpu).map(|(before, more)| before + more)
        };
        self.done += round.done;
        self.durations.extend(round.durations);
        self.wall += round.wall;
        self.counts += round.counts;
    }

    fn per_second_thousandths(&self) -> u64 {
        Thousandths::ratio(self.done.saturating_mul(1_000_000_000), nanos(self.wall)).0
    }
}

/// The percentile by nearest rank: the smallest value that `percent` of the values do not exceed.
fn percentile<T>(sorted: &[T], percent: usize) -> Option<&T> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1))
}

/// The figures of one side per command. In a replay they are per event, except the times, which are those of a whole
/// read.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Numbers {
    /// The number of timed commands.
    pub(crate) commands: u64,
    /// The number of commands in a second.
    pub(crate) per_s: u64,
    /// The time that half of them took at most.
    pub(crate) p50_us: u64,
    /// The time that all but one in a hundred took at most.
    pub(crate) p99_us: u64,
    /// Processor time of the client; none if the system does not report it.
    pub(crate) cpu_us: Option<Thousandths>,
    /// Requests.
    pub(crate) requests: Thousandths,
    /// Write units.
    pub(crate) write_units: Thousandths,
    /// Read units.
    pub(crate) read_units: Thousandths,
    /// The bytes of request and answer bodies.
    pub(crate) bytes: u64,
    /// Lost races.
    pub(crate) conflicts: Thousandths,
}

impl Numbers {
    /// Times are those of `timed`, counts those of `counted`.
    fn of(timed: &Side, counted: &Side) -> Self {
        let (counts, done) = (&counted.counts, counted.done);
        let mut sorted = timed.durations.clone();
        sorted.sort_unstable();
        let percentile_us = |percent| percentile(&sorted, percent).map_or(0, |duration| micros(*duration));
        Self {
            commands: timed.done,
            per_s: timed.per_second_thousandths() / 1_000,
            p50_us: percentile_us(50),
            p99_us: percentile_us(99),
            cpu_us: timed.cpu.map(|cpu| Thousandths::ratio(micros(cpu), timed.done)),
            requests: Thousandths::ratio(counts.requests, done),
            write_units: counts.write_units.over(done),
            read_units: counts.read_units.over(done),
            bytes: counts.bytes / done.max(1),
            conflicts: Thousandths::ratio(counts.conflicts, done),
        }
    }
}

/// A side's rounds: the timed ones, and the one whose requests were counted.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    pub(crate) timed: Side,
    pub(crate) counted: Side,
}

/// The figures of a case.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    /// The case.
    pub(crate) name: String,
    /// The event log's.
    #[serde(flatten)]
    pub(crate) ours: Numbers,
    /// The raw client's.
    pub(crate) raw: Numbers,
    /// The commands in a second over those of the raw client.
    pub(crate) ratio: Thousandths,
}

impl Figures {
    /// The figures of two sides.
    pub(crate) fn of(name: String, ours: &Rounds, raw: &Rounds) -> Self {
        Self {
            name,
            ours: Numbers::of(&ours.timed, &ours.counted),
            raw: Numbers::of(&raw.timed, &raw.counted),
            ratio: Thousandths::ratio(ours.timed.per_second_thousandths(), raw.timed.per_second_thousandths()),
        }
    }
}

/// The result of a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// The machine that it ran on.
    pub(crate) machine: String,
    /// The cases.
    pub(crate) cases: Vec<Figures>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn side(micros: impl IntoIterator<Item = u64>) -> Side {
        let durations: Vec<_> = micros.into_iter().map(Duration::from_micros).collect();
        let wall = durations.iter().sum();
        Side::of(durations, wall, Some(Duration::from_micros(202)))
    }

    fn percentiles_us(side: &Side) -> (u64, u64) {
        let numbers = Numbers::of(side, side);
        (numbers.p50_us, numbers.p99_us)
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        assert_eq!(percentiles_us(&side(1..=100)), (50, 99));
        assert_eq!(percentiles_us(&side([900, 30, 20, 10])), (20, 900));
        assert_eq!((percentiles_us(&side([7])), percentiles_us(&side([]))), ((7, 7), (0, 0)));
    }

    #[test]
    fn the_report_has_the_documented_shape() {
        let counts = Counts {
            requests: 8,
            bytes: 4_100,
            write_units: Thousandths(4_200),
            read_units: Thousandths(2_000),
            conflicts: 1,
        };
        let counted = |counts| Side { counts, ..side([1; 4]) };
        let ours = Rounds { timed: side([100, 200, 300, 400]), counted: counted(counts) };
        let raw = Rounds { timed: side([500; 4]), counted: counted(Counts { requests: 4, ..Counts::default() }) };
        let case = Figures::of("append_cold_10".to_owned(), &ours, &raw);
        let report = Report { machine: "a machine".to_owned(), cases: vec![case] };
        assert_eq!(
            serde_json::to_value(report).unwrap(),
            json!({"machine": "a machine", "cases": [{
                "name": "append_cold_10", "commands": 4, "per_s": 4_000, "p50_us": 200, "p99_us": 400, "cpu_us": 50.5,
                "requests": 2.0, "write_units": 1.05, "read_units": 0.5, "bytes": 1_025, "conflicts": 0.25,
                "raw": {
                    "commands": 4, "per_s": 2_000, "p50_us": 500, "p99_us": 500, "cpu_us": 50.5,
                    "requests": 1.0, "write_units": 0.0, "read_units": 0.0, "bytes": 0, "conflicts": 0.0,
                },
                "ratio": 2.0,
            }]})
        );
    }

    #[test]
    fn rounds_add_up() {
        let mut side = side([100]);
        side.add(Side { counts: Counts { conflicts: 2, ..Counts::default() }, done: 7, ..super::tests::side([300]) });
        assert_eq!((side.done, side.durations.len(), side.wall), (8, 2, Duration::from_micros(400)));
        assert_eq!((side.cpu, side.counts.conflicts), (Some(Duration::from_micros(404)), 2));
        side.add(Side { cpu: None, ..super::tests::side([1]) });
        assert_eq!(side.cpu, None);
    }
}
