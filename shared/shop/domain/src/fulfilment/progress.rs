//! The progress of an order, its payment, its invoice and its shipments, as the process knows it. A request carries the
//! version of its intent.

use super::{Event, InvoiceOutcome, PaymentOutcome, ShipmentOutcome};
use crate::values::{ShipmentId, WarehouseId};
use foldlog::Version;
use serde::{Deserialize, Serialize};

/// The progress of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum OrderProgress {
    PlacementRequested(Version),
    Placed,
    ConfirmationRequested(Version),
    Confirmed,
    Shipped,
    DeliveryRequested(Version),
    Delivered,
    FailureRequested(Version),
    Failed,
    Cancelled,
}

/// The progress of the payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum PaymentProgress {
    #[default]
    None,
    Requested(Version),
    Authorised,
    Declined,
    CaptureRequested(Version),
    /// An open item until the provider captures after all.
    CaptureFailed,
    Captured,
    VoidRequested(Version),
    Voided,
    RefundRequested(Version),
    Refunded,
}

/// The progress of the invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum InvoiceProgress {
    #[default]
    None,
    Requested(Version),
    Issued,
    SettlementRequested(Version),
    Settled,
    CreditRequested(Version),
    Credited,
}

/// The progress of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum ShipmentProgress {
    Requested(Version),
    Created(ShipmentId),
    DispatchRequested(Version),
    Dispatched,
    Delivered,
    CancellationRequested(Version),
    Cancelled,
}

/// An outcome or action that a process waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// The outcome of an intent, by its version.
    Intent(Version),
    /// An action of others: the staff ship, carriers deliver, the provider captures after all.
    Others,
}

impl OrderProgress {
    /// Whether its goods have left.
    pub(super) const fn left(self) -> bool {
        matches!(self, Self::Shipped | Self::DeliveryRequested(_) | Self::Delivered)
    }

    /// Whether it can still fail or be cancelled, as far as the process knows.
    pub(super) const fn open(self) -> bool {
        match self {
            Self::PlacementRequested(_)
            | Self::Placed
            | Self::ConfirmationRequested(_)
            | Self::Confirmed
            | Self::FailureRequested(_) => true,
            Self::Shipped | Self::DeliveryRequested(_) | Self::Delivered | Self::Failed | Self::Cancelled => false,
        }
    }

    /// The outcome or action that the process waits for, if any.
    pub(super) const fn wait(self) -> Option<Wait> {
        match self {
            Self::PlacementRequested(intent)
            | Self::ConfirmationRequested(intent)
            | Self::DeliveryRequested(intent)
            | Self::FailureRequested(intent) => Some(Wait::Intent(intent)),
            Self::Confirmed => Some(Wait::Others),
            Self::Placed | Self::Shipped | Self::Delivered | Self::Failed | Self::Cancelled => None,
        }
    }
}

impl PaymentProgress {
    /// Whether it waits for an outcome, and the event that notes it. A provider may capture an amount without a
    /// request.
    pub(super) const fn note(self, outcome: PaymentOutcome) -> (bool, Event) {
        match outcome {
            PaymentOutcome::Authorised => (matches!(self, Self::Requested(_)), Event::AuthorisationNoted {}),
            PaymentOutcome::Declined => (matches!(self, Self::Requested(_)), Event::DeclineNoted {}),
            PaymentOutcome::Captured => match self {
                Self::Requested(_)
                | Self::Authorised
                | Self::CaptureRequested(_)
                | Self::CaptureFailed
                | Self::VoidRequested(_) => (true, Event::CaptureNoted {}),
                Self::None
                | Self::Declined
                | Self::Captured
                | Self::Voided
                | Self::RefundRequested(_)
                | Self::Refunded => (false, Event::CaptureNoted {}),
            },
            PaymentOutcome::CaptureFailed => (matches!(self, Self::CaptureRequested(_)), Event::CaptureFailureNoted {}),
            PaymentOutcome::Voided => (matches!(self, Self::VoidRequested(_)), Event::VoidNoted {}),
            PaymentOutcome::Refunded => (matches!(self, Self::RefundRequested(_)), Event::RefundNoted {}),
        }
    }

    /// The outcome or action that the process waits for, if any.
    pub(super) const fn wait(self) -> Option<Wait> {
        match self {
            Self::Requested(intent)
            | Self::CaptureRequested(intent)
            | Self::VoidRequested(intent)
            | Self::RefundRequested(intent) => Some(Wait::Intent(intent)),
            Self::CaptureFailed => Some(Wait::Others),
            Self::None | Self::Authorised | Self::Declined | Self::Captured | Self::Voided | Self::Refunded => None,
        }
    }
}

impl InvoiceProgress {
    /// Whether it waits for an outcome, and the event that notes it.
    pub(super) const fn note(self, outcome: InvoiceOutcome) -> (bool, Event) {
        match outcome {
            InvoiceOutcome::Issued => (matches!(self, Self::Requested(_)), Event::InvoiceNoted {}),
            InvoiceOutcome::Paid => (matches!(self, Self::SettlementRequested(_)), Event::InvoiceSettlementNoted {}),
            InvoiceOutcome::Credited => (matches!(self, Self::CreditRequested(_)), Event::InvoiceCreditNoted {}),
        }
    }

    /// The outcome or action that the process waits for, if any.
    pub(super) const fn wait(self) -> Option<Wait> {
        match self {
            Self::Requested(intent) | Self::SettlementRequested(intent) | Self::CreditRequested(intent) => {
                Some(Wait::Intent(intent))
            }
            Self::None | Self::Issued | Self::Settled | Self::Credited => None,
        }
    }
}

impl ShipmentProgress {
    /// Whether it waits for an outcome, and the event that notes it. A shipment that arrived has left before.
    pub(super) fn note(&self, warehouse: WarehouseId, outcome: ShipmentOutcome) -> (bool, Event) {
        match outcome {
            ShipmentOutcome::Created(shipment) => {
                (matches!(self, Self::Requested(_)), Event::ShipmentNoted { warehouse, shipment })
            }
            ShipmentOutcome::Dispatched => {
                (matches!(self, Self::DispatchRequested(_)), Event::ShipmentDispatchNoted { warehouse })
            }
            ShipmentOutcome::Delivered => (
                matches!(self, Self::DispatchRequested(_) | Self::Dispatched),
                Event::ShipmentDeliveryNoted { warehouse },
            ),
            ShipmentOutcome::Cancelled => {
                (matches!(self, Self::CancellationRequested(_)), Event::ShipmentCancellationNoted { warehouse })
            }
        }
    }

    /// The outcome or action that the process waits for, if any.
    pub(super) const fn wait(&self) -> Option<Wait> {
        match self {
            Self::Requested(intent) | Self::DispatchRequested(intent) | Self::CancellationRequested(intent) => {
                Some(Wait::Intent(*intent))
            }
            Self::Dispatched => Some(Wait::Others),
            Self::Created(_) | Self::Delivered | Self::Cancelled => None,
        }
    }
}
