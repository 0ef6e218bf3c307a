//! What the moves of other streams mean to a process.

use crate::order;
use crate::stock;
use crate::values::{OrderId, Sku, WarehouseId};
use std::collections::BTreeMap;

/// A move of another stream that a process waits for, or has to heed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The order was placed; these warehouses may have its products, in the order in which to ask them.
    Placed {
        /// Warehouses by product, proposed by a view: the stock streams decide.
        candidates: BTreeMap<Sku, Vec<WarehouseId>>,
    },
    /// A warehouse holds the goods.
    Reserved {
        /// The warehouse.
        warehouse: WarehouseId,
        /// The product.
        sku: Sku,
    },
    /// A warehouse has not enough.
    Rejected {
        /// The warehouse.
        warehouse: WarehouseId,
        /// The product.
        sku: Sku,
    },
    /// A warehouse holds the goods no more.
    Released {
        /// The warehouse.
        warehouse: WarehouseId,
        /// The product.
        sku: Sku,
    },
    /// The order was confirmed.
    Confirmed,
    /// The order failed.
    Failed,
    /// The customer cancelled the order.
    Cancelled,
}

/// What an order's event means to its process; a placement still lacks its candidates.
#[must_use]
pub fn of_order(event: &order::Event) -> Outcome {
    match event {
        order::Event::OrderPlaced(_) => Outcome::Placed { candidates: BTreeMap::new() },
        order::Event::OrderConfirmed {} => Outcome::Confirmed,
        order::Event::OrderFailed { .. } => Outcome::Failed,
        order::Event::OrderCancelled { .. } => Outcome::Cancelled,
    }
}

/// What a stock's event means, and to which order's process.
#[must_use]
pub fn of_stock(warehouse: WarehouseId, sku: Sku, event: &stock::Event) -> Option<(OrderId, Outcome)> {
    match event {
        stock::Event::StockReserved { order, .. } => Some((order.clone(), Outcome::Reserved { warehouse, sku })),
        stock::Event::ReservationRejected { order, .. } => Some((order.clone(), Outcome::Rejected { warehouse, sku })),
        stock::Event::ReservationReleased { order, .. } => Some((order.clone(), Outcome::Released { warehouse, sku })),
        stock::Event::StockReceived { .. } | stock::Event::StockAdjusted { .. } => None,
    }
}
