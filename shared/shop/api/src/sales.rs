//! Bodies of answers about sales.

use schemars::JsonSchema;
use serde::Serialize;

/// The sales of some days.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sales {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// How each day is divided: by `sku` or `category`.
    pub by: String,
    /// The figures of each day.
    pub items: Vec<SoldOnDay>,
}

/// The sales of one product or category on one day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SoldOnDay {
    /// The day, in UTC.
    pub day: String,
    /// The product or category.
    #[serde(flatten)]
    pub of: SoldOf,
    /// The units sold.
    pub units: i64,
    /// The revenue without tax, in each currency.
    pub revenue: Vec<Revenue>,
    /// The number of orders with it.
    pub orders: i64,
    /// The number of those orders that were cancelled.
    pub cancellations: i64,
    /// The units that came back on that day, whenever they were sold.
    pub returned: i64,
    /// The amounts that customers get back for them, with tax, in each currency.
    pub refunds: Vec<Revenue>,
}

/// A product or a category.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SoldOf {
    /// A product.
    Sku(String),
    /// A category. Null stands for products without one.
    Category(Option<String>),
}

/// A sum of many amounts. It can be larger than the largest `Money`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Revenue {
    /// In minor units of the currency.
    pub amount: i64,
    /// Its ISO 4217 code.
    pub currency: String,
}
