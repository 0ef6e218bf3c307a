//! How products stand when a cart's command is completed: what their own streams say of them.

use crate::values::Money;

/// How a product stands when a command is completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It costs this.
    At(Money),
    /// It exists, and is not sold.
    NotListed,
    /// It does not exist.
    Unknown,
}
