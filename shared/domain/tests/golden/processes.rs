//! The events of the processes.

use crate::samples::{
    bill, candidates_noted, charge, first_placement, parcel, placement, second_placement, shipment, tracking,
};
use crate::{frozen, upcast};
use domain::fulfilment::{self, Step};
use domain::order::Failure;
use domain::values::Means;
use eventsourcing::Timestamp;

#[test]
fn processes_are_stored_as_ever() {
    let sku = || "mug".parse().unwrap();
    let warehouse = || "berlin".parse().unwrap();
    frozen(
        "fulfilment",
        &[
            fulfilment::Event::OrderPlacementRequested(placement()),
            candidates_noted(9),
            fulfilment::Event::ReservationRequested {
                warehouse: warehouse(),
                sku: sku(),
                quantity: 2.try_into().unwrap(),
            },
            fulfilment::Event::ReservationNoted { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::RejectionNoted { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::ReservationReleaseRequested { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::ReleaseNoted { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::StockDispatchRequested { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::StockDispatchNoted { warehouse: warehouse(), sku: sku() },
            fulfilment::Event::PaymentRequested(charge()),
            fulfilment::Event::AuthorisationNoted {},
            fulfilment::Event::DeclineNoted {},
            fulfilment::Event::PaymentCaptureRequested {},
            fulfilment::Event::CaptureNoted {},
            fulfilment::Event::CaptureFailureNoted {},
            fulfilment::Event::PaymentVoidRequested {},
            fulfilment::Event::VoidNoted {},
            fulfilment::Event::PaymentRefundRequested {},
            fulfilment::Event::RefundNoted {},
            fulfilment::Event::ConfirmationRequested {},
            fulfilment::Event::ConfirmationNoted {},
            fulfilment::Event::InvoiceRequested(bill()),
            fulfilment::Event::InvoiceNoted {},
            fulfilment::Event::InvoiceSettlementRequested {},
            fulfilment::Event::InvoiceSettlementNoted {},
            fulfilment::Event::InvoiceCreditRequested {},
            fulfilment::Event::InvoiceCreditNoted {},
            fulfilment::Event::ShipmentRequested(parcel()),
            fulfilment::Event::ShipmentNoted { warehouse: warehouse(), shipment: shipment() },
            fulfilment::Event::ShippingNoted { tracking: tracking() },
            fulfilment::Event::ShipmentDispatchRequested {
                warehouse: warehouse(),
                tracking: Some("1Z 999".parse().unwrap()),
            },
            fulfilment::Event::ShipmentDispatchNoted { warehouse: warehouse() },
            fulfilment::Event::ShipmentDeliveryNoted { warehouse: warehouse() },
            fulfilment::Event::ShipmentCancellationRequested { warehouse: warehouse() },
            fulfilment::Event::ShipmentCancellationNoted { warehouse: warehouse() },
            fulfilment::Event::OrderDeliveryRequested {},
            fulfilment::Event::OrderDeliveryNoted {},
            fulfilment::Event::DeadlineSet { step: Step::Confirmation, at: Timestamp(1_763_718_723_045) },
            fulfilment::Event::DeadlinePassed { step: Step::Settlement },
            fulfilment::Event::FailureRequested { reason: Failure::OutOfStock { sku: sku() } },
            fulfilment::Event::FailureNoted {},
            fulfilment::Event::CancellationNoted {},
        ],
    );
    let first = fulfilment::Event::OrderPlacementRequested(first_placement());
    let second = fulfilment::Event::OrderPlacementRequested(second_placement());
    // As if each had seemed to have enough, in their order.
    let fulfilment::Event::PlacementNoted { candidates, .. } = candidates_noted(1_000) else { panic!("another event") };
    let noted = fulfilment::Event::PlacementNoted { candidates, means: Means::default() };
    upcast(
        "fulfilment",
        &[("OrderPlacementRequested.1", first), ("OrderPlacementRequested.2", second), ("PlacementNoted.1", noted)],
    );
}
