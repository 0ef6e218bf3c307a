//! Bodies of requests about accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::account::AddressKind;
use shop_domain::values::{
    Address, AddressLine, CardBrand, CardDigits, CardToken, City, Country, Email, Invalid, PersonName, Postcode,
};

/// `POST /accounts`. Personal data never appear in errors or logs.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAccount {
    /// The name of the owner.
    pub name: PersonName,
    /// The email address of the owner.
    pub email: Email,
}

/// `POST /accounts/{id}/addresses`
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "RequestedAddress")]
pub struct AddAddress {
    /// The use of the address.
    pub kind: AddressKind,
    /// The address.
    #[serde(flatten)]
    pub address: Address,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RequestedAddress {
    kind: AddressKind,
    lines: Vec<AddressLine>,
    city: City,
    postcode: Postcode,
    country: Country,
}

impl TryFrom<RequestedAddress> for AddAddress {
    type Error = Invalid;

    fn try_from(asked: RequestedAddress) -> Result<Self, Invalid> {
        let address = Address::new(asked.lines, asked.city, asked.postcode, asked.country)?;
        Ok(Self { kind: asked.kind, address })
    }
}

/// `POST /accounts/{id}/cards`, with the values that the payment provider gives for the card. Never send the number of
/// a card.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCard {
    /// The token of the card at the payment provider.
    pub token: CardToken,
    /// The brand of the card.
    pub brand: CardBrand,
    /// The last digits of its number.
    pub last4: CardDigits,
}
