//! The real clock and random source of a function.

use foldlog::{Clock, Randomness, Timestamp};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The system's clock and random source, behind the kernel's ports.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemHost;

impl Clock for SystemHost {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
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
