//! The shop's value types. Their constructors check them.

mod address;
mod cards;
mod form;
mod ids;
mod money;
mod payments;
mod personal;
mod quantity;
mod text;
mod words;

use form::Form;

pub use address::{Address, AddressLine, City, Country, Postcode};
pub use cards::{Card, CardBrand, CardChoice, CardDigits, CardId, CardToken, MaskedCard, Means};
pub use foldlog::Personal;
pub use ids::{
    AccountId, AddressId, CartId, Category, ManifestHash, Month, NoteId, OrderId, ProjectionName, ShipmentId, Sku,
    StockId, WarehouseId,
};
pub use money::{Line, Money, TaxRate, Totals};
pub use payments::{Attempt, PaymentId};
pub use personal::{Email, PersonName, Profile};
pub use quantity::Quantity;
pub use text::Invalid;
pub use words::{DeliveryNote, Description, Name, Place, Reason, RevealReason, RouteName, SentName, TrackingNumber};
