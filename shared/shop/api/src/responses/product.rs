//! Products, and what warehouses have of them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::product::State;
use shop_domain::stock;
use shop_domain::values::{Money, Sku, WarehouseId};

/// A product.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Product {
    /// Its sku.
    pub id: Sku,
    /// The version of its stream.
    pub version: Version,
    /// Its sku.
    pub sku: Sku,
    /// What it is called.
    pub name: String,
    /// What it is like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What one costs, without tax.
    pub price: Money,
    /// Whether it is for sale.
    pub listed: bool,
}

impl Product {
    /// A product as its stream has it; none where it is not registered.
    #[must_use]
    pub fn of(sku: &Sku, version: Version, state: &State) -> Option<Self> {
        let product = state.product()?;
        Some(Self {
            id: sku.clone(),
            version,
            sku: sku.clone(),
            name: product.name.to_string(),
            description: product.description.as_ref().map(ToString::to_string),
            category: product.category.as_ref().map(ToString::to_string),
            price: product.price,
            listed: matches!(state, State::Listed(_)),
        })
    }
}

/// A product that is for sale.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListedProduct {
    /// The product.
    #[serde(flatten)]
    pub product: Product,
    /// How many all warehouses together can still promise. Of a product as it was, nothing is said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<u64>,
}

/// A product's stock in a warehouse.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Stock {
    /// `<warehouse>.<sku>`
    pub id: String,
    /// The version of its stream.
    pub version: Version,
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The product.
    pub sku: Sku,
    /// How many lie there.
    pub on_hand: u64,
    /// How many of them are held for orders.
    pub reserved: u64,
    /// How many can still be reserved.
    pub available: u64,
}

impl Stock {
    /// A stock as its stream has it.
    #[must_use]
    pub fn of(warehouse: &WarehouseId, sku: &Sku, version: Version, state: &stock::State) -> Self {
        Self {
            id: format!("{warehouse}.{sku}"),
            version,
            warehouse: warehouse.clone(),
            sku: sku.clone(),
            on_hand: state.on_hand,
            reserved: state.reserved(),
            available: state.available(),
        }
    }
}
