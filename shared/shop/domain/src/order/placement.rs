//! What an order is placed with, and why it may fail.

use crate::values::{AccountId, AddressId, CardChoice, Line, Sku, Totals};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No warehouse has enough of a product.
    OutOfStock {
        /// The product.
        sku: Sku,
    },
    /// Whoever placed it may not buy.
    AccountNotActive,
    /// The address that was chosen is none of the account's to send to.
    UnknownAddress,
    /// There is something to pay, and nothing to pay it with.
    NoCard,
    /// The card was not charged.
    PaymentDeclined,
    /// It took too long.
    DeadlinePassed,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfStock { sku } => write!(formatter, "out of stock: no warehouse has enough of {sku}"),
            Self::AccountNotActive => formatter.write_str("the account is not active"),
            Self::UnknownAddress => formatter.write_str("the account has no such shipping address"),
            Self::NoCard => {
                formatter.write_str("there is no card to charge; add one to the account, or give one at checkout")
            }
            Self::PaymentDeclined => formatter.write_str("the payment was declined"),
            Self::DeadlinePassed => formatter.write_str("it could not be confirmed in time"),
        }
    }
}
