//! The meaning of other streams' events for a process.

use super::{Candidate, Event, OfPayment, StockPosition};
use crate::values::{
    Attempt, CardToken, Invalid, Means, OrderId, PaymentId, Personal, Quantity, ShipmentId, Sku, StockId,
    TrackingNumber, WarehouseId,
};
use crate::{invoice, order, payment, shipment, stock};
use foldlog::{Decider, DecodeError, EventMessage, Timestamp, Version};
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
    /// A warehouse holds goods.
    Reserved {
        /// The reservation.
        at: StockPosition,
        /// The quantity that it holds.
        quantity: Quantity,
        /// If it holds less than was asked: the warehouses that may have the rest. A view proposes them.
        candidates: Option<Vec<Candidate>>,
    },
    /// A warehouse has nothing left.
    Rejected {
        /// The reservation that was asked for.
        at: StockPosition,
        /// The warehouses that may have the goods instead. A view proposes them.
        candidates: Vec<Candidate>,
    },
    /// A warehouse released the goods.
    Released(StockPosition),
    /// The goods left a warehouse.
    StockDispatched(StockPosition),
    /// A payment changed.
    Payment {
        /// The attempt to pay.
        attempt: Attempt,
        /// The change.
        outcome: PaymentOutcome,
    },
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
    /// A person cancelled the order.
    Cancelled,
    /// The staff withdrew the goods that a warehouse holds.
    Withdrawn {
        /// The warehouse.
        warehouse: WarehouseId,
        /// The product.
        sku: Sku,
        /// The number of withdrawals so far.
        number: u32,
        /// The warehouses that may have the goods instead. A view proposes them.
        candidates: Vec<Candidate>,
    },
    /// The order may be shipped again.
    Replaced {
        /// The number of withdrawals so far.
        number: u32,
    },
    /// The payment of the confirmed order was marked as lost.
    PaymentLost {
        /// The intent that this answers, by its version; none if the event does not say.
        answers: Option<Version>,
    },
    /// It was marked as regained.
    PaymentRegained {
        /// The intent that this answers, by its version; none if the event does not say.
        answers: Option<Version>,
    },
    /// A person named another card for the order.
    CardReplaced {
        /// The card.
        card: Personal<CardToken>,
        /// The number of cards that were named so far.
        number: u32,
    },
    /// The staff wrote the amount off.
    WrittenOff,
    /// The invoice changed.
    Invoice(InvoiceOutcome),
    /// A shipment changed.
    Shipment {
        /// The warehouse that it leaves from.
        warehouse: WarehouseId,
        /// The change.
        outcome: ShipmentOutcome,
    },
    /// Goods came back after the delivery.
    Returned(order::Return),
    /// A part of a return was done, or cannot be done.
    OfReturn {
        /// The number of the return.
        number: u32,
        /// What became of it.
        outcome: ReturnOutcome,
    },
}

/// A change of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum PaymentOutcome {
    /// The provider holds the amount.
    Authorised {
        /// The moment at which the hold ends by itself, if the provider says so.
        expires_at: Option<Timestamp>,
    },
    /// The provider declined the payment.
    Declined,
    /// The provider captured the amount.
    Captured,
    /// The provider could not capture the amount.
    CaptureFailed,
    /// The provider released the amount, or its hold ended by itself.
    Voided,
    /// The provider refunded the amount.
    Refunded,
    /// The provider reports another amount than the charge's.
    Disputed,
    /// The provider refuses to refund the amount.
    RefundFailed,
}

impl PaymentOutcome {
    /// The event that notes it.
    pub(super) const fn noted(self, of: OfPayment) -> Event {
        match self {
            Self::Authorised { .. } => Event::AuthorisationNoted(of),
            Self::Declined => Event::DeclineNoted(of),
            Self::Captured => Event::CaptureNoted(of),
            Self::CaptureFailed => Event::CaptureFailureNoted(of),
            Self::Voided => Event::VoidNoted(of),
            Self::Refunded => Event::RefundNoted(of),
            Self::Disputed => Event::DisputeNoted(of),
            Self::RefundFailed => Event::RefundFailureNoted(of),
        }
    }
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
    /// The invoice was written off.
    WrittenOff,
}

