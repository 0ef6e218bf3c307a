//! The events of an order.

use super::sealed::opened_reason;
use super::{Failure, Loss, Placement, Return};
use crate::values::{CardToken, Means, Personal, Reason, ShipmentId, Sku, TrackingNumber, WarehouseId};
use foldlog::Opener;
use foldlog::seal::Unreadable;
use foldlog::write::event::Upcaster;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An event of an order.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    OrderPlaced(Placement),
    AccountConnected(Means),
    ReservationRequested {},
    ReservationSucceeded {},
    ReservationFailed {
        sku: Sku,
    },
    PaymentConnected {},
    PaymentSucceeded {},
    PaymentFailed {},
    OrderConfirmed {},
    OrderShipped {
        tracking: BTreeMap<ShipmentId, TrackingNumber>,
    },
    OrderDelivered {},
    OrderCancelled {
        reason: Option<Personal<Reason>>,
        /// Whether the staff cancelled it, and not the customer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_staff: bool,
    },
    OrderFailed {
        reason: Failure,
    },
    PaymentLost {
        reason: Loss,
    },
    PaymentRegained {},
    /// The number counts the cards that were named after the confirmation, so that each is charged once.
    CardReplaced {
        card: Personal<CardToken>,
        number: u32,
    },
    PaymentWrittenOff {
        reason: Reason,
    },
    /// The number counts the withdrawals of the order, so that each is acted on once.
    ReservationWithdrawn {
        warehouse: WarehouseId,
        sku: Sku,
        reason: Reason,
        number: u32,
    },
    ReservationReplaced {
        number: u32,
    },
    GoodsReturned(Return),
}

impl Event {
    /// The event with its reason of a person as it was before it was sealed. What is erased, and the tokens of cards, stay
    /// sealed.
    pub fn opened(self, opener: &Opener<'_>) -> Result<Self, Unreadable> {
        let Self::OrderCancelled { reason: Some(reason), by_staff } = &self else { return Ok(self) };
        let clear = opened_reason(reason, opener)?.map(Personal::Clear);
        Ok(Self::OrderCancelled { reason: clear.or_else(|| Some(reason.clone())), by_staff: *by_staff })
    }
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // The older payload has no categories: they are optional.
        Upcaster { event: "OrderPlaced", from: 1, step: |data| data },
        // The older payload has no card or address: they are optional.
        Upcaster { event: "OrderPlaced", from: 2, step: |data| data },
        // The older payload does not say who cancelled: it was the customer.
        Upcaster { event: "OrderCancelled", from: 1, step: |data| data },
        // The older payloads are not sealed, and stay so.
        Upcaster { event: "OrderCancelled", from: 2, step: |data| data },
        Upcaster { event: "AccountConnected", from: 1, step: |data| data },
        Upcaster { event: "CardReplaced", from: 1, step: |data| data },
    ];
}
