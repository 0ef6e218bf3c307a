//! The payment provider's books.

use foldlog::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

/// The payments and webhooks of the provider.
pub(crate) struct Books {
    pub(crate) sandbox: shop_payments::Sandbox,
    /// The number of changes with a webhook that was sent or will be.
    pub(super) told: AtomicUsize,
}

impl Books {
    /// Books with a clock.
    pub(crate) fn dated(now_ms: &Arc<AtomicI64>) -> Self {
        let now_ms = now_ms.clone();
        let now = move || Timestamp(now_ms.load(Ordering::Relaxed));
        Self { sandbox: shop_payments::Sandbox::default().dated(now), told: AtomicUsize::default() }
    }
}
