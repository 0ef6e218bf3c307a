//! The statuses of an order.

use super::placement::Failure;
use crate::values::Reason;
use serde::{Deserialize, Serialize};

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing yet.
    Purchased,
    /// Its goods are being reserved.
    Reserving,
    /// Its goods are reserved.
    Reserved,
    /// It is being paid.
    Paying,
    /// It is paid, as far as it has to be before it leaves.
    Paid,
    /// It will be delivered.
    Confirmed,
    /// It is on its way.
    Shipped,
    /// It arrived.
    Delivered,
    /// It could not be delivered.
    Failed(Failure),
    /// The customer cancelled it.
    Cancelled(Option<Reason>),
}
