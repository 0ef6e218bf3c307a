//! The statuses of an order, and why its payment may be lost.

use super::placement::Failure;
use crate::values::{Personal, Reason};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The status of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was placed.
    Purchased,
    /// Its goods are being reserved.
    Reserving,
    /// Its goods are reserved.
    Reserved,
    /// It is being paid.
    Paying,
    /// Its payment is authorised.
    Paid,
    /// It was confirmed.
    Confirmed,
    /// It was shipped.
    Shipped,
    /// It was delivered.
    Delivered,
    /// It failed.
    Failed(Failure),
    /// It was cancelled.
    Cancelled(Option<Personal<Reason>>),
}

/// Why the payment of a confirmed order was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// The hold on the card ended, and the amount was not captured.
    #[error("the hold on the card ended before the amount was captured")]
    Lapsed,
    /// The hold on the card ended, and the provider declined a new one.
    #[error("the hold on the card ended, and a new one was declined")]
    Declined,
    /// The provider captured another amount.
    #[error("the payment provider reports another amount than the order's")]
    OtherAmount,
    /// Somebody refunded the payment at the provider.
    #[error("the payment was refunded at the payment provider")]
    Refunded,
}
