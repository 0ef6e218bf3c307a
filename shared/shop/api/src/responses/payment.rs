//! Payments as the answer to a webhook shows them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::payment::{State, Status};
use shop_domain::values::{Money, OrderId};

/// The payment of an order.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Payment {
    /// Its reference, which is the id of the order.
    pub id: OrderId,
    /// Its version.
    pub version: Version,
    /// Its status, as far as the shop knows.
    pub status: PaymentStatus,
    /// The amount.
    pub amount: Money,
}

/// The status of a payment.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum PaymentStatus {
    Pending,
    Authorised,
    Declined,
    Captured,
    CaptureFailed,
    Voided,
    Refunded,
}

impl Payment {
    /// The payment of a stream, if it was created.
    #[must_use]
    pub fn of(id: &OrderId, version: Version, state: &State) -> Option<Self> {
        let State::Created { charge, status } = state else { return None };
        let status = match status {
            Status::Pending => PaymentStatus::Pending,
            Status::Authorised => PaymentStatus::Authorised,
            Status::Declined(_) => PaymentStatus::Declined,
            Status::Captured => PaymentStatus::Captured,
            Status::CaptureFailed(_) => PaymentStatus::CaptureFailed,
            Status::Voided => PaymentStatus::Voided,
            Status::Refunded => PaymentStatus::Refunded,
        };
        Some(Self { id: id.clone(), version, status, amount: charge.amount })
    }
}
