//! The events of a stock.

use crate::values::{DeliveryNote, OrderId, Quantity, Reason};
use foldlog::{Upcaster, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Why the counted quantity and the recorded quantity differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Discrepancy {
    /// The count had another result, and the cause is unknown.
    #[default]
    Miscount,
    /// Goods are damaged and cannot be sold any longer.
    Damage,
    /// Goods were lost.
    Loss,
}

/// An event of a stock.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    StockReceived {
        quantity: Quantity,
        delivery_note: Option<DeliveryNote>,
    },
    /// Holds `quantity`, which may be less than was asked.
    StockReserved {
        order: OrderId,
        reservation: Option<Version>,
        quantity: Quantity,
        asked: Quantity,
    },
    ReservationRejected {
        order: OrderId,
        reservation: Option<Version>,
        quantity: Quantity,
        available: u64,
    },
    ReservationReleased {
        order: OrderId,
        reservation: Option<Version>,
        quantity: Quantity,
    },
    StockDispatched {
        order: OrderId,
        reservation: Option<Version>,
        quantity: Quantity,
    },
    StockAdjusted {
        on_hand: u64,
        cause: Discrepancy,
        reason: Reason,
    },
    /// Goods of an order came back. The number is that of the return.
    StockReturned {
        order: OrderId,
        number: u32,
        quantity: Quantity,
    },
}

/// What a reservation holds, as the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The reservation has an identity.
    Named {
        /// The identity.
        reservation: Version,
        /// The quantity.
        quantity: Quantity,
    },
    /// The reservation is of the first schema: the state knows the order's quantity.
    Unnamed,
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        Upcaster { event: "StockReceived", from: 1, step: |data| with(data, "delivery_note", Value::Null) },
        // The first schema has no cause: it recorded only that a count had another result.
        Upcaster { event: "StockAdjusted", from: 1, step: |data| with(data, "cause", json!("miscount")) },
        // In the first schema, a reservation has no identity, and holds all that was asked.
        Upcaster {
            event: "StockReserved",
            from: 1,
            step: |data| {
                let asked = data["quantity"].clone();
                with(with(data, "reservation", Value::Null), "asked", asked)
            },
        },
        Upcaster { event: "ReservationRejected", from: 1, step: |data| with(data, "reservation", Value::Null) },
        Upcaster { event: "ReservationReleased", from: 1, step: |data| with(data, "reservation", Value::Null) },
        Upcaster { event: "StockDispatched", from: 1, step: |data| with(data, "reservation", Value::Null) },
    ];
}

impl Event {
    /// What a reservation holds, if the event made one.
    #[must_use]
    pub const fn held(&self) -> Option<Held> {
        match self {
            Self::StockReserved { reservation: Some(reservation), quantity, .. } => {
                Some(Held::Named { reservation: *reservation, quantity: *quantity })
            }
            Self::StockReserved { reservation: None, .. } => Some(Held::Unnamed),
            Self::StockReceived { .. }
            | Self::ReservationRejected { .. }
            | Self::ReservationReleased { .. }
            | Self::StockDispatched { .. }
            | Self::StockAdjusted { .. }
            | Self::StockReturned { .. } => None,
        }
    }
}

/// A payload with one more field. A payload that is not an object stays as it is; the next schema cannot decode it
/// either.
fn with(mut data: Value, field: &str, value: Value) -> Value {
    if let Some(fields) = data.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    data
}
