//! What the moves of other streams mean to a process.

use super::Candidate;
use crate::values::{Invalid, Means, OrderId, ShipmentId, Sku, StockId, TrackingNumber, WarehouseId};
use crate::{invoice, order, payment, shipment, stock};
use foldlog::{Decider, DecodeError, EventMessage};
use std::collections::BTreeMap;

/// A move of another stream that a process waits for, or has to heed.
#[derive(Clone, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum Outcome {
    /// The order was placed, for an account that may buy.
    Placed {
        /// The warehouses that may have its products, proposed by a view: the stock streams decide.
        candidates: BTreeMap<Sku, Vec<Candidate>>,
        /// What it is paid with and where it is sent.
        means: Means,
    },
    /// A warehouse holds the goods.
    Reserved(StockPosition),
    /// A warehouse has not enough.
    Rejected(StockPosition),
    /// A warehouse holds the goods no more.
    Released(StockPosition),
    /// The goods left a warehouse.
    StockDispatched(StockPosition),
    /// The payment moved.
    Payment(PaymentOutcome),
    /// The order was confirmed.
    Confirmed,
    /// The order's goods may leave.
    Shipped {
        /// The numbers under which the carriers know its shipments.
        tracking: BTreeMap<ShipmentId, TrackingNumber>,
    },
    /// The order arrived.
    Delivered,
    /// The order failed.
    Failed,
    /// The customer cancelled the order.
    Cancelled,
    /// The invoice moved.
    Invoice(InvoiceOutcome),
    /// A shipment moved.
    Shipment {
        /// From where.
        warehouse: WarehouseId,
        /// What became of it.
        outcome: ShipmentOutcome,
    },
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum PaymentOutcome {
    /// The amount is held.
    Authorised,
    /// The amount will not be held.
    Declined,
    /// The amount was taken.
    Captured,
    /// The amount could not be taken.
    CaptureFailed,
    /// The amount is held no more.
    Voided,
    /// The amount was given back.
    Refunded,
}

/// What became of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum InvoiceOutcome {
    /// There is one.
    Issued,
    /// It is paid.
    Paid,
    /// It was taken back.
    Credited,
}

/// What became of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum ShipmentOutcome {
    /// There is one.
    Created(ShipmentId),
    /// It left.
    Dispatched,
    /// It arrived.
    Delivered,
    /// It stays.
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

/// Why it cannot be told what an event means.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Its payload does not read.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// Its stream has no name of its category.
    #[error(transparent)]
    Misnamed(#[from] Invalid),
}

/// What an event of any stream means, and to which order's process; a placement still lacks its candidates.
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

/// An outcome of a stream that has its order's id.
fn of_own(id: &str, outcome: Option<Outcome>) -> Result<Option<(OrderId, Outcome)>, Invalid> {
    outcome.map(|outcome| Ok((id.parse()?, outcome))).transpose()
}

/// What an order's event means to its process; a placement still lacks its candidates.
#[must_use]
pub fn of_order(event: &order::Event) -> Option<Outcome> {
    match event.clone() {
        order::Event::AccountConnected(means) => Some(Outcome::Placed { candidates: BTreeMap::new(), means }),
        order::Event::OrderConfirmed {} => Some(Outcome::Confirmed),
        order::Event::OrderShipped { tracking } => Some(Outcome::Shipped { tracking }),
        order::Event::OrderDelivered {} => Some(Outcome::Delivered),
        order::Event::OrderFailed { .. } => Some(Outcome::Failed),
        order::Event::OrderCancelled { .. } => Some(Outcome::Cancelled),
        // Each comes with one of those above.
        order::Event::OrderPlaced(_)
        | order::Event::ReservationRequested {}
        | order::Event::ReservationSucceeded {}
        | order::Event::ReservationFailed { .. }
        | order::Event::PaymentConnected {}
        | order::Event::PaymentSucceeded {}
        | order::Event::PaymentFailed {} => None,
    }
}

/// What a stock's event means, and to which order's process.
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

/// What a payment's event means to the process of its order.
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

/// What an invoice's event means to the process of its order.
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

/// What an event of a shipment means, and to which order's process.
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
