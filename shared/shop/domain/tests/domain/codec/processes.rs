//! Any event of a process.

use crate::codec::events::{bill, charge, consignment};
use crate::codec::values::{failure, id, line_of_prose, means, placement, quantity, sku, tracking, warehouse};
use foldlog::Timestamp;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use shop_domain::fulfilment::{Candidate, Event, Parcel, Step};
use shop_domain::shipment::Consignment;
use shop_domain::values::Sku;
use std::collections::BTreeMap;

fn candidates() -> impl Strategy<Value = BTreeMap<Sku, Vec<Candidate>>> {
    let candidate = (warehouse(), any::<u64>()).prop_map(|(warehouse, available)| Candidate { warehouse, available });
    prop::collection::btree_map(sku(), prop::collection::vec(candidate, 0..4), 0..4)
}

fn parcel() -> impl Strategy<Value = Parcel> {
    consignment().prop_map(|consignment| {
        let Consignment { warehouse, account, address, contents, .. } = consignment;
        Parcel { warehouse, account, address, contents }
    })
}

fn step() -> impl Strategy<Value = Step> {
    select(vec![Step::Confirmation, Step::Shipping, Step::Delivery, Step::Settlement])
}

pub(crate) fn of_fulfilment() -> impl Strategy<Value = Event> {
    let place = || (warehouse(), sku());
    let of_stock = prop_oneof![
        (warehouse(), sku(), quantity()).prop_map(|(warehouse, sku, quantity)| Event::ReservationRequested {
            warehouse,
            sku,
            quantity
        }),
        place().prop_map(|(warehouse, sku)| Event::ReservationNoted { warehouse, sku }),
        place().prop_map(|(warehouse, sku)| Event::RejectionNoted { warehouse, sku }),
        place().prop_map(|(warehouse, sku)| Event::ReservationReleaseRequested { warehouse, sku }),
        place().prop_map(|(warehouse, sku)| Event::ReleaseNoted { warehouse, sku }),
        place().prop_map(|(warehouse, sku)| Event::StockDispatchRequested { warehouse, sku }),
        place().prop_map(|(warehouse, sku)| Event::StockDispatchNoted { warehouse, sku }),
    ];
    let of_shipments = prop_oneof![
        parcel().prop_map(Event::ShipmentRequested),
        (warehouse(), id()).prop_map(|(warehouse, shipment)| Event::ShipmentNoted { warehouse, shipment }),
        (warehouse(), of(line_of_prose()))
            .prop_map(|(warehouse, tracking)| Event::ShipmentDispatchRequested { warehouse, tracking }),
        warehouse().prop_map(|warehouse| Event::ShipmentDispatchNoted { warehouse }),
        warehouse().prop_map(|warehouse| Event::ShipmentDeliveryNoted { warehouse }),
        warehouse().prop_map(|warehouse| Event::ShipmentCancellationRequested { warehouse }),
        warehouse().prop_map(|warehouse| Event::ShipmentCancellationNoted { warehouse }),
    ];
    let of_others = prop_oneof![
        placement().prop_map(Event::OrderPlacementRequested),
        (candidates(), means()).prop_map(|(candidates, means)| Event::PlacementNoted { candidates, means }),
        charge().prop_map(Event::PaymentRequested),
        bill().prop_map(Event::InvoiceRequested),
        tracking().prop_map(|tracking| Event::ShippingNoted { tracking }),
        failure().prop_map(|reason| Event::FailureRequested { reason }),
        (step(), any::<i64>()).prop_map(|(step, at)| Event::DeadlineSet { step, at: Timestamp(at) }),
        step().prop_map(|step| Event::DeadlinePassed { step }),
    ];
    let without_content = select(vec![
        Event::AuthorisationNoted {},
        Event::DeclineNoted {},
        Event::PaymentCaptureRequested {},
        Event::CaptureNoted {},
        Event::CaptureFailureNoted {},
        Event::PaymentVoidRequested {},
        Event::VoidNoted {},
        Event::PaymentRefundRequested {},
        Event::RefundNoted {},
        Event::ConfirmationRequested {},
        Event::ConfirmationNoted {},
        Event::InvoiceNoted {},
        Event::InvoiceSettlementRequested {},
        Event::InvoiceSettlementNoted {},
        Event::InvoiceCreditRequested {},
        Event::InvoiceCreditNoted {},
        Event::OrderDeliveryRequested {},
        Event::OrderDeliveryNoted {},
        Event::FailureNoted {},
        Event::CancellationNoted {},
    ]);
    prop_oneof![7 => of_stock, 7 => of_shipments, 8 => of_others, 20 => without_content]
}
