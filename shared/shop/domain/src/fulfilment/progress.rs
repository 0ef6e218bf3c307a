//! The progress of an order, its payment, its invoice and its shipments, as the process knows it. A request carries the
//! version of its intent.

use super::{Event, InvoiceOutcome, OfPayment, PaymentOutcome, ShipmentOutcome};
use crate::order::Loss;
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

/// The progress of a payment.
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
    /// The provider holds the amount, and could not capture it.
    CaptureFailed,
    Captured,
    VoidRequested(Version),
    Voided,
    RefundRequested(Version),
    Refunded,
    /// Authorised, and it is time for a new authorisation.
    Expiring,
    /// Refunded without a request of the process: somebody did it at the provider.
    Returned,
    /// The provider reports another amount than the charge's.
    Disputed,
    /// An open item: the provider refuses to refund the amount.
    RefundFailed,
}

/// The progress of what the order owes, apart from its ordinary payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum DebtProgress {
    #[default]
    None,
    LossRequested(Version, Loss),
    Lost(Loss),
    /// A person named another card.
    Collecting,
    RegainRequested(Version),
    WrittenOff,
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
    WriteOffRequested(Version),
    WrittenOff,
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
    /// An action of others: the staff ship, carriers deliver, the provider moves a payment by itself.
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
    /// Whether the process notes an outcome: it may ask for it, or the provider may move the payment by itself. Outcomes
    /// come in any order, and an earlier one never replaces a later one.
    pub(super) const fn accepts(self, outcome: PaymentOutcome) -> bool {
        match outcome {
            PaymentOutcome::Authorised { .. } | PaymentOutcome::Declined => matches!(self, Self::Requested(_)),
            PaymentOutcome::Captured => self.is_held() || matches!(self, Self::Voided | Self::Disputed),
            PaymentOutcome::CaptureFailed => matches!(self, Self::CaptureRequested(_)),
            PaymentOutcome::Voided => self.is_held() || matches!(self, Self::Disputed | Self::RefundRequested(_)),
            PaymentOutcome::Refunded => !matches!(self, Self::None | Self::Declined | Self::Refunded | Self::Returned),
            PaymentOutcome::Disputed => self.is_held(),
            PaymentOutcome::RefundFailed => matches!(self, Self::RefundRequested(_)),
        }
    }

    /// Whether the provider may hold the amount, as far as the process knows.
    const fn is_held(self) -> bool {
        match self {
            Self::Requested(_)
            | Self::Authorised
            | Self::Expiring
            | Self::CaptureRequested(_)
            | Self::CaptureFailed
            | Self::VoidRequested(_) => true,
            Self::None
            | Self::Declined
            | Self::Captured
            | Self::Voided
            | Self::RefundRequested(_)
            | Self::Refunded
            | Self::Returned
            | Self::Disputed
            | Self::RefundFailed => false,
        }
    }

    /// The refund that nobody but the provider's staff wanted is a decision of a person. It ends the payment.
    pub(super) const fn refunded(self) -> Self {
        match self {
            Self::RefundRequested(_) | Self::RefundFailed => Self::Refunded,
            Self::None
            | Self::Requested(_)
            | Self::Authorised
            | Self::Declined
            | Self::CaptureRequested(_)
            | Self::CaptureFailed
            | Self::Captured
            | Self::VoidRequested(_)
            | Self::Voided
            | Self::Refunded
            | Self::Expiring
            | Self::Returned
            | Self::Disputed => Self::Returned,
        }
    }

    /// The intent that gives back what the provider holds or took; none if that is nothing, or not known yet.
    pub(super) fn undoing(self, of: OfPayment) -> Option<Event> {
        match self {
            Self::Authorised | Self::Expiring | Self::CaptureFailed => Some(Event::PaymentVoidRequested(of)),
            Self::Captured | Self::Disputed => Some(Event::PaymentRefundRequested(of)),
            Self::None
            | Self::Requested(_)
            | Self::Declined
            | Self::CaptureRequested(_)
            | Self::VoidRequested(_)
            | Self::Voided
            | Self::RefundRequested(_)
            | Self::Refunded
            | Self::Returned
            | Self::RefundFailed => None,
        }
    }

    /// Whether it ended, or cannot be believed, before the order was confirmed.
    pub(super) const fn is_refused(self) -> bool {
        matches!(self, Self::Declined | Self::Voided | Self::Returned | Self::Disputed)
    }

    /// The outcome or action that the process waits for, if any.
    pub(super) const fn wait(self) -> Option<Wait> {
        match self {
            Self::Requested(intent)
            | Self::CaptureRequested(intent)
            | Self::VoidRequested(intent)
            | Self::RefundRequested(intent) => Some(Wait::Intent(intent)),
            Self::CaptureFailed | Self::RefundFailed => Some(Wait::Others),
            Self::None
            | Self::Authorised
            | Self::Declined
            | Self::Captured
            | Self::Voided
            | Self::Refunded
            | Self::Expiring
            | Self::Returned
            | Self::Disputed => None,
        }
    }

    /// Whether the provider may move it by itself.
    pub(super) const fn is_live(self) -> bool {
        matches!(self, Self::Authorised | Self::Expiring | Self::Captured | Self::Disputed)
    }
}

