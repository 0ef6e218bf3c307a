//! What was taken of the processor; none where the system does not tell.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// What this thread, which the whole client runs on, has taken.
pub(crate) fn cpu() -> Option<Duration> {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).ok()
}

/// What it has taken since then.
pub(crate) fn spent(before: Option<Duration>) -> Option<Duration> {
    cpu()?.checked_sub(before?)
}

/// What all threads of this process have taken.
pub(crate) fn of_process() -> Option<Duration> {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).ok()
}
