//! The shop's wire types: the bodies of requests and answers. Functions, command line and tests share them.

pub mod operations;
pub mod requests;
pub mod responses;
pub mod sales;

use iso_currency::Currency;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::values::{Invalid, Money};

/// The prefix of the type of each problem of this API.
pub const PROBLEM_NAMESPACE: &str = "urn:shop:problem:";

/// The scope of customers, as the gateway spells it.
pub const CUSTOMER: &str = "shop/customer";

/// Money in a request: minor units and an ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RequestedMoney {
    /// In minor units of the currency.
    #[schemars(range(min = 0, max = Money::MOST))]
    amount: i64,
    /// Its ISO 4217 code.
    #[schemars(with = "String", extend("enum" = currencies()))]
    currency: Currency,
}

/// The codes of all currencies.
fn currencies() -> Vec<String> {
    let letters = || 'A'..='Z';
    let pairs = letters().flat_map(|first| letters().map(move |second| (first, second)));
    let codes = pairs.flat_map(|(first, second)| letters().map(move |third| String::from_iter([first, second, third])));
    codes.filter(|code| Currency::from_code(code).is_some()).collect()
}

/// Reads the money of a request: its amount is bounded, and unknown fields are refused.
pub(crate) fn read_money<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
    let money = RequestedMoney::deserialize(deserializer)?;
    Money::new(money.amount, money.currency).map_err(|error: Invalid| serde::de::Error::custom(error))
}
