//! The request of an intent to the owner of another stream.

use super::{Event, Parcel, Receipt, StockPosition};
use crate::invoice;
use crate::order::{self, Placement};
use crate::payment::Charge;
use crate::shipment::{self, Consignment};
use crate::values::{Attempt, Money, OrderId, PaymentId, Quantity, Sku, WarehouseId};
use foldlog::Version;

/// The request of an intent.
#[derive(Clone, Debug)]
pub enum Request {
    /// Place the order. The owner of the order reads the account.
    Placement(Placement),
    /// Run a command on the order.
    Order(order::Command),
    /// Make or close a reservation, or take goods back.
    Stock {
        /// The warehouse.
        warehouse: WarehouseId,
        /// The product.
        sku: Sku,
        /// The request.
        request: StockRequest,
    },
    /// Send a request to the payment provider, and record its answer on the payment.
    Payment {
        /// The payment.
        payment: PaymentId,
        /// The request.
        request: PaymentRequest,
    },
    /// Run a command on the order's invoice.
    Invoice(invoice::Command),
    /// Run a command on the order's shipment from a warehouse.
    Shipment {
        /// The warehouse.
        warehouse: WarehouseId,
        /// The command.
        command: shipment::Command,
    },
}

/// A request to a stock. The owner of the stock completes it to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockRequest {
    /// Reserve a quantity. The identity of the reservation is the version of the intent.
    Reserve(Quantity),
    /// Release a reservation; none if it has no identity.
    Release(Option<Version>),
    /// Dispatch the goods of a reservation; none if it has no identity.
    Dispatch(Option<Version>),
    /// Take goods back.
    TakeBack {
        /// The number of the return.
        number: u32,
        /// The quantity.
        quantity: Quantity,
    },
}

/// A request to the payment provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentRequest {
    /// Authorise an amount.
    Authorise(Charge),
    /// Capture it.
    Capture,
    /// Void the authorisation.
    Void,
    /// Refund it.
    Refund,
    /// Refund a part of it.
    RefundPart {
        /// The number of the return.
        number: u32,
        /// The part.
        amount: Money,
    },
}

/// The request of an event of `order`'s process; none if the event is no intent.
#[must_use]
pub fn request_of(order: &OrderId, event: Event) -> Option<Request> {
    let order = order.clone();
    let of_payment = |attempt: Attempt, request| {
        let payment = PaymentId { order: order.clone(), attempt };
        Request::Payment { payment, request }
    };
    Some(match event {
        Event::OrderPlacementRequested(placement) => Request::Placement(placement),
        Event::ConfirmationRequested {} => Request::Order(order::Command::Confirm),
        Event::OrderDeliveryRequested {} => Request::Order(order::Command::Deliver),
        Event::FailureRequested { reason } => Request::Order(order::Command::Fail(reason)),
        Event::ReservationReplacementRequested { number } => {
            Request::Order(order::Command::ReplaceReservation { number })
        }
        Event::ReservationRequested { warehouse, sku, quantity } => {
            Request::Stock { warehouse, sku, request: StockRequest::Reserve(quantity) }
        }
        Event::ReservationReleaseRequested(StockPosition { warehouse, sku, reservation }) => {
            Request::Stock { warehouse, sku, request: StockRequest::Release(reservation) }
        }
        Event::StockDispatchRequested(StockPosition { warehouse, sku, reservation }) => {
            Request::Stock { warehouse, sku, request: StockRequest::Dispatch(reservation) }
        }
        Event::PaymentRequested { charge, of } => of_payment(of.attempt, PaymentRequest::Authorise(charge)),
        Event::PaymentCaptureRequested(of) => of_payment(of.attempt, PaymentRequest::Capture),
        Event::PaymentVoidRequested(of) => of_payment(of.attempt, PaymentRequest::Void),
        Event::PaymentRefundRequested(of) => of_payment(of.attempt, PaymentRequest::Refund),
        Event::PartialRefundRequested { number, amount, of } => {
            of_payment(of.attempt, PaymentRequest::RefundPart { number, amount })
        }
        Event::CreditNoteRequested(note) => Request::Invoice(invoice::Command::CreditPart(note)),
        Event::StockReturnRequested(Receipt { number, warehouse, sku, quantity }) => {
            Request::Stock { warehouse, sku, request: StockRequest::TakeBack { number, quantity } }
        }
        Event::PaymentLossRequested { reason } => Request::Order(order::Command::LosePayment(reason)),
        Event::PaymentRegainRequested {} => Request::Order(order::Command::RegainPayment),
        Event::InvoiceRequested(bill) => Request::Invoice(invoice::Command::Issue(bill)),
        Event::InvoiceSettlementRequested {} => Request::Invoice(invoice::Command::MarkPaid),
        Event::InvoiceCreditRequested {} => Request::Invoice(invoice::Command::Credit),
        Event::InvoiceWriteOffRequested {} => Request::Invoice(invoice::Command::WriteOff),
        Event::ShipmentRequested(Parcel { warehouse, account, address, contents }) => {
            let consignment = Consignment { order, warehouse: warehouse.clone(), account, address, contents };
            Request::Shipment { warehouse, command: shipment::Command::Create(consignment) }
        }
        Event::ShipmentDispatchRequested { warehouse, tracking } => {
            Request::Shipment { warehouse, command: shipment::Command::Dispatch { tracking } }
        }
        Event::ShipmentRepackingRequested { warehouse, contents, number } => {
            Request::Shipment { warehouse, command: shipment::Command::Repack { contents, number } }
        }
        Event::ShipmentCancellationRequested { warehouse, number } => {
            Request::Shipment { warehouse, command: shipment::Command::Cancel { number } }
        }
        Event::PlacementNoted { .. }
        | Event::ReservationNoted { .. }
        | Event::RejectionNoted { .. }
        | Event::ReleaseNoted(_)
        | Event::StockDispatchNoted(_)
        | Event::AuthorisationNoted(_)
        | Event::DeclineNoted(_)
        | Event::CaptureNoted(_)
        | Event::CaptureFailureNoted(_)
        | Event::VoidNoted(_)
        | Event::RefundNoted(_)
        | Event::DisputeNoted(_)
        | Event::RefundFailureNoted(_)
        | Event::RenewalSet { .. }
        | Event::RenewalDue {}
        | Event::PaymentLossNoted {}
        | Event::PaymentRegainNoted {}
        | Event::CardReplacementNoted { .. }
        | Event::WriteOffNoted {}
        | Event::WithdrawalNoted { .. }
        | Event::ReservationReplacementNoted {}
        | Event::InvoiceWriteOffNoted {}
        | Event::ConfirmationNoted {}
        | Event::InvoiceNoted {}
        | Event::InvoiceSettlementNoted {}
        | Event::InvoiceCreditNoted {}
        | Event::ShipmentNoted { .. }
        | Event::ShippingNoted { .. }
        | Event::ShipmentDispatchNoted { .. }
        | Event::ShipmentDeliveryNoted { .. }
        | Event::ShipmentCancellationNoted { .. }
        | Event::OrderDeliveryNoted {}
        | Event::FailureNoted {}
        | Event::CancellationNoted {}
        | Event::ReturnNoted(_)
        | Event::PartialRefundNoted { .. }
        | Event::PartialRefundFailureNoted { .. }
        | Event::CreditNoteNoted { .. }
        | Event::StockReturnNoted { .. }
        | Event::DeadlineSet { .. }
        | Event::DeadlinePassed { .. } => return None,
    })
}
