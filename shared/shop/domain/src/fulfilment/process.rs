//! The progress of a process, and how it notes the outcomes of other streams.

use super::{
    Deadline, Event, InvoiceProgress, LineProgress, OrderProgress, Outcome, Parcel, PartProgress, PaymentProgress,
    ShipmentProgress, StockPosition,
};
use crate::order::Placement;
use crate::values::{Means, ShipmentId, Sku, TrackingNumber, WarehouseId};
use foldlog::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The progress of an order, as its process knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The number of events of the process, so that an intent knows its own version.
    version: Version,
    /// The checked-out cart.
    pub(super) placement: Placement,
    /// The card and address, once they are known.
    pub(super) means: Means,
    /// The progress of the order.
    pub order: OrderProgress,
    /// The progress of its lines.
    pub lines: Vec<LineProgress>,
    /// The progress of its payment.
    pub payment: PaymentProgress,
    /// The progress of its invoice.
    pub invoice: InvoiceProgress,
    /// The progress of its shipments, by warehouse.
    pub shipments: BTreeMap<WarehouseId, ShipmentProgress>,
    /// The tracking numbers of its shipments.
    pub(super) tracking: BTreeMap<ShipmentId, TrackingNumber>,
    /// The deadline of its current step.
    pub deadline: Deadline,
}

impl Process {
    pub(super) fn started(placement: &Placement) -> Self {
        let line = |line: &crate::values::Line| LineProgress {
            sku: line.sku.clone(),
            quantity: line.quantity,
            candidates: vec![],
            parts: vec![],
        };
        let version = Version::NONE.next();
        Self {
            version,
            placement: placement.clone(),
            means: Means::default(),
            order: OrderProgress::PlacementRequested(version),
            lines: placement.lines.iter().map(line).collect(),
            payment: PaymentProgress::None,
            invoice: InvoiceProgress::None,
            shipments: BTreeMap::new(),
            tracking: BTreeMap::new(),
            deadline: Deadline::None,
        }
    }

    /// The event that notes an outcome; none if the process knows the outcome already, or if it came too late.
    pub(super) fn note(&self, outcome: &Outcome) -> Option<Event> {
        let (waits, noted) = match outcome.clone() {
            Outcome::Placed { mut candidates, means } => {
                for of_line in candidates.values_mut() {
                    of_line.sort_by(|one, other| one.warehouse.cmp(&other.warehouse));
                }
                (
                    matches!(self.order, OrderProgress::PlacementRequested(_)),
                    Event::PlacementNoted { candidates, means },
                )
            }
            Outcome::Confirmed => {
                (matches!(self.order, OrderProgress::ConfirmationRequested(_)), Event::ConfirmationNoted {})
            }
            Outcome::Shipped { tracking } => (
                matches!(self.order, OrderProgress::ConfirmationRequested(_) | OrderProgress::Confirmed),
                Event::ShippingNoted { tracking },
            ),
            Outcome::Delivered => {
                (matches!(self.order, OrderProgress::DeliveryRequested(_)), Event::OrderDeliveryNoted {})
            }
            Outcome::Failed => (self.order.open(), Event::FailureNoted {}),
            Outcome::Cancelled => (self.order.open(), Event::CancellationNoted {}),
            Outcome::Reserved(StockPosition { warehouse, sku }) => (
                matches!(self.part(&warehouse, &sku)?, PartProgress::Requested(_)),
                Event::ReservationNoted { warehouse, sku },
            ),
            Outcome::Rejected(StockPosition { warehouse, sku }) => (
                matches!(self.part(&warehouse, &sku)?, PartProgress::Requested(_)),
                Event::RejectionNoted { warehouse, sku },
            ),
            Outcome::Released(StockPosition { warehouse, sku }) => (
                matches!(self.part(&warehouse, &sku)?, PartProgress::ReleaseRequested(_)),
                Event::ReleaseNoted { warehouse, sku },
            ),
            Outcome::StockDispatched(StockPosition { warehouse, sku }) => (
                matches!(self.part(&warehouse, &sku)?, PartProgress::DispatchRequested(_)),
                Event::StockDispatchNoted { warehouse, sku },
            ),
            Outcome::Payment(outcome) => self.payment.note(outcome),
            Outcome::Invoice(outcome) => self.invoice.note(outcome),
            Outcome::Shipment { warehouse, outcome } => self.shipments.get(&warehouse)?.note(warehouse, outcome),
        };
        waits.then_some(noted)
    }

    /// The progress of the part of a line that the process asked a warehouse for.
    fn part(&self, warehouse: &WarehouseId, sku: &Sku) -> Option<PartProgress> {
        let line = self.lines.iter().find(|line| line.sku == *sku)?;
        Some(line.part(warehouse)?.progress)
    }

