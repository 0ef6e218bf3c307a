//! Bodies of answers about what was sold.

use schemars::JsonSchema;
use serde::Serialize;

/// What was sold on some days.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sales {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// By what each day is divided: `sku` or `category`.
    pub by: String,
    /// The figures of each day.
    pub items: Vec<SoldOnDay>,
}

/// What was sold of something on a day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SoldOnDay {
    /// The day, of UTC.
    pub day: String,
    /// What it was.
    #[serde(flatten)]
    pub of: SoldOf,
    /// How many pieces.
    pub units: i64,
    /// For how much without tax, in each currency.
    pub revenue: Vec<Revenue>,
    /// In how many orders.
    pub orders: i64,
    /// How many orders with it were cancelled.
    pub cancellations: i64,
}

/// What was sold.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SoldOf {
    /// A product.
    Sku(String),
    /// What is filed under a category; null for what is filed under none.
    Category(Option<String>),
}

/// A sum of many amounts: it may be larger than any amount of money.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Revenue {
    /// In minor units of the currency.
    pub amount: i64,
    /// Its ISO 4217 code.
    pub currency: String,
}
