//! The meaning of other streams' events for a process.

use super::Candidate;
use crate::values::{Invalid, Means, OrderId, ShipmentId, Sku, StockId, TrackingNumber, WarehouseId};
use crate::{invoice, order, payment, shipment, stock};
use foldlog::{Decider, DecodeError, EventMessage};
use std::collections::BTreeMap;

/// The meaning of another stream's event for a process.
#[derive(Clone, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum Outcome {
    /// The order was placed, and its account may buy.
    Placed {
        /// The warehouses that may have its products. A view proposes them; the stock streams decide.
        candidates: BTreeMap<Sku, Vec<Candidate>>,
        /// The card and address of the order.
        means: Means,
    },
    /// A warehouse holds the goods.
    Reserved(StockPosition),
    /// A warehouse does not have enough.
    Rejected(StockPosition),
    /// A warehouse released the goods.
    Released(StockPosition),
    /// The goods left a warehouse.
    StockDispatched(StockPosition),
    /// The payment changed.
    Payment(PaymentOutcome),
    /// The order was confirmed.
    Confirmed,
    /// The order was shipped: its goods may leave.
    Shipped {
        /// The tracking numbers of its shipments.
        tracking: BTreeMap<ShipmentId, TrackingNumber>,
    },
    /// The order arrived.
    Delivered,
    /// The order failed.
    Failed,
    /// The customer cancelled the order.
    Cancelled,
    /// The invoice changed.
    Invoice(InvoiceOutcome),
    /// A shipment changed.
    Shipment {
        /// The warehouse that it leaves from.
        warehouse: WarehouseId,
        /// The change.
        outcome: ShipmentOutcome,
    },
}

/// A change of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum PaymentOutcome {
    /// The provider holds the amount.
    Authorised,
    /// The provider declined the payment.
    Declined,
    /// The provider captured the amount.
    Captured,
    /// The provider could not capture the amount.
    CaptureFailed,
    /// The provider released the amount.
    Voided,
    /// The provider refunded the amount.
    Refunded,
}

/// A change of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum InvoiceOutcome {
    /// The invoice was issued.
    Issued,
    /// The invoice was paid.
    Paid,
    /// The invoice was credited.
    Credited,
}

/// A change of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum ShipmentOutcome {
    /// The shipment was created.
    Created(ShipmentId),
    /// The shipment left its warehouse.
    Dispatched,
    /// The shipment arrived.
    Delivered,
    /// The shipment was cancelled.
    Cancelled,
}

/// A product in a warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockPosition {
    /// The warehouse.
    pub warehouse: WarehouseId,
    /// The product.
    pub sku: Sku,
}

/// Why the meaning of an event is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Its payload cannot be decoded.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// The name of its stream does not fit its category.
    #[error(transparent)]
    Misnamed(#[from] Invalid),
}

/// The order and the outcome of an event of any stream; none if the event is no outcome. For a placement, the caller
/// adds the candidates.
pub fn outcome_of(message: &EventMessage) -> Result<Option<(OrderId, Outcome)>, Unreadable> {
    let (stream, id) = (&message.subject, message.subject.id());
    Ok(match stream.category() {
        order::Order::CATEGORY => of_own(id, of_order(&message.decode()?))?,
        payment::Payment::CATEGORY => of_own(id, of_payment(&message.decode()?))?,
        invoice::Invoice::CATEGORY => of_own(id, of_invoice(&message.decode()?))?,
        shipment::Shipment::CATEGORY => Some(of_shipment(id.parse()?, &message.decode()?)),
        stock::Stock::CATEGORY => {
            let StockId { warehouse, sku } = id.parse().map_err(|_| Invalid::new(id, "<warehouse>.<sku>"))?;
            of_stock((warehouse, sku), &message.decode()?)
        }
        _ => None,
    })
}

/// The outcome of a stream that has the id of its order.
fn of_own(id: &str, outcome: Option<Outcome>) -> Result<Option<(OrderId, Outcome)>, Invalid> {
    outcome.map(|outcome| Ok((id.parse()?, outcome))).transpose()
}

