//! The time and chance of tests: always the same.

use foldlog::{Clock, Randomness, Timestamp};
use std::time::Duration;

/// A host on which it is noon, whatever happens: its clock stands still, its pauses take no time, and its random bits are
/// all zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Noon;

impl Noon {
    /// What its clock says: 2025-11-21T11:00:00Z.
    pub const TIME: Timestamp = Timestamp(1_763_722_800_000);
}

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Self::TIME
    }

    async fn sleep(&self, _: Duration) {}
}

impl Randomness for Noon {
    fn bits(&self) -> u128 {
        0
    }
}
