//! The cases of the benchmark, with the names that arguments and reports use.

use std::str::FromStr;

/// The numbers of earlier events in the streams of a case.
pub(crate) const LENGTHS: [u64; 5] = [1, 10, 100, 1_000, 10_000];

/// The lengths of the streams that move while a generation is filled.
pub(crate) const FILLED: [u64; 3] = [10, 1_000, 100_000];

/// The length that a cold append to the longest stream is compared with: such a stream has no snapshot yet.
const SHORT: u64 = 30;

/// A measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Case {
    /// The first command of a stream.
    Create,
    /// One event more on a stream that the process remembers.
    #[strum(to_string = "append_warm_{0}")]
    AppendWarm(u64),
    /// One event more on a stream that the process must read first.
    #[strum(to_string = "append_cold_{0}")]
    AppendCold(u64),
    /// Five events in one command, on a stream that the process remembers.
    #[strum(to_string = "append_5_events")]
    AppendFive,
    /// One event more by each of sixteen clients, on a remembered stream of its own.
    #[strum(to_string = "append_16_clients")]
    Clients,
    /// Sixteen writers of one process on one stream.
    #[strum(to_string = "contention_16")]
    Contention,
    /// Sixteen processes on one stream, a writer each.
    #[strum(to_string = "contention_16_processes")]
    Processes,
    /// The state of a stream, read from the log.
    #[strum(to_string = "load_{0}")]
    Load(u64),
    /// Every event of a table, read and folded.
    Replay,
    /// Commits projected into rows, with this number of commits for each stream of a batch.
    #[strum(to_string = "project_{0}")]
    Project(u64),
    /// All rows of a view, rebuilt from the log.
    Rebuild,
    /// Live commits while a new generation is filled, on a stream of this length that the fill has not reached.
    #[strum(to_string = "live_beside_fill_{0}")]
    BesideFill(u64),
    /// Commands of five customers of a whole shop during the rebuild of a read model, and the same without one.
    #[strum(to_string = "live_beside_rebuild")]
    BesideRebuild,
    /// From a commit to its row, on a shop that has nothing else to do.
    Visible,
}

impl Case {
    /// All of them, in the order in which they are run.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Create)
            .chain(LENGTHS.map(Self::AppendWarm))
            .chain(LENGTHS.map(Self::AppendCold))
            .chain([Self::AppendCold(SHORT)])
            .chain([Self::AppendFive, Self::Clients, Self::Contention, Self::Processes])
            .chain(LENGTHS.map(Self::Load))
            .chain([Self::Replay, Self::Project(1), Self::Project(10)])
            .chain([Self::Rebuild])
            .chain(FILLED.map(Self::BesideFill))
            .chain([Self::BesideRebuild, Self::Visible])
    }

    /// The number of events in a stream before the command.
    pub(crate) const fn earlier(self) -> u64 {
        if let Self::AppendWarm(length) | Self::AppendCold(length) | Self::Load(length) = self {
            return length;
        }
        if matches!(self, Self::AppendFive | Self::Clients) { 1 } else { 0 }
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::all().find(|case| case.to_string() == text).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(|case| case.to_string()).collect();
            format!("there is {}", names.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_is_found_by_its_name_and_no_other_text_is_one() {
        for case in Case::all() {
            assert_eq!(case.to_string().parse(), Ok(case));
        }
        assert_eq!(Case::all().count(), 30);
        let unknown = "append_warm_7".parse::<Case>().unwrap_err();
        assert!(unknown.contains("append_warm_10000"), "{unknown}");
    }
}
