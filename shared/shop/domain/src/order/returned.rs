//! Goods that come back after the delivery.

use crate::stock::Intake;
use crate::values::{Money, Quantity, Reason, Sku, WarehouseId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often an order takes goods back. So its state is bounded.
pub const MOST_RETURNS: usize = 10;

/// A command to take goods back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeBack {
    /// The quantity of each product.
    pub goods: BTreeMap<Sku, Quantity>,
    /// The amount to refund, at most the value of the goods; none for all of that.
    pub refund: Option<Money>,
    /// Where the goods are sold again; none if they are not.
    pub shelf: Option<Shelf>,
    /// The reason, in the words of the staff.
    pub reason: Reason,
}

/// A warehouse that gets goods back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// Whether it accepts goods.
    pub intake: Intake,
}

/// Goods that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Return {
    /// The number of the return among those of its order, from 1. Each is acted on once.
    pub number: u32,
    /// The quantity of each product.
    pub goods: BTreeMap<Sku, Quantity>,
    /// The amount that the customer gets back, with tax.
    pub refund: Money,
    /// The warehouse that sells the goods again. Absent if they are not sold again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<WarehouseId>,
    /// The reason.
    pub reason: Reason,
}