/// The outcome of an order's event for its process. For a placement, the caller adds the candidates.
#[must_use]
pub fn of_order(event: &order::Event) -> Option<Outcome> {
    match event.clone() {
        order::Event::AccountConnected(means) => Some(Outcome::Placed { candidates: BTreeMap::new(), means }),
        order::Event::OrderConfirmed {} => Some(Outcome::Confirmed),
        order::Event::OrderShipped { tracking } => Some(Outcome::Shipped { tracking }),
        order::Event::OrderDelivered {} => Some(Outcome::Delivered),
        order::Event::OrderFailed { .. } => Some(Outcome::Failed),
        order::Event::OrderCancelled { .. } => Some(Outcome::Cancelled),
        // Each of these shares a commit with one of the events above.
        order::Event::OrderPlaced(_)
        | order::Event::ReservationRequested {}
        | order::Event::ReservationSucceeded {}
        | order::Event::ReservationFailed { .. }
        | order::Event::PaymentConnected {}
        | order::Event::PaymentSucceeded {}
        | order::Event::PaymentFailed {} => None,
    }
}

/// The order and the outcome of a stock's event.
#[must_use]
pub fn of_stock((warehouse, sku): (WarehouseId, Sku), event: &stock::Event) -> Option<(OrderId, Outcome)> {
    let place = StockPosition { warehouse, sku };
    match event {
        stock::Event::StockReserved { order, .. } => Some((order.clone(), Outcome::Reserved(place))),
        stock::Event::ReservationRejected { order, .. } => Some((order.clone(), Outcome::Rejected(place))),
        stock::Event::ReservationReleased { order, .. } => Some((order.clone(), Outcome::Released(place))),
        stock::Event::StockDispatched { order, .. } => Some((order.clone(), Outcome::StockDispatched(place))),
        stock::Event::StockReceived { .. } | stock::Event::StockAdjusted { .. } => None,
    }
}

/// The outcome of a payment's event for the process of its order.
#[must_use]
pub fn of_payment(event: &payment::Event) -> Option<Outcome> {
    let outcome = match event {
        payment::Event::PaymentCreated(_) => None,
        payment::Event::PaymentAuthorised {} => Some(PaymentOutcome::Authorised),
        payment::Event::PaymentDeclined { .. } => Some(PaymentOutcome::Declined),
        payment::Event::PaymentCaptured {} => Some(PaymentOutcome::Captured),
        payment::Event::PaymentCaptureFailed { .. } => Some(PaymentOutcome::CaptureFailed),
        payment::Event::PaymentVoided {} => Some(PaymentOutcome::Voided),
        payment::Event::PaymentRefunded {} => Some(PaymentOutcome::Refunded),
    };
    outcome.map(Outcome::Payment)
}

/// The outcome of an invoice's event for the process of its order.
#[must_use]
pub fn of_invoice(event: &invoice::Event) -> Option<Outcome> {
    let outcome = match event {
        invoice::Event::InvoiceIssued(_) => Some(InvoiceOutcome::Issued),
        invoice::Event::InvoiceSent {} => None,
        invoice::Event::InvoicePaid {} => Some(InvoiceOutcome::Paid),
        invoice::Event::InvoiceCredited {} => Some(InvoiceOutcome::Credited),
    };
    outcome.map(Outcome::Invoice)
}

/// The order and the outcome of a shipment's event.
#[must_use]
pub fn of_shipment(shipment: ShipmentId, event: &shipment::Event) -> (OrderId, Outcome) {
    let (order, warehouse, outcome) = match event.clone() {
        shipment::Event::ShipmentCreated(shipment::Consignment { order, warehouse, .. }) => {
            (order, warehouse, ShipmentOutcome::Created(shipment))
        }
        shipment::Event::ShipmentDispatched { order, warehouse, .. } => (order, warehouse, ShipmentOutcome::Dispatched),
        shipment::Event::ShipmentDelivered { order, warehouse } => (order, warehouse, ShipmentOutcome::Delivered),
        shipment::Event::ShipmentCancelled { order, warehouse } => (order, warehouse, ShipmentOutcome::Cancelled),
    };
    (order, Outcome::Shipment { warehouse, outcome })
}
