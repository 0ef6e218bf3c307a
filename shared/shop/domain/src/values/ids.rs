//! The ids of the shop.

use super::form::Form;
use super::text::{Invalid, text_value};
use foldlog::{StreamId, Timestamp};
use std::fmt;
use std::str::FromStr;

text_value! {
    /// The id of a product.
    Sku, "a sku (1 to 40 letters, digits, _ or -)", Form::Name(40)
}
text_value! {
    /// The id of a warehouse.
    WarehouseId, "a warehouse id (1 to 20 letters, digits, _ or -)", Form::Name(20)
}
text_value! {
    /// The id of a category of products.
    Category, "a category (1 to 40 letters, digits, _ or -)", Form::Name(40)
}
text_value! {
    /// The id of an account, derived from the issuer and subject of its owner's token.
    AccountId, "an account id (32 hex digits)", Form::Id
}
text_value! {
    /// The id of an address in its account.
    AddressId, "an address id (32 hex digits)", Form::Id
}
text_value! {
    /// The id of a cart.
    CartId, "a cart id (32 hex digits)", Form::Id
}
text_value! {
    /// The id of an order. Its cart, process, first payment and invoice have the same id.
    OrderId, "an order id (32 hex digits)", Form::Id
}
text_value! {
    /// The id of a shipment, derived from its order and warehouse.
    ShipmentId, "a shipment id (32 hex digits)", Form::Id
}
text_value! {
    /// The name of a read model.
    ProjectionName, "a projection (1 to 40 letters, digits, _ or -)", Form::Name(40)
}
text_value! {
    /// The id of a note about a stream or event that a subscriber cannot process, such as `relay~cart-1~5`.
    NoteId, "a note's id (1 to 400 characters, no control characters, not blank)", Form::Line(400)
}
text_value! {
    /// The SHA-256 of a manifest.
    ManifestHash, "a hash (64 hex digits)", Form::Hash
}

text_value! {
    /// The month of an audit stream: year and number.
    Month, "a month (6 digits, such as 202611)", Form::Digits(6)
}

/// The id of the stock of a product in a warehouse: `<warehouse>.<sku>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StockId {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The product.
    pub sku: Sku,
}

macro_rules! names_streams {
    ($($id:ident),+) => {
        $(impl StreamId for $id {
            const LONGEST: usize = Self::FORM.longest_in_stream();
        })+
    };
}

names_streams!(AccountId, CartId, Month, OrderId, ShipmentId, Sku, WarehouseId);

impl StreamId for StockId {
    const LONGEST: usize = WarehouseId::LONGEST + 1 + Sku::LONGEST;
}

impl fmt::Display for StockId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.warehouse, self.sku)
    }
}

impl FromStr for StockId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (warehouse, sku) = text.split_once('.').ok_or_else(|| Invalid::new(text, "<warehouse>.<sku>"))?;
        Ok(Self { warehouse: warehouse.parse()?, sku: sku.parse()? })
    }
}

impl Month {
    /// The month of a moment, in UTC.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        let digits = moment.to_string();
        Self(digits.chars().chain("000000".chars()).filter(char::is_ascii_digit).take(6).collect())
    }
}

impl From<CartId> for OrderId {
    fn from(cart: CartId) -> Self {
        Self(cart.0)
    }
}

impl OrderId {
    /// The cart that the order came from.
    #[must_use]
    pub fn cart(&self) -> CartId {
        CartId(self.0.clone())
    }
}

impl ShipmentId {
    /// The one shipment of an order from a warehouse.
    #[must_use]
    pub fn of(order: &OrderId, warehouse: &WarehouseId) -> Self {
        Self(foldlog::write::identity::derived_id(&["shipment", order.as_str(), warehouse.as_str()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipment_is_known_under_a_frozen_id_of_its_order_and_warehouse() {
        let order = |digit: char| digit.to_string().repeat(32).parse::<OrderId>().unwrap();
        let (berlin, bonn) = ("berlin".parse().unwrap(), "bonn".parse().unwrap());
        let id = ShipmentId::of(&order('a'), &berlin);
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        assert_eq!(id.as_str(), "e7246cd76a545001a2e4a0b2f08d1a81");
        assert_ne!(id, ShipmentId::of(&order('b'), &berlin));
        assert_ne!(id, ShipmentId::of(&order('a'), &bonn));
    }
}
