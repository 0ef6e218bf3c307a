//! The payment provider's books.

use std::sync::atomic::AtomicUsize;

/// The payments and webhooks of the provider.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) sandbox: shop_payments::Sandbox,
    /// The number of changes with a webhook that was sent or will be.
    pub(super) told: AtomicUsize,
}