    /// The process after the event.
    pub(super) fn evolve(mut self, event: &Event) -> Self {
        self.version = self.version.next();
        let intent = self.version;
        match event.clone() {
            Event::OrderPlacementRequested(_) => {}
            Event::PlacementNoted { mut candidates, means } => {
                self.order = OrderProgress::Placed;
                self.means = means;
                for line in &mut self.lines {
                    line.candidates = candidates.remove(&line.sku).unwrap_or_default();
                }
            }
            Event::ReservationRequested { warehouse, sku, quantity } => {
                self.line(&sku, |line| line.ask(warehouse, quantity, intent));
            }
            Event::ReservationNoted { warehouse, sku } => self.move_part(&warehouse, &sku, PartProgress::Held),
            Event::RejectionNoted { warehouse, sku } => self.move_part(&warehouse, &sku, PartProgress::Rejected),
            Event::ReservationReleaseRequested { warehouse, sku } => {
                self.move_part(&warehouse, &sku, PartProgress::ReleaseRequested(intent));
            }
            Event::ReleaseNoted { warehouse, sku } => self.move_part(&warehouse, &sku, PartProgress::Released),
            Event::StockDispatchRequested { warehouse, sku } => {
                self.move_part(&warehouse, &sku, PartProgress::DispatchRequested(intent));
            }
            Event::StockDispatchNoted { warehouse, sku } => self.move_part(&warehouse, &sku, PartProgress::Dispatched),
            Event::PaymentRequested(_) => self.payment = PaymentProgress::Requested(intent),
            Event::AuthorisationNoted {} => self.payment = PaymentProgress::Authorised,
            Event::DeclineNoted {} => self.payment = PaymentProgress::Declined,
            Event::PaymentCaptureRequested {} => self.payment = PaymentProgress::CaptureRequested(intent),
            Event::CaptureNoted {} => self.payment = PaymentProgress::Captured,
            Event::CaptureFailureNoted {} => self.payment = PaymentProgress::CaptureFailed,
            Event::PaymentVoidRequested {} => self.payment = PaymentProgress::VoidRequested(intent),
            Event::VoidNoted {} => self.payment = PaymentProgress::Voided,
            Event::PaymentRefundRequested {} => self.payment = PaymentProgress::RefundRequested(intent),
            Event::RefundNoted {} => self.payment = PaymentProgress::Refunded,
            Event::ConfirmationRequested {} => self.order = OrderProgress::ConfirmationRequested(intent),
            Event::ConfirmationNoted {} => self.order = OrderProgress::Confirmed,
            Event::InvoiceRequested(_) => self.invoice = InvoiceProgress::Requested(intent),
            Event::InvoiceNoted {} => self.invoice = InvoiceProgress::Issued,
            Event::InvoiceSettlementRequested {} => self.invoice = InvoiceProgress::SettlementRequested(intent),
            Event::InvoiceSettlementNoted {} => self.invoice = InvoiceProgress::Settled,
            Event::InvoiceCreditRequested {} => self.invoice = InvoiceProgress::CreditRequested(intent),
            Event::InvoiceCreditNoted {} => self.invoice = InvoiceProgress::Credited,
            Event::ShipmentRequested(Parcel { warehouse, .. }) => {
                self.move_shipment(warehouse, ShipmentProgress::Requested(intent));
            }
            Event::ShipmentNoted { warehouse, shipment } => {
                self.move_shipment(warehouse, ShipmentProgress::Created(shipment));
            }
            Event::ShippingNoted { tracking } => {
                self.order = OrderProgress::Shipped;
                self.tracking = tracking;
            }
            Event::ShipmentDispatchRequested { warehouse, .. } => {
                self.move_shipment(warehouse, ShipmentProgress::DispatchRequested(intent));
            }
            Event::ShipmentDispatchNoted { warehouse } => self.move_shipment(warehouse, ShipmentProgress::Dispatched),
            Event::ShipmentDeliveryNoted { warehouse } => self.move_shipment(warehouse, ShipmentProgress::Delivered),
            Event::ShipmentCancellationRequested { warehouse } => {
                self.move_shipment(warehouse, ShipmentProgress::CancellationRequested(intent));
            }
            Event::ShipmentCancellationNoted { warehouse } => {
                self.move_shipment(warehouse, ShipmentProgress::Cancelled);
            }
            Event::OrderDeliveryRequested {} => self.order = OrderProgress::DeliveryRequested(intent),
            Event::OrderDeliveryNoted {} => self.order = OrderProgress::Delivered,
            Event::FailureRequested { .. } => self.order = OrderProgress::FailureRequested(intent),
            Event::FailureNoted {} => self.order = OrderProgress::Failed,
            Event::CancellationNoted {} => self.order = OrderProgress::Cancelled,
            Event::DeadlineSet { step, at } => self.deadline = Deadline::Set { step, at },
            Event::DeadlinePassed { step } => self.deadline = Deadline::Passed { step },
        }
        self
    }

    fn line(&mut self, sku: &Sku, change: impl FnOnce(&mut LineProgress)) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.sku == *sku) {
            change(line);
        }
    }

    fn move_shipment(&mut self, warehouse: WarehouseId, progress: ShipmentProgress) {
        self.shipments.insert(warehouse, progress);
    }

    fn move_part(&mut self, warehouse: &WarehouseId, sku: &Sku, progress: PartProgress) {
        self.line(sku, |line| line.move_part(warehouse, progress));
    }
}
