//! Bodies of requests about warehouses.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use shop_domain::values::{Address, AddressLine, City, Country, Invalid, Postcode, SentName, WarehouseId};

/// `POST /warehouses`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenWarehouse {
    /// Its id, which you choose.
    pub id: WarehouseId,
    /// Its name.
    pub name: SentName,
    /// Its address.
    #[serde(default, deserialize_with = "read_optional_address", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<RequestedAddress>")]
    pub address: Option<Address>,
}

/// `POST /warehouses/{id}/move`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveWarehouse {
    /// The new address, for the warehouse and its stock.
    #[serde(deserialize_with = "read_address")]
    #[schemars(with = "RequestedAddress")]
    pub address: Address,
}

/// `POST /warehouses/{id}/rename`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameWarehouse {
    /// The new name.
    pub name: SentName,
}

/// An address in a request. Other fields are refused.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RequestedAddress {
    #[schemars(length(min = 1, max = Address::MOST_LINES))]
    lines: Vec<AddressLine>,
    city: City,
    postcode: Postcode,
    country: Country,
}

impl TryFrom<RequestedAddress> for Address {
    type Error = Invalid;

    fn try_from(asked: RequestedAddress) -> Result<Self, Invalid> {
        Self::new(asked.lines, asked.city, asked.postcode, asked.country)
    }
}

fn read_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
    RequestedAddress::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
}

fn read_optional_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Address>, D::Error> {
    let asked = Option::<RequestedAddress>::deserialize(deserializer)?;
    asked.map(Address::try_from).transpose().map_err(serde::de::Error::custom)
}
