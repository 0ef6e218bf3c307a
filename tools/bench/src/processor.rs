//! Processor time; none if the system does not report it.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// The processor time of this thread, on which the whole client runs.
pub(crate) fn cpu() -> Option<Duration> {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).ok()
}

/// The processor time since then.
pub(crate) fn spent(before: Option<Duration>) -> Option<Duration> {
    cpu()?.checked_sub(before?)
}

/// The processor time of all threads of this process.
pub(crate) fn of_process() -> Option<Duration> {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).ok()
}
