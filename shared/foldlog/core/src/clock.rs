//! A host's clock, held against the time of the store.
//!
//! **Promise.** No commit is stamped more than [`BOUND`] ahead of the store's time, however wrong the host's clock is.
//!
//! Times in a stream never go back, and an effect is never earlier than its cause. So one host that is an hour ahead
//! would stamp a busy stream, and everything that follows from it, with that hour. Nothing else in the log knows the
//! right time, but the store does: each of its answers names it.
//!
//! **Invariants.**
//!
//! - A clock that is off by more than [`TOLERANCE`] is corrected by as much. The store names whole seconds, and an
//!   answer takes a while: a smaller difference proves nothing.
//! - A comparison counts for [`FRESH`], by the host's own clock. If that clock jumps further, the comparison is too old,
//!   whatever the direction, and so it is after a pause in which the host was frozen.
//! - A command is not stamped by a clock that is not sure ([`Clock::is_sure`]): its stream is read first, even if it is
//!   remembered, and the answer to that read is the next comparison.
//!
//! **Attacked by** the simulation, whose hosts are up to an hour off and jump, and by `tests/kernel/clock.rs`.
//!
//! [`Clock::is_sure`]: crate::Clock::is_sure

use crate::time::Timestamp;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The difference up to which a clock counts as right.
pub const TOLERANCE: Duration = Duration::from_secs(5);
/// How long a comparison counts, by the host's own clock.
pub const FRESH: Duration = Duration::from_mins(1);
/// How far a commit is stamped ahead of the store's time at most: a jump that goes unnoticed, and the tolerance.
pub const BOUND: Duration = Duration::from_secs(FRESH.as_secs() + TOLERANCE.as_secs());

/// What is known of a host's clock. The functions of a process share it.
#[derive(Debug, Default)]
pub struct CheckedClock(Mutex<Option<Comparison>>);

/// The newest comparison with the store.
#[derive(Clone, Copy, Debug)]
struct Comparison {
    /// What the host's own clock said.
    own: Timestamp,
    /// What is added to it, in milliseconds.
    correction_ms: i64,
}

impl CheckedClock {
    /// A clock that was never compared.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Takes in the time that an answer of the store names, and what the host's own clock says. Returns by how many
    /// milliseconds the clock is ahead, if it has to be corrected for that and was not corrected by about as much before.
    pub fn compare(&self, own: Timestamp, store: Timestamp) -> Option<i64> {
        let ahead_ms = own.0.saturating_sub(store.0);
        let is_off = ahead_ms.unsigned_abs() > millis(TOLERANCE);
        let correction_ms = if is_off { -ahead_ms } else { 0 };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.replace(Comparison { own, correction_ms }).map_or(0, |known| known.correction_ms);
        (is_off && before.abs_diff(correction_ms) > millis(TOLERANCE)).then_some(ahead_ms)
    }

    /// The time, by what the host's own clock says.
    #[must_use]
    pub fn now(&self, own: Timestamp) -> Timestamp {
        let correction_ms = self.known().map_or(0, |known| known.correction_ms);
        Timestamp(own.0.saturating_add(correction_ms))
    }

    /// Whether a comparison counts, by what the host's own clock says.
    #[must_use]
    pub fn is_sure(&self, own: Timestamp) -> bool {
        self.known().is_some_and(|known| own.0.abs_diff(known.own.0) <= millis(FRESH))
    }

    fn known(&self) -> Option<Comparison> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
