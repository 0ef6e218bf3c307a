//! The commands to an order.

use super::{Failure, Loss, Placement, TakeBack};
use crate::values::{AccountId, CardToken, Means, Personal, Reason, ShipmentId, Sku, TrackingNumber, WarehouseId};
use std::collections::BTreeMap;

/// A command to an order.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Place the order of a checked-out cart.
    Place {
        /// The checked-out cart: account, lines and totals.
        placement: Placement,
        /// The card and address from the account's own stream, or the reason why it cannot order.
        account: Result<Means, Failure>,
    },
    /// Confirm the order: everything is reserved, and the payment is authorised if there is one.
    Confirm,
    /// Ship the order.
    Ship {
        /// The tracking numbers of its shipments, as far as they are known.
        tracking: BTreeMap<ShipmentId, TrackingNumber>,
    },
    /// Mark the order as delivered: all its shipments have arrived.
    Deliver,
    /// Cancel the order.
    Cancel {
        /// The sender of the command.
        by: Sender,
        /// The reason. The staff always give one.
        reason: Option<Personal<Reason>>,
    },
    /// Withdraw the goods that a warehouse holds for the order: they are damaged, or are needed elsewhere.
    WithdrawReservation {
        /// The warehouse.
        warehouse: WarehouseId,
        /// The product.
        sku: Sku,
        /// Whether the warehouse holds some, as the process of the order knows it.
        is_held: bool,
        /// The reason of the staff.
        reason: Reason,
    },
    /// Other warehouses hold the goods that were withdrawn.
    ReplaceReservation {
        /// The number of the withdrawal.
        number: u32,
    },
    /// Mark the order as failed.
    Fail(Failure),
    /// Mark the payment of a confirmed order as lost.
    LosePayment(Loss),
    /// Mark it as regained: the provider holds or captured the amount after all.
    RegainPayment,
    /// Charge another card.
    ReplaceCard {
        /// The sender of the command.
        by: Sender,
        /// The card.
        card: Personal<CardToken>,
    },
    /// Write the amount off.
    WriteOff {
        /// The reason of the staff.
        reason: Reason,
    },
    /// Take goods back.
    TakeBack(TakeBack),
}

/// A person who sends a command about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// An account: that of the order, or a stranger's.
    Account(AccountId),
    /// The staff.
    Staff,
}
