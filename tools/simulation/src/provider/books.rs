//! What the payment provider knows.

use std::sync::atomic::AtomicUsize;

/// What the provider knows.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) sandbox: shop_payments::Sandbox,
    /// The number of changes with a webhook that was sent or will be.
    pub(super) told: AtomicUsize,
}
