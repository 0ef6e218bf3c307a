//! The content of an order, and the reasons why it may fail.

use crate::values::{AccountId, AddressId, CardChoice, Line, Sku, Totals};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The content of an order: account, lines and totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Placement {
    /// The account that placed it.
    pub account: AccountId,
    /// The products, with quantities and prices.
    pub lines: Vec<Line>,
    /// The totals of the lines.
    pub totals: Totals,
    /// The card to charge. If it is absent, the shop charges the default card of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardChoice>,
    /// The address to ship to, by its id in the account. If it is absent, the shop ships to the default address of the
    /// account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
}

/// Why an order failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No warehouse has enough of a product.
    #[error("out of stock: no warehouse has enough of {sku}")]
    OutOfStock {
        /// The product.
        sku: Sku,
    },
    /// The account that placed the order is not active.
    #[error("the account is not active")]
    AccountNotActive,
    /// The chosen address is not a shipping address of the account.
    #[error("the account has no such shipping address")]
    UnknownAddress,
    /// The order has an amount to pay, but no card to charge.
    #[error("there is no card to charge; add one to the account, or give one at checkout")]
    NoCard,
    /// The provider declined the payment.
    #[error("the payment was declined")]
    PaymentDeclined,
    /// The order was not confirmed in time.
    #[error("it could not be confirmed in time")]
    DeadlinePassed,
}
