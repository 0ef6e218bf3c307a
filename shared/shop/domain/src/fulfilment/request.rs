//! The request of an intent to the owner of another stream.

use super::{Event, Parcel};
use crate::order::{self, Placement};
use crate::payment::Charge;
use crate::shipment::{self, Consignment};
use crate::values::{OrderId, Sku, WarehouseId};
use crate::{invoice, stock};

/// The request of an intent.
#[derive(Clone, Debug)]
pub enum Request {
    /// Place the order. The owner of the order reads the account.
    Placement(Placement),
    /// Run a command on the order.
    Order(order::Command),
    /// Run a command on a stock.
    Stock {
        /// The warehouse.
        warehouse: WarehouseId,
        /// The product.
        sku: Sku,
        /// The command.
        command: stock::Command,
    },
    /// Send a request to the payment provider, and record its answer on the order's payment.
    Payment(PaymentRequest),
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
}

/// The request of an event of `order`'s process; none if the event is no intent.
#[must_use]
pub fn request_of(order: &OrderId, event: Event) -> Option<Request> {
    let order = order.clone();
    Some(match event {
        Event::OrderPlacementRequested(placement) => Request::Placement(placement),
        Event::ConfirmationRequested {} => Request::Order(order::Command::Confirm),
        Event::OrderDeliveryRequested {} => Request::Order(order::Command::Deliver),
        Event::FailureRequested { reason } => Request::Order(order::Command::Fail(reason)),
        Event::ReservationRequested { warehouse, sku, quantity } => {
            Request::Stock { warehouse, sku, command: stock::Command::Reserve { order, quantity } }
        }
        Event::ReservationReleaseRequested { warehouse, sku } => {
            Request::Stock { warehouse, sku, command: stock::Command::Release { order } }
        }
        Event::StockDispatchRequested { warehouse, sku } => {
            Request::Stock { warehouse, sku, command: stock::Command::Dispatch { order } }
        }
        Event::PaymentRequested(charge) => Request::Payment(PaymentRequest::Authorise(charge)),
        Event::PaymentCaptureRequested {} => Request::Payment(PaymentRequest::Capture),
        Event::PaymentVoidRequested {} => Request::Payment(PaymentRequest::Void),
        Event::PaymentRefundRequested {} => Request::Payment(PaymentRequest::Refund),
        Event::InvoiceRequested(bill) => Request::Invoice(invoice::Command::Issue(bill)),
        Event::InvoiceSettlementRequested {} => Request::Invoice(invoice::Command::MarkPaid),
        Event::InvoiceCreditRequested {} => Request::Invoice(invoice::Command::Credit),
        Event::ShipmentRequested(Parcel { warehouse, account, address, contents }) => {
            let consignment = Consignment { order, warehouse: warehouse.clone(), account, address, contents };
            Request::Shipment { warehouse, command: shipment::Command::Create(consignment) }
        }
        Event::ShipmentDispatchRequested { warehouse, tracking } => {
            Request::Shipment { warehouse, command: shipment::Command::Dispatch { tracking } }
        }
        Event::ShipmentCancellationRequested { warehouse } => {
            Request::Shipment { warehouse, command: shipment::Command::Cancel }
        }
        Event::PlacementNoted { .. }
        | Event::ReservationNoted { .. }
        | Event::RejectionNoted { .. }
        | Event::ReleaseNoted { .. }
        | Event::StockDispatchNoted { .. }
        | Event::AuthorisationNoted {}
        | Event::DeclineNoted {}
        | Event::CaptureNoted {}
        | Event::CaptureFailureNoted {}
        | Event::VoidNoted {}
        | Event::RefundNoted {}
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
        | Event::DeadlineSet { .. }
        | Event::DeadlinePassed { .. } => return None,
    })
}
