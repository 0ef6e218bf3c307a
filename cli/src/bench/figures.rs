//! The figures of a case, and of a whole run, as they are reported: a command each, whole numbers or thousandths.

use super::meter::Counts;
use serde::{Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// A number with three decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thousandths(pub(crate) u64);

impl Thousandths {
    /// How often `of` holds in `count`.
    pub(crate) fn ratio(count: u64, of: u64) -> Self {
        let thousandths = u128::from(count) * 1_000 / u128::from(of.max(1));
        Self(u64::try_from(thousandths).unwrap_or(u64::MAX))
    }

    /// A number of the store's, which has one decimal; nothing where it is below zero or none.
    pub(crate) fn of_float(number: f64) -> Self {
        let text = format!("{number:.3}");
        Self(text.replace('.', "").parse().unwrap_or(0))
    }

    /// A share of it; nothing where there are none to share it.
    pub(crate) const fn over(self, count: u64) -> Self {
        match self.0.checked_div(count) {
            Some(share) => Self(share),
            None => Self(0),
        }
    }
}

impl fmt::Display for Thousandths {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1_000, self.0 % 1_000);
        let cut = formatter.precision().map_or(text.len(), |decimals| text.len() + decimals - 3);
        formatter.pad_integral(true, "", text.get(..cut).unwrap_or(&text))
    }
}

impl Serialize for Thousandths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_string().parse().map_err(serde::ser::Error::custom)?)
    }
}

/// What one side of a case did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Side {
    /// How long each command took.
    pub(crate) durations: Vec<Duration>,
    /// How long all of them took.
    pub(crate) wall: Duration,
    /// What they took of the client's processor, where this can be known.
    pub(crate) cpu: Option<Duration>,
}

impl Side {
    /// The same over one round more.
    pub(crate) fn add(&mut self, round: Self) {
        self.cpu = if self.durations.is_empty() {
            round.cpu
        } else {
            self.cpu.zip(round.cpu).map(|(before, more)| before + more)
        };
        self.durations.extend(round.durations);
        self.wall += round.wall;
    }

    fn count(&self) -> u64 {
        self.durations.len() as u64
    }

    fn per_second_thousandths(&self) -> u64 {
        let nanos = u64::try_from(self.wall.as_nanos()).unwrap_or(u64::MAX);
        Thousandths::ratio(self.count().saturating_mul(1_000_000_000), nanos).0
    }

    fn percentile_us(&self, percent: usize) -> u64 {
        let mut sorted = self.durations.clone();
        sorted.sort_unstable();
        percentile(&sorted, percent).map_or(0, |duration| micros(*duration))
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The smallest value that so many percent of the values do not exceed (nearest rank).
fn percentile<T>(sorted: &[T], percent: usize) -> Option<&T> {
    sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1))
}

/// The figures of a case: those without `raw` are the event log's, a command each.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Figures {
    /// The case.
    pub(crate) name: String,
    /// How many commands were timed.
    pub(crate) commands: u64,
    /// How many were done in a second.
    pub(crate) per_s: u64,
    /// What half of them took at most.
    pub(crate) p50_us: u64,
    /// What all but one in a hundred took at most.
    pub(crate) p99_us: u64,
    /// Requests.
    pub(crate) requests: Thousandths,
    /// Write units.
    pub(crate) write_units: Thousandths,
    /// Read units.
    pub(crate) read_units: Thousandths,
    /// The bodies of requests and answers.
    pub(crate) bytes: u64,
    /// Processor time of the client; none where the system does not tell.
    pub(crate) cpu_us: Option<u64>,
    /// How many the raw client did in a second.
    pub(crate) raw_per_s: u64,
    /// Commands in a second over those of the raw client.
    pub(crate) ratio: Thousandths,
    /// What half of the raw client's took at most: for the plot.
    #[serde(skip)]
    pub(crate) raw_p50_us: u64,
}

impl Figures {
    /// The figures of two sides, and of what was counted over so many commands.
    pub(crate) fn of(name: String, ours: &Side, raw: &Side, counts: Counts, counted: u64) -> Self {
        Self {
            name,
            commands: ours.count(),
            per_s: ours.per_second_thousandths() / 1_000,
            p50_us: ours.percentile_us(50),
            p99_us: ours.percentile_us(99),
            requests: Thousandths::ratio(counts.requests, counted),
            write_units: counts.write_units.over(counted),
            read_units: counts.read_units.over(counted),
            bytes: counts.bytes / counted.max(1),
            cpu_us: ours.cpu.map(|cpu| micros(cpu) / ours.count().max(1)),
            raw_per_s: raw.per_second_thousandths() / 1_000,
            ratio: Thousandths::ratio(ours.per_second_thousandths(), raw.per_second_thousandths()),
            raw_p50_us: raw.percentile_us(50),
        }
    }
}

/// What a run found out.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// Where it ran.
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
        Side { wall: durations.iter().sum(), cpu: Some(Duration::from_micros(50) * 4), durations }
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let hundred = side(1..=100);
        assert_eq!((hundred.percentile_us(50), hundred.percentile_us(99)), (50, 99));
        let reversed = side([900, 30, 20, 10]);
        assert_eq!((reversed.percentile_us(50), reversed.percentile_us(99)), (20, 900));
        assert_eq!((side([7]).percentile_us(50), side([]).percentile_us(99)), (7, 0));
    }

    #[test]
    fn the_report_has_the_documented_shape() {
        let counts =
            Counts { requests: 8, bytes: 4_100, write_units: Thousandths(4_200), read_units: Thousandths(2_000) };
        let (ours, raw) = (side([100, 200, 300, 400]), side([500; 4]));
        let case = Figures::of("append_cold_10".to_owned(), &ours, &raw, counts, 4);
        let report = Report { machine: "a machine".to_owned(), cases: vec![case] };
        assert_eq!(
            serde_json::to_value(report).unwrap(),
            json!({"machine": "a machine", "cases": [{
                "name": "append_cold_10", "commands": 4, "per_s": 4_000, "p50_us": 200, "p99_us": 400,
                "requests": 2.0, "write_units": 1.05, "read_units": 0.5, "bytes": 1_025, "cpu_us": 50,
                "raw_per_s": 2_000, "ratio": 2.0,
            }]})
        );
    }

    #[test]
    fn rounds_add_up() {
        let mut side = side([100]);
        side.add(super::tests::side([300]));
        assert_eq!((side.count(), side.wall), (2, Duration::from_micros(400)));
        assert_eq!(side.cpu, Some(Duration::from_micros(400)));
        side.add(Side { cpu: None, ..super::tests::side([1]) });
        assert_eq!(side.cpu, None);
    }

    #[test]
    fn thousandths_show_as_many_decimals_as_are_asked_for() {
        let number = Thousandths(12_345);
        assert_eq!(
            (number.to_string(), format!("{number:.1}"), format!("{number:>8.2}")),
            ("12.345".to_owned(), "12.3".to_owned(), "   12.34".to_owned())
        );
        assert_eq!(Thousandths::of_float(1.5), Thousandths(1_500));
        assert_eq!(Thousandths::ratio(1, 0), Thousandths(1_000));
    }
}
