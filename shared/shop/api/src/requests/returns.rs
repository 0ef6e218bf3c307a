//! The body of the request to take goods back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::values::{Invalid, Money, Quantity, Reason, Sku, WarehouseId};
use std::collections::BTreeMap;

/// `POST /orders/{id}/returns`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnGoods {
    /// The goods that came back.
    #[schemars(length(min = 1))]
    pub lines: Vec<ReturnLine>,
    /// The reason.
    pub reason: Reason,
    /// The amount to refund, with tax: at most what the goods are worth, and less for damaged goods. Zero refunds
    /// nothing. If you leave it out, the shop refunds all that the goods are worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::RequestedMoney>")]
    pub refund: Option<Money>,
    /// The warehouse that sells the goods again. If you leave it out, they are not sold again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<WarehouseId>,
}

/// Goods that came back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnLine {
    /// The product.
    pub sku: Sku,
    /// The number of units.
    pub quantity: Quantity,
}

impl ReturnGoods {
    /// The quantity of each product, over all lines.
    pub fn goods(&self) -> Result<BTreeMap<Sku, Quantity>, Invalid> {
        let mut goods = BTreeMap::new();
        for ReturnLine { sku, quantity } in &self.lines {
            let sum = goods.get(sku).map_or(Ok(*quantity), |before: &Quantity| before.plus(*quantity))?;
            goods.insert(sku.clone(), sum);
        }
        Ok(goods)
    }
}
