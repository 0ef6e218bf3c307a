//! Products, and their stock in warehouses.

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
    /// Its version.
    pub version: Version,
    /// Its sku.
    pub sku: Sku,
    /// Its name.
    pub name: String,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The price of one unit, without tax.
    pub price: Money,
    /// Whether it is for sale.
    pub listed: bool,
}

impl Product {
    /// The product of a stream, if it is registered.
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
    /// The units that are available in all warehouses together. A past version of a product does not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<u64>,
}

/// The stock of a product in a warehouse.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Stock {
    /// `<warehouse>.<sku>`
    pub id: String,
    /// Its version.
    pub version: Version,
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The product.
    pub sku: Sku,
    /// The units in the warehouse.
    pub on_hand: u64,
    /// The units that are reserved for orders.
    pub reserved: u64,
    /// The units that can still be reserved.
    pub available: u64,
}

impl Stock {
    /// The stock of a stream.
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
