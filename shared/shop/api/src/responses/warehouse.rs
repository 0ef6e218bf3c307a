//! Warehouses as the staff see them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::values::{Address, Name, WarehouseId};
use shop_domain::warehouse::State;

/// A warehouse.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Warehouse {
    /// Its id.
    pub id: WarehouseId,
    /// Its version.
    pub version: Version,
    /// Whether it accepts deliveries.
    pub status: WarehouseStatus,
    /// Its name.
    pub name: Name,
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// Whether a warehouse accepts deliveries.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum WarehouseStatus {
    Open,
    Closed,
}

impl Warehouse {
    /// The warehouse of a stream, if it was opened.
    #[must_use]
    pub fn of(id: &WarehouseId, version: Version, state: &State) -> Option<Self> {
        let (status, site) = match state {
            State::Unopened => return None,
            State::Open(site) => (WarehouseStatus::Open, site),
            State::Closed(site) => (WarehouseStatus::Closed, site),
        };
        Some(Self { id: id.clone(), version, status, name: site.name.clone(), address: site.address.clone() })
    }
}
