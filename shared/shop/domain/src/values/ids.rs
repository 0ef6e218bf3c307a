//! What names the shop's things.

use super::form::Form;
use super::text::text_value;

text_value! {
    /// Names a product.
    Sku, "a sku (1 to 40 letters, digits, _ or -)", Form::Name(40)
}
text_value! {
    /// Names a warehouse.
    WarehouseId, "a warehouse id (1 to 20 letters, digits, _ or -)", Form::Name(20)
}
text_value! {
    /// Names a category of products.
    Category, "a category (1 to 40 letters, digits, _ or -)", Form::Name(40)
}
text_value! {
    /// Whose cart or order it is: derived from the issuer and subject of the token.
    AccountId, "an account id (32 hex digits)", Form::Id
}
text_value! {
    /// Names an address among those of its account.
    AddressId, "an address id (32 hex digits)", Form::Id
}
text_value! {
    /// Names a cart.
    CartId, "a cart id (32 hex digits)", Form::Id
}
text_value! {
    /// Names an order: it has its cart's id. Its process, its payment and its invoice have it too.
    OrderId, "an order id (32 hex digits)", Form::Id
}
text_value! {
    /// Names a shipment: derived from its order and warehouse.
    ShipmentId, "a shipment id (32 hex digits)", Form::Id
}
text_value! {
    /// Names a read model.
    ProjectionName, "a projection (1 to 40 letters, digits, _ or -)", Form::Name(40)
}
text_value! {
    /// Names a note about what a subscriber cannot follow: `<subscriber>:<object>`.
    NoteId, "a note's id (1 to 400 characters, no control characters, not blank)", Form::Line(400)
}
text_value! {
    /// The SHA-256 of a manifest.
    ManifestHash, "a hash (64 hex digits)", Form::Hash
}

impl From<CartId> for OrderId {
    fn from(cart: CartId) -> Self {
        Self(cart.0)
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
