//! Goods that came back, as customers and staff see them.

use crate::requests::ReturnLine;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::order;
use shop_domain::values::{Money, Reason, WarehouseId};

/// Goods of an order that came back.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GoodsReturn {
    /// Its number among the returns of the order, from 1. The credit note has the same number.
    pub number: u32,
    /// The goods.
    pub lines: Vec<ReturnLine>,
    /// The amount that the customer gets back, with tax. If nothing was ever paid, or somebody refunded the payment by
    /// hand, the shop refunds nothing.
    pub refund: Money,
    /// The warehouse that sells the goods again. Absent if they are not sold again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<WarehouseId>,
    /// The reason.
    pub reason: Reason,
    /// When they came back. Absent in the answer to the command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl From<&order::Return> for GoodsReturn {
    fn from(returned: &order::Return) -> Self {
        let line = |(sku, quantity): (&_, &_)| ReturnLine { sku: Clone::clone(sku), quantity: *quantity };
        Self {
            number: returned.number,
            lines: returned.goods.iter().map(line).collect(),
            refund: returned.refund,
            warehouse: returned.warehouse.clone(),
            reason: returned.reason.clone(),
            at: None,
        }
    }
}
