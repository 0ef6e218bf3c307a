//! Time and randomness as ports: the kernel asks, and the edge or a simulation answers.

use crate::time::Timestamp;
use std::time::Duration;

/// The host's clock. It may be wrong: nothing that must be exact depends on it.
pub trait Clock: Send + Sync {
    /// What the clock says.
    fn now(&self) -> Timestamp;

    /// Whether the clock was compared with the store's time lately ([`crate::clock`]). If it was not, an answer of the
    /// store comes before anything is stamped.
    fn is_sure(&self) -> bool {
        true
    }

    /// Returns after a while.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// A source of random bits.
pub trait Randomness: Send + Sync {
    /// 128 random bits.
    fn bits(&self) -> u128;
}

impl<H: Clock> Clock for &H {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn is_sure(&self) -> bool {
        (**self).is_sure()
    }

    async fn sleep(&self, duration: Duration) {
        (**self).sleep(duration).await;
    }
}

impl<H: Randomness> Randomness for &H {
    fn bits(&self) -> u128 {
        (**self).bits()
    }
}
