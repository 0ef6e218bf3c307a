//! The real clock and random source of a function.

use crate::metrics;
use foldlog::clock::CheckedClock;
use foldlog::{Clock, Randomness, Timestamp};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What is known of this machine's clock: all functions of the process share it.
static CHECKED: CheckedClock = CheckedClock::new();

/// The system's clock, corrected by the store's, and its random source, behind the kernel's ports.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemHost;

impl SystemHost {
    /// Takes in the time that an answer of the store names.
    pub fn heard(store: Timestamp) {
        if let Some(ahead_ms) = CHECKED.compare(own(), store) {
            tracing::error!(ahead_ms, "the clock of this machine is wrong, and is corrected by the store's");
            metrics::clock_corrected();
        }
    }
}

fn own() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Clock for SystemHost {
    fn now(&self) -> Timestamp {
        CHECKED.now(own())
    }

    fn is_sure(&self) -> bool {
        CHECKED.is_sure(own())
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl Randomness for SystemHost {
    fn bits(&self) -> u128 {
        let mut bytes = [0; 16];
        // A system without randomness cannot keep a secret or create an id, so there is no sensible way to go on.
        #[expect(clippy::expect_used, reason = "a broken invariant of the platform")]
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        u128::from_be_bytes(bytes)
    }
}
