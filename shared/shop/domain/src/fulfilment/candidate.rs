//! The warehouses that may have the products of an order.

use crate::values::WarehouseId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A warehouse that may have a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The available quantity that a view showed there. It is a proposal: the stock streams decide.
    pub available: u64,
}
