//! Numbers with three decimals, and the functions that figures are made with: whole microseconds and medians.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// A number with three decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thousandths(pub(crate) u64);

impl Thousandths {
    /// The ratio of `count` to `of`.
    pub(crate) fn ratio(count: u64, of: u64) -> Self {
        let thousandths = u128::from(count) * 1_000 / u128::from(of.max(1));
        Self(u64::try_from(thousandths).unwrap_or(u64::MAX))
    }

    /// A number of the store, which has one decimal; zero if it is negative or missing.
    pub(crate) fn of_float(number: f64) -> Self {
        let text = format!("{number:.3}");
        Self(text.replace('.', "").parse().unwrap_or(0))
    }

    /// An equal share of it; zero if `count` is zero.
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

impl<'de> Deserialize<'de> for Thousandths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64::deserialize(deserializer).map(Self::of_float)
    }
}

/// A number for a table, with this number of decimals; a dash if it is unknown.
pub(crate) fn shown(number: Option<Thousandths>, decimals: usize) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.decimals$}"))
}

/// Nanoseconds.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Whole microseconds.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The middle number, which one outlier does not move; none for no numbers.
pub(crate) fn median<T: Ord + Copy>(numbers: impl IntoIterator<Item = T>) -> Option<T> {
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousandths_show_as_many_decimals_as_are_asked_for() {
        let number = Thousandths(12_345);
        assert_eq!(
            (number.to_string(), format!("{number:.1}"), format!("{number:>8.2}")),
            ("12.345".to_owned(), "12.3".to_owned(), "   12.34".to_owned())
        );
        assert_eq!(Thousandths::of_float(1.5), Thousandths(1_500));
        assert_eq!(Thousandths::ratio(1, 0), Thousandths(1_000));
        assert_eq!(serde_json::from_str::<Thousandths>("12.345").unwrap(), number);
    }

    #[test]
    fn the_median_is_not_moved_by_one_that_is_off() {
        let numbers = [900, 3, 1].map(Thousandths).to_vec();
        assert_eq!((median(numbers), median(Vec::<Thousandths>::new())), (Some(Thousandths(3)), None));
    }
}
