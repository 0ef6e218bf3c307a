//! The reservations of a confirmed order that the staff withdraw: the goods are damaged, or are needed elsewhere.
//!
//! A withdrawal is open until the process says that other warehouses hold the goods. Meanwhile the order is not
//! shipped, and no other reservation is withdrawn. If no other warehouse has the goods, the order is cancelled.

use super::{Event, Failure, Refusal};
use crate::values::{Personal, Reason, Sku, WarehouseId};
use serde::{Deserialize, Serialize};

/// The withdrawals of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawals {
    /// Their number.
    number: u32,
    /// Whether the last one is open.
    is_open: bool,
}

impl Withdrawals {
    /// Whether nothing was withdrawn.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether goods are being reserved in another warehouse.
    #[must_use]
    pub const fn is_open(self) -> bool {
        self.is_open
    }

    /// Whether goods may leave.
    pub(super) const fn shippable(self) -> Result<(), Refusal> {
        if self.is_open { Err(Refusal::ReservationBeingReplaced) } else { Ok(()) }
    }

    /// Withdraws what a warehouse holds of a product.
    pub(super) fn withdraw(
        self,
        warehouse: &WarehouseId,
        sku: &Sku,
        is_held: bool,
        reason: &Reason,
    ) -> Result<Vec<Event>, Refusal> {
        self.shippable()?;
        if !is_held {
            return Err(Refusal::NothingReserved(sku.clone()));
        }
        let (warehouse, sku, reason) = (warehouse.clone(), sku.clone(), reason.clone());
        Ok(vec![Event::ReservationWithdrawn { warehouse, sku, reason, number: self.number.saturating_add(1) }])
    }

    /// Other warehouses hold the goods of the withdrawal with this number.
    pub(super) fn replace(self, number: u32) -> Vec<Event> {
        let replaces = self.is_open && number == self.number;
        if replaces { vec![Event::ReservationReplaced { number }] } else { vec![] }
    }

    /// A confirmed order cannot fail any more. If nobody has the goods that were withdrawn, the shop cancels it.
    pub(super) fn fail(self, reason: &Failure) -> Vec<Event> {
        let is_short = self.is_open && matches!(reason, Failure::OutOfStock { .. });
        let cancelled =
            || Event::OrderCancelled { reason: reason.to_string().parse().ok().map(Personal::Clear), by_staff: true };
        is_short.then(cancelled).into_iter().collect()
    }

    /// The withdrawals after one more event.
    pub(super) const fn after(self, event: &Event) -> Self {
        if let Event::ReservationWithdrawn { number, .. } = event {
            return Self { number: *number, is_open: true };
        }
        let ends = matches!(event, Event::ReservationReplaced { .. } | Event::OrderCancelled { .. });
        Self { is_open: self.is_open && !ends, ..self }
    }
}
