//! The prices of products, from their own streams, at the time of a command to a cart.

use crate::values::Money;

/// The price of a product at the time of a command, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The product is for sale at this price.
    At(Money),
    /// The product exists, but is not for sale.
    NotListed,
    /// The product does not exist.
    Unknown,
}
