//! Warehouses as the staff sees them.

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
    /// The version of its stream.
    pub version: Version,
    /// Whether it takes anything in.
    pub status: WarehouseStatus,
    /// What it is called.
    pub name: Name,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// Whether a warehouse takes anything in.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum WarehouseStatus {
    Open,
    Closed,
}

impl Warehouse {
    /// A warehouse as its stream has it; none where it was not opened.
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