/// A change of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum ShipmentOutcome {
    /// The shipment was created or repacked.
    Packed {
        /// Its id.
        shipment: ShipmentId,
        /// The number of withdrawals at the request, which tells it from others; 0 for the creation.
        number: u32,
    },
    /// The shipment left its warehouse.
    Dispatched,
    /// The shipment arrived.
    Delivered,
    /// The shipment was cancelled.
    Cancelled {
        /// The number of withdrawals at the request, which tells it from others.
        number: u32,
    },
}

/// What became of a part of a return.
#[derive(Clone, Debug, PartialEq, Eq, strum::VariantNames, strum::IntoStaticStr)]
pub enum ReturnOutcome {
    /// The provider refunded the amount, or somebody did by hand after it had refused.
    Refunded,
    /// The provider refuses to refund the amount.
    RefundFailed,
    /// The credit note was issued.
    Credited,
    /// A warehouse received the goods.
    Received(Sku),
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

/// The order and the outcome of an event of any stream; none if the event is no outcome. The caller adds the candidates
/// of a placement and of a withdrawal, and those of a warehouse that gave less than was asked.
pub fn outcome_of(message: &EventMessage) -> Result<Option<(OrderId, Outcome)>, Unreadable> {
    let (stream, id) = (&message.subject, message.subject.id());
    Ok(match stream.category() {
        order::Order::CATEGORY => {
            let cause = message.causation.as_ref().map(|cause| cause.version);
            of_own(id, of_order(&message.decode()?, cause))?
        }
        payment::Payment::CATEGORY => {
            let PaymentId { order, attempt } = id.parse()?;
            of_payment(attempt, &message.decode()?).map(|outcome| (order, outcome))
        }
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

/// The outcome of an order's event for its process. The caller gives the version of the intent that caused the event, if
/// one did, and adds the candidates of a placement and of a withdrawal.
#[must_use]
pub fn of_order(event: &order::Event, answers: Option<Version>) -> Option<Outcome> {
    match event.clone() {
        order::Event::AccountConnected(means) => Some(Outcome::Placed { candidates: BTreeMap::new(), means }),
        order::Event::OrderConfirmed {} => Some(Outcome::Confirmed),
        order::Event::OrderShipped { tracking } => Some(Outcome::Shipped { tracking }),
        order::Event::OrderDelivered {} => Some(Outcome::Delivered),
        order::Event::OrderFailed { .. } => Some(Outcome::Failed),
        order::Event::OrderCancelled { .. } => Some(Outcome::Cancelled),
        order::Event::ReservationWithdrawn { warehouse, sku, number, .. } => {
            Some(Outcome::Withdrawn { warehouse, sku, number, candidates: vec![] })
        }
        order::Event::ReservationReplaced { number } => Some(Outcome::Replaced { number }),
        order::Event::PaymentLost { .. } => Some(Outcome::PaymentLost { answers }),
        order::Event::PaymentRegained {} => Some(Outcome::PaymentRegained { answers }),
        order::Event::CardReplaced { card, number } => Some(Outcome::CardReplaced { card, number }),
        order::Event::PaymentWrittenOff { .. } => Some(Outcome::WrittenOff),
        order::Event::GoodsReturned(returned) => Some(Outcome::Returned(returned)),
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

/// The order and the outcome of a stock's event. The caller adds the candidates if the stock gave less than was asked.
#[must_use]
pub fn of_stock((warehouse, sku): (WarehouseId, Sku), event: &stock::Event) -> Option<(OrderId, Outcome)> {
    if let stock::Event::StockReturned { order, number, .. } = event {
        return Some((order.clone(), of_return(*number, ReturnOutcome::Received(sku))));
    }
    let at = |reservation: &Option<Version>| StockPosition { warehouse, sku, reservation: *reservation };
    match event {
        stock::Event::StockReserved { order, reservation, quantity, asked } => {
            let candidates = (quantity < asked).then(Vec::new);
            Some((order.clone(), Outcome::Reserved { at: at(reservation), quantity: *quantity, candidates }))
        }
        stock::Event::ReservationRejected { order, reservation, .. } => {
            Some((order.clone(), Outcome::Rejected { at: at(reservation), candidates: vec![] }))
        }
        stock::Event::ReservationReleased { order, reservation, .. } => {
            Some((order.clone(), Outcome::Released(at(reservation))))
        }
        stock::Event::StockDispatched { order, reservation, .. } => {
            Some((order.clone(), Outcome::StockDispatched(at(reservation))))
        }
        stock::Event::StockReceived { .. }
        | stock::Event::StockAdjusted { .. }
        | stock::Event::StockReturned { .. } => None,
    }
}

/// The outcome of a payment's event for the process of its order.
#[must_use]
pub fn of_payment(attempt: Attempt, event: &payment::Event) -> Option<Outcome> {
    let outcome = match event {
        payment::Event::PaymentCreated(_) => None,
        payment::Event::PaymentAuthorised { expires_at } => {
            Some(PaymentOutcome::Authorised { expires_at: *expires_at })
        }
        payment::Event::PaymentDeclined { .. } => Some(PaymentOutcome::Declined),
        payment::Event::PaymentCaptured {} => Some(PaymentOutcome::Captured),
        payment::Event::PaymentCaptureFailed { .. } => Some(PaymentOutcome::CaptureFailed),
        payment::Event::PaymentVoided {} | payment::Event::PaymentLapsed { .. } => Some(PaymentOutcome::Voided),
        payment::Event::PaymentRefunded {} => Some(PaymentOutcome::Refunded),
        payment::Event::PaymentDisputed { .. } => Some(PaymentOutcome::Disputed),
        payment::Event::PaymentRefundFailed { .. } => Some(PaymentOutcome::RefundFailed),
        payment::Event::PaymentPartlyRefunded { number, .. } => {
            return Some(of_return(*number, ReturnOutcome::Refunded));
        }
        payment::Event::PaymentPartialRefundFailed { number, .. } => {
            return Some(of_return(*number, ReturnOutcome::RefundFailed));
        }
        payment::Event::PaymentRefundedByHand { settles, .. } => {
            return settles.map(|number| of_return(number, ReturnOutcome::Refunded));
        }
    };
    outcome.map(|outcome| Outcome::Payment { attempt, outcome })
}

const fn of_return(number: u32, outcome: ReturnOutcome) -> Outcome {
    Outcome::OfReturn { number, outcome }
}

/// The outcome of an invoice's event for the process of its order.
#[must_use]
pub fn of_invoice(event: &invoice::Event) -> Option<Outcome> {
    let outcome = match event {
        invoice::Event::InvoiceIssued(_) => Some(InvoiceOutcome::Issued),
        invoice::Event::InvoiceSent {} => None,
        invoice::Event::InvoicePaid {} => Some(InvoiceOutcome::Paid),
        invoice::Event::InvoiceCredited {} => Some(InvoiceOutcome::Credited),
        invoice::Event::InvoiceWrittenOff {} => Some(InvoiceOutcome::WrittenOff),
        invoice::Event::InvoicePartlyCredited(note) => {
            return Some(of_return(note.number, ReturnOutcome::Credited));
        }
    };
    outcome.map(Outcome::Invoice)
}

/// The order and the outcome of a shipment's event.
#[must_use]
pub fn of_shipment(shipment: ShipmentId, event: &shipment::Event) -> (OrderId, Outcome) {
    let (order, warehouse, outcome) = match event.clone() {
        shipment::Event::ShipmentCreated(shipment::Consignment { order, warehouse, .. }) => {
            (order, warehouse, ShipmentOutcome::Packed { shipment, number: 0 })
        }
        shipment::Event::ShipmentRepacked { order, warehouse, number, .. } => {
            (order, warehouse, ShipmentOutcome::Packed { shipment, number })
        }
        shipment::Event::ShipmentDispatched { order, warehouse, .. } => (order, warehouse, ShipmentOutcome::Dispatched),
        shipment::Event::ShipmentDelivered { order, warehouse } => (order, warehouse, ShipmentOutcome::Delivered),
        shipment::Event::ShipmentCancelled { order, warehouse, number } => {
            (order, warehouse, ShipmentOutcome::Cancelled { number })
        }
    };
    (order, Outcome::Shipment { warehouse, outcome })
}
