//! The time and randomness of tests: always the same.

use crate::faulty::yield_now;
use foldlog::{Clock, Randomness, Timestamp};
use std::time::Duration;

/// A host on which it is always noon: its clock does not advance, its pauses only let other tasks go first, and its
/// random bits are all zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Noon;

impl Noon {
    /// The time on its clock, noon in Berlin: 2025-11-21T11:00:00Z.
    pub const TIME: Timestamp = Timestamp(1_763_722_800_000);
}

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Self::TIME
    }

    async fn sleep(&self, _: Duration) {
        yield_now().await;
    }
}

impl Randomness for Noon {
    fn bits(&self) -> u128 {
        0
    }
}
