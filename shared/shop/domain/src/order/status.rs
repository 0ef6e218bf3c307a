//! The statuses of an order.

use super::placement::Failure;
use crate::values::Reason;
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
    /// The customer cancelled it.
    Cancelled(Option<Reason>),
}
