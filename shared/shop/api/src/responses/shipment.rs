//! Shipments as the receiving customers see them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::shipment::{State, Status};
use shop_domain::values::{AddressId, OrderId, Quantity, ShipmentId, Sku, TrackingNumber, WarehouseId};
use std::collections::BTreeMap;

/// The goods of one order from one warehouse.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Shipment {
    /// Its id.
    pub id: ShipmentId,
    /// Its version.
    pub version: Version,
    /// Its status.
    pub status: ShipmentStatus,
    /// Its order.
    pub order: OrderId,
    /// The warehouse that sends it.
    pub warehouse: WarehouseId,
    /// The id of the address of the account that it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
    /// The units of each product in it.
    pub contents: BTreeMap<Sku, Quantity>,
    /// The tracking number of the carrier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking: Option<TrackingNumber>,
}

/// The status of a shipment.
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
    /// The shipment of a stream, if it was created.
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
