//! What is asked of accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::account::AddressKind;
use shop_domain::values::{
    Address, AddressLine, CardBrand, CardDigits, CardToken, City, Country, Email, Invalid, PersonName, Postcode,
};

/// `POST /accounts`. Like whatever is personal it is not written where errors and logs are.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAccount {
    /// What its owner is called.
    pub name: PersonName,
    /// Where its owner gets mail.
    pub email: Email,
}

/// `POST /accounts/{id}/addresses`
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "RequestedAddress")]
pub struct AddAddress {
    /// What it is for.
    pub kind: AddressKind,
    /// Where it is.
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

/// `POST /accounts/{id}/cards`: what the payment provider made of the card. A card's number is not asked for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCard {
    /// What stands for it at the payment provider.
    pub token: CardToken,
    /// Who issued it.
    pub brand: CardBrand,
    /// The end of its number.
    pub last4: CardDigits,
}
