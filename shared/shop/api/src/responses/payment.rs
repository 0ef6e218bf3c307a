//! Payments as the answer to a webhook shows them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::payment::{State, Status};
use shop_domain::values::{Money, PaymentId};

/// A payment of an order.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Payment {
    /// Its reference: the id of the order, or for a later attempt `<order>-<attempt>`.
    pub id: String,
    /// Its version.
    pub version: Version,
    /// Its status, as far as the shop knows.
    pub status: PaymentStatus,
    /// The amount.
    pub amount: Money,
    /// The sum of what was refunded in parts, on request and by hand. Absent if that is nothing. A payment that was
    /// refunded as a whole is `REFUNDED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refunded: Option<Money>,
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
    Lapsed,
    Disputed,
    RefundFailed,
}

impl Payment {
    /// The payment of a stream, if it was created.
    #[must_use]
    pub fn of(id: &PaymentId, version: Version, state: &State) -> Option<Self> {
        let State::Created { charge, status, refunds, .. } = state else { return None };
        let refunded = Money::new(refunds.sum(), charge.amount.currency()).ok().filter(|sum| sum.amount() > 0);
        let status = match status {
            Status::Pending => PaymentStatus::Pending,
            Status::Authorised => PaymentStatus::Authorised,
            Status::Declined(_) => PaymentStatus::Declined,
            Status::Captured if refunded == Some(charge.amount) => PaymentStatus::Refunded,
            Status::Captured => PaymentStatus::Captured,
            Status::CaptureFailed(_) => PaymentStatus::CaptureFailed,
            Status::Voided => PaymentStatus::Voided,
            Status::Refunded => PaymentStatus::Refunded,
            Status::Lapsed(_) => PaymentStatus::Lapsed,
            Status::Disputed(_) => PaymentStatus::Disputed,
            Status::RefundFailed(_) => PaymentStatus::RefundFailed,
        };
        Some(Self { id: id.to_string(), version, status, amount: charge.amount, refunded })
    }
}
