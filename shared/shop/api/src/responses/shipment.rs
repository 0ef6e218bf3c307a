//! Shipments as their receivers see them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::shipment::{State, Status};
use shop_domain::values::{AddressId, OrderId, Quantity, ShipmentId, Sku, TrackingNumber, WarehouseId};
use std::collections::BTreeMap;

/// What goes from one warehouse to the customer of one order.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Shipment {
    /// Its id.
    pub id: ShipmentId,
    /// The version of its stream.
    pub version: Version,
    /// What became of it.
    pub status: ShipmentStatus,
    /// The order that it belongs to.
    pub order: OrderId,
    /// Where it comes from.
    pub warehouse: WarehouseId,
    /// Which of the account's addresses it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
    /// How many of which product are in it.
    pub contents: BTreeMap<Sku, Quantity>,
    /// The number under which the carrier knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<TrackingNumber>,
}

/// What became of a shipment.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum ShipmentStatus {
    Waiting,
    Dispatched,
    Delivered,
    Cancelled,
}

impl From<&Status> for ShipmentStatus {
    fn from(status: &Status) -> Self {
        match status {
            Status::Waiting => Self::Waiting,
            Status::Dispatched { .. } => Self::Dispatched,
            Status::Delivered { .. } => Self::Delivered,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

impl Shipment {
    /// A shipment as its stream has it; none where it was not created.
    #[must_use]
    pub fn of(id: &ShipmentId, version: Version, state: &State) -> Option<Self> {
        let State::Created { consignment, status } = state else { return None };
        Some(Self {
            id: id.clone(),
            version,
            status: status.into(),
            order: consignment.order.clone(),
            warehouse: consignment.warehouse.clone(),
            address: consignment.address.clone(),
            contents: consignment.contents.clone(),
            tracking: status.tracking().cloned(),
        })
    }
}
