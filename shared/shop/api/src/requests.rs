//! Bodies of requests. Unknown fields are refused, and values are checked as they are read.

mod accounts;
mod returns;
mod warehouses;

pub use accounts::{AddAddress, AddCard, OpenAccount};
pub use returns::{ReturnGoods, ReturnLine};
pub use warehouses::{MoveWarehouse, OpenWarehouse, RenameWarehouse};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::stock::Discrepancy;
use shop_domain::values::{
    AddressId, CardId, Category, DeliveryNote, Description, Money, Quantity, Reason, SentName, ShipmentId, Sku,
    TrackingNumber, WarehouseId,
};
use std::collections::BTreeMap;

/// `POST /products`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterProduct {
    /// Its id, which you choose.
    pub sku: Sku,
    /// Its name.
    pub name: SentName,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// Its category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The price of one unit, without tax, in the currency of the shop.
    #[serde(deserialize_with = "crate::read_money")]
    #[schemars(with = "crate::RequestedMoney")]
    pub price: Money,
}

/// `POST /products/{sku}/price`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepriceProduct {
    /// The new price of one unit, without tax.
    #[serde(deserialize_with = "crate::read_money")]
    #[schemars(with = "crate::RequestedMoney")]
    pub price: Money,
}

/// `POST /products/{sku}/description`. A missing field keeps its value.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeProduct {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<SentName>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
}

/// `POST /products/{sku}/category`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoriseProduct {
    /// Its category.
    pub category: Category,
}

/// A command that needs only its path. Send `{}`, or no body.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `POST /stock/{warehouse}/{sku}/receive`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiveStock {
    /// The number of units that arrived.
    pub quantity: Quantity,
    /// The number of the delivery note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_note: Option<DeliveryNote>,
}

/// `POST /stock/{warehouse}/{sku}/adjust`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustStock {
    /// The number of units that were counted.
    #[schemars(range(max = shop_domain::stock::MOST_ON_HAND))]
    pub on_hand: u64,
    /// The kind of difference. The default is a miscount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Discrepancy>,
    /// The reason for the difference, in words.
    pub reason: Reason,
}

/// `POST /carts/{id}/items`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddItem {
    /// The product.
    pub sku: Sku,
    /// The number of units to add.
    pub quantity: Quantity,
}

/// `PATCH /carts/{id}/items/{sku}`
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeQuantity {
    /// The new number of units.
    pub quantity: Quantity,
}

/// `POST /carts/{id}/checkout`
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckOut {
    /// The card to charge: the id of a card of the account. The default is the default card of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<CardId>,
    /// The address of the account to send it to. The default is the default address of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
    /// The total that the customer was shown. If a price has risen since, the shop refuses the checkout, and the problem
    /// has the new `total`. If you leave it out, the customer accepts any total.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::RequestedMoney>")]
    pub total: Option<Money>,
}

/// `POST /orders/{id}/ship`
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipOrder {
    /// The tracking numbers of the shipments, by shipment, if you know them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("propertyNames" = { "pattern": "^[0-9a-f]{32}$" }))]
    pub tracking: BTreeMap<ShipmentId, TrackingNumber>,
}

/// `POST /orders/{id}/pay`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayOrder {
    /// The card to charge: the id of a card of the account.
    pub card: CardId,
}

/// `POST /orders/{id}/write-off`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteOffOrder {
    /// The reason.
    pub reason: Reason,
}

/// `POST /orders/{id}/withdraw`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawReservation {
    /// The warehouse that holds the goods. The shipments of the order name it.
    pub warehouse: WarehouseId,
    /// The product.
    pub sku: Sku,
    /// The reason.
    pub reason: Reason,
}

/// `POST /orders/{id}/cancel`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelOrder {
    /// The reason. The staff have to give one, and the customer sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}
