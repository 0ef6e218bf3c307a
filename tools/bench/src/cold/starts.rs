//! The figures of cold starts.

use crate::thousandths::Thousandths;
use serde::Serialize;

/// The figures of a program. A ratio is the median of the rounds' ratios.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Start {
    /// The program.
    pub(crate) name: String,
    /// The size of its binary.
    pub(crate) bytes: u64,
    /// That over the default function's size.
    pub(crate) bytes_ratio: Thousandths,
    /// The time from before its process is created to its first request for an event: the median.
    pub(crate) first_poll_us: u64,
    /// That over the default function's,
    pub(crate) first_poll_over_default: Thousandths,
    /// and over the leanest one's.
    pub(crate) first_poll_over_leanest: Thousandths,
    /// The time from the first event to its answer: the median.
    pub(crate) first_answer_us: u64,
    /// Resident memory after half of the events and after all; none if the system does not report it.
    pub(crate) resident_kib: [Option<u64>; 2],
    /// The latter over the default function's.
    pub(crate) resident_ratio: Option<Thousandths>,
}

/// The result of a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Starts {
    /// The machine that it ran on.
    pub(crate) machine: String,
    /// The number of starts of each program.
    pub(crate) rounds: u64,
    /// The number of events that one process of each answered.
    pub(crate) requests: u64,
    /// The programs, yardsticks first.
    pub(crate) programs: Vec<Start>,
}