impl DebtProgress {
    /// Whether there was never a debt.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// Whether the order is marked as unpaid or written off, as far as the process knows, and it has asked for nothing
    /// else.
    pub(super) const fn is_marked(self) -> bool {
        matches!(self, Self::Lost(_) | Self::Collecting | Self::WrittenOff)
    }

    /// The debt after its mark was noted.
    pub(super) const fn lost(self) -> Self {
        match self {
            Self::LossRequested(_, reason) => Self::Lost(reason),
            Self::None | Self::Lost(_) | Self::Collecting | Self::RegainRequested(_) | Self::WrittenOff => self,
        }
    }

    /// Whether a person may act on it: the order is or may be marked as unpaid.
    pub(super) const fn is_open(self) -> bool {
        matches!(self, Self::LossRequested(..) | Self::Lost(_) | Self::Collecting)
    }

    /// The outcome or action that the process waits for, if any.
    pub(super) const fn wait(self) -> Option<Wait> {
        match self {
            Self::LossRequested(intent, _) | Self::RegainRequested(intent) => Some(Wait::Intent(intent)),
            Self::Lost(_) => Some(Wait::Others),
            Self::None | Self::Collecting | Self::WrittenOff => None,
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
            InvoiceOutcome::WrittenOff => (matches!(self, Self::WriteOffRequested(_)), Event::InvoiceWriteOffNoted {}),
        }
    }

    /// The outcome or action that the process waits for, if any.
    pub(super) const fn wait(self) -> Option<Wait> {
        match self {
            Self::Requested(intent)
            | Self::SettlementRequested(intent)
            | Self::CreditRequested(intent)
            | Self::WriteOffRequested(intent) => Some(Wait::Intent(intent)),
            Self::None | Self::Issued | Self::Settled | Self::Credited | Self::WrittenOff => None,
        }
    }
}

impl ShipmentProgress {
    /// Whether it waits for an outcome, and the event that notes it. A shipment that arrived has left before. An answer
    /// with another number than the last request is a late one.
    pub(super) fn note(&self, warehouse: WarehouseId, last: u32, outcome: ShipmentOutcome) -> (bool, Event) {
        match outcome {
            ShipmentOutcome::Packed { shipment, number } => {
                let waits = matches!(self, Self::Requested(_)) && number == last;
                (waits, Event::ShipmentNoted { warehouse, shipment })
            }
            ShipmentOutcome::Dispatched => {
                (matches!(self, Self::DispatchRequested(_)), Event::ShipmentDispatchNoted { warehouse })
            }
            ShipmentOutcome::Delivered => (
                matches!(self, Self::DispatchRequested(_) | Self::Dispatched),
                Event::ShipmentDeliveryNoted { warehouse },
            ),
            ShipmentOutcome::Cancelled { number } => {
                let waits = matches!(self, Self::CancellationRequested(_)) && number == last;
                (waits, Event::ShipmentCancellationNoted { warehouse })
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
