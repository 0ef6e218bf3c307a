//! What an order is placed with, and why it may fail.

use crate::values::{AccountId, AddressId, CardChoice, Line, Sku, Totals};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was bought, by whom, at what price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Placement {
    /// Who bought it.
    pub account: AccountId,
    /// What.
    pub lines: Vec<Line>,
    /// For how much.
    pub totals: Totals,
    /// Which card to charge; the account's default one where none was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardChoice>,
    /// Which of the account's addresses to send it to; its default one where none was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
}

/// Why an order cannot be delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No warehouse has enough of a product.
    #[error("out of stock: no warehouse has enough of {sku}")]
    OutOfStock {
        /// The product.
        sku: Sku,
    },
    /// Whoever placed it may not buy.
    #[error("the account is not active")]
    AccountNotActive,
    /// The address that was chosen is none of the account's to send to.
    #[error("the account has no such shipping address")]
    UnknownAddress,
    /// There is something to pay, and nothing to pay it with.
    #[error("there is no card to charge; add one to the account, or give one at checkout")]
    NoCard,
    /// The card was not charged.
    #[error("the payment was declined")]
    PaymentDeclined,
    /// It took too long.
    #[error("it could not be confirmed in time")]
    DeadlinePassed,
}
