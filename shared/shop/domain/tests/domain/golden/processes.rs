//! The events of the processes.

use crate::golden::samples::{
    bill, candidates_noted, charge, first_placement, parcel, placement, second_placement, shipment, tracking,
};
use crate::golden::{frozen, stored, upcast};
use foldlog::write::decider::fold;
use foldlog::{Decider, Event, Timestamp};
use shop_domain::fulfilment::{self, Command, Outcome, State, Step, Stream};
use shop_domain::order::Failure;
use shop_domain::values::Means;

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

/// What is decided about an outcome after events as their files say, by names.
fn decided_after(files: &[&str], outcome: Outcome) -> Vec<&'static str> {
    let events: Vec<_> = files.iter().map(|file| stored::<fulfilment::Event>("fulfilment", file)).collect();
    let state = fold::<Stream>(State::default(), &events);
    let decided = Stream::decide(&state, &Command::Note { outcome, at: Timestamp(0) }).unwrap();
    decided.iter().map(Event::name).collect()
}

/// Up to where goods are held, as stored before there were accounts, payments, invoices and shipments.
const RESERVED: [&str; 4] =
    ["OrderPlacementRequested.1", "PlacementNoted.1", "ReservationRequested.1", "ReservationNoted.1"];

#[test]
fn what_was_confirmed_before_orders_were_paid_is_shipped() {
    let confirmed = [&RESERVED[..], &["ConfirmationRequested.1", "ConfirmationNoted.1"]].concat();
    assert_eq!(
        decided_after(&confirmed, Outcome::Shipped { tracking: tracking() }),
        ["ShippingNoted", "InvoiceRequested", "ShipmentRequested", "StockDispatchRequested", "DeadlineSet"]
    );
    let undone = ["CancellationNoted", "ReservationReleaseRequested", "DeadlineSet"];
    assert_eq!(decided_after(&confirmed, Outcome::Cancelled), undone);
}

#[test]
fn what_was_placed_before_orders_were_paid_fails_for_want_of_a_card() {
    let place =
        shop_domain::fulfilment::StockPosition { warehouse: "berlin".parse().unwrap(), sku: "mug".parse().unwrap() };
    assert_eq!(
        decided_after(&RESERVED[..3], Outcome::Reserved(place)),
        ["ReservationNoted", "FailureRequested", "ReservationReleaseRequested", "DeadlineSet"]
    );
}
