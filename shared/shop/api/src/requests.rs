//! Bodies of requests. Unknown fields are refused, and values are checked as they are read.

mod accounts;
mod warehouses;

pub use accounts::{AddAddress, AddCard, OpenAccount};
pub use warehouses::{MoveWarehouse, OpenWarehouse, RenameWarehouse};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::stock::Discrepancy;
use shop_domain::values::{
    AddressId, CardChoice, Category, DeliveryNote, Description, Money, Name, Quantity, Reason, ShipmentId, Sku,
    TrackingNumber,
};
use std::collections::BTreeMap;

/// `POST /products`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterProduct {
    /// Its name among products, chosen by the shop.
    pub sku: Sku,
    /// What it is called.
    pub name: Name,
    /// What it is like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// What it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// What one costs, without tax, in the shop's currency.
    #[serde(deserialize_with = "crate::read_money")]
    #[schemars(with = "crate::RequestedMoney")]
    pub price: Money,
}

/// `POST /products/{sku}/price`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepriceProduct {
    /// What one costs from now on.
    #[serde(deserialize_with = "crate::read_money")]
    #[schemars(with = "crate::RequestedMoney")]
    pub price: Money,
}

/// `POST /products/{sku}/description`: what is absent stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeProduct {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
}

/// `POST /products/{sku}/category`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoriseProduct {
    /// What it belongs to.
    pub category: Category,
}

/// A command that needs nothing but its path: `{}`, or no body at all.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `POST /stock/{warehouse}/{sku}/receive`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveStock {
    /// How many came in.
    pub quantity: Quantity,
    /// The paper that came with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_note: Option<DeliveryNote>,
}

/// `POST /stock/{warehouse}/{sku}/adjust`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustStock {
    /// How many were counted.
    pub on_hand: u64,
    /// What kind of difference it is; a miscount where nobody says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Discrepancy>,
    /// Why that differs, in words.
    pub reason: Reason,
}

/// `POST /carts/{id}/items`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddItem {
    /// The product.
    pub sku: Sku,
    /// How many more of it.
    pub quantity: Quantity,
}

/// `PATCH /carts/{id}/items/{sku}`
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeQuantity {
    /// How many of it from now on.
    pub quantity: Quantity,
}

/// `POST /carts/{id}/checkout`
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckOut {
    /// Which card to charge: the id of one of the account's, or any token; the account's default one where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<CardChoice>,
    /// Which of the account's addresses to send it to; its default one where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
}

/// `POST /orders/{id}/ship`
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipOrder {
    /// The numbers under which the carriers know the order's shipments, by shipment, where they are known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tracking: BTreeMap<ShipmentId, TrackingNumber>,
}

/// `POST /orders/{id}/cancel`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelOrder {
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}
