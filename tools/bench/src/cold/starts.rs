//! The figures of cold starts.

use crate::thousandths::Thousandths;
use serde::Serialize;

/// The figures of a program; what is over another is the median of the rounds' ratios.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Start {
    /// The program.
    pub(crate) name: String,
    /// Its binary's size.
    pub(crate) bytes: u64,
    /// Over the default function's.
    pub(crate) bytes_ratio: Thousandths,
    /// From before its process is made to its first question for an event: the median.
    pub(crate) first_poll_us: u64,
    /// Over the default function's,
    pub(crate) first_poll_over_default: Thousandths,
    /// and over the leanest one's.
    pub(crate) first_poll_over_leanest: Thousandths,
    /// From the first event to its answer: the median.
    pub(crate) first_answer_us: u64,
    /// Resident memory after half of the events and after all; none where the system does not tell.
    pub(crate) resident_kib: [Option<u64>; 2],
    /// The latter over the default function's.
    pub(crate) resident_ratio: Option<Thousandths>,
}

/// The result of a run.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Starts {
    /// Where it ran.
    pub(crate) machine: String,
    /// How often each program was started.
    pub(crate) rounds: u64,
    /// How many events one process of each answered.
    pub(crate) requests: u64,
    /// The yardsticks first.
    pub(crate) programs: Vec<Start>,
}
