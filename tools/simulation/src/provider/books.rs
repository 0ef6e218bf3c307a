//! What the payment provider knows.

use std::sync::atomic::AtomicUsize;

/// What the provider knows.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) sandbox: shop_payments::Sandbox,
    /// How many of its changes the shop was told of, or will be.
    pub(super) told: AtomicUsize,
}
