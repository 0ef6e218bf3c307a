//! Any event of a process.

use crate::codec::events::{bill, charge, consignment, credit_note, goods_returned, loss, reservation};
use crate::codec::values::{
    failure, id, line_of_prose, means, money, personal, placement, quantity, sku, token, tracking, warehouse,
};
use foldlog::Timestamp;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use shop_domain::fulfilment::{Candidate, Event, OfPayment, Parcel, Receipt, Step, StockPosition};
use shop_domain::shipment::Consignment;
use shop_domain::values::{Attempt, Sku};
use std::collections::BTreeMap;

fn of_line() -> impl Strategy<Value = Vec<Candidate>> {
    let candidate = (warehouse(), any::<u64>()).prop_map(|(warehouse, available)| Candidate { warehouse, available });
    prop::collection::vec(candidate, 0..4)
}

fn candidates() -> impl Strategy<Value = BTreeMap<Sku, Vec<Candidate>>> {
    prop::collection::btree_map(sku(), of_line(), 0..4)
}

fn at() -> impl Strategy<Value = StockPosition> {
    (warehouse(), sku(), reservation()).prop_map(|(warehouse, sku, reservation)| StockPosition {
        warehouse,
        sku,
        reservation,
    })
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

fn of_payment() -> impl Strategy<Value = OfPayment> {
    (0..4_usize).prop_map(|earlier| Attempt::after(earlier).into())
}

fn of_returns() -> impl Strategy<Value = Event> {
    let number = any::<u32>;
    prop_oneof![
        goods_returned().prop_map(Event::ReturnNoted),
        (number(), money(), of_payment()).prop_map(|(number, amount, of)| Event::PartialRefundRequested {
            number,
            amount,
            of
        }),
        number().prop_map(|number| Event::PartialRefundNoted { number }),
        number().prop_map(|number| Event::PartialRefundFailureNoted { number }),
        credit_note().prop_map(Event::CreditNoteRequested),
        number().prop_map(|number| Event::CreditNoteNoted { number }),
        (number(), warehouse(), sku(), quantity()).prop_map(|(number, warehouse, sku, quantity)| {
            Event::StockReturnRequested(Receipt { number, warehouse, sku, quantity })
        }),
        (number(), sku()).prop_map(|(number, sku)| Event::StockReturnNoted { number, sku }),
    ]
}

pub(crate) fn of_fulfilment() -> impl Strategy<Value = Event> {
    let of_stock = prop_oneof![
        (warehouse(), sku(), quantity()).prop_map(|(warehouse, sku, quantity)| Event::ReservationRequested {
            warehouse,
            sku,
            quantity
        }),
        (at(), quantity(), of(of_line())).prop_map(|(at, quantity, candidates)| {
            let StockPosition { warehouse, sku, reservation } = at;
            Event::ReservationNoted { warehouse, sku, reservation, quantity, candidates }
        }),
        (at(), of(of_line())).prop_map(|(at, candidates)| {
            let StockPosition { warehouse, sku, reservation } = at;
            Event::RejectionNoted { warehouse, sku, reservation, candidates }
        }),
        (warehouse(), sku(), any::<u32>(), of_line()).prop_map(|(warehouse, sku, number, candidates)| {
            Event::WithdrawalNoted { warehouse, sku, number, candidates }
        }),
        any::<u32>().prop_map(|number| Event::ReservationReplacementRequested { number }),
        at().prop_map(Event::ReservationReleaseRequested),
        at().prop_map(Event::ReleaseNoted),
        at().prop_map(Event::StockDispatchRequested),
        at().prop_map(Event::StockDispatchNoted),
    ];
    let of_shipments = prop_oneof![
        parcel().prop_map(Event::ShipmentRequested),
        (warehouse(), id()).prop_map(|(warehouse, shipment)| Event::ShipmentNoted { warehouse, shipment }),
        (warehouse(), of(line_of_prose()))
            .prop_map(|(warehouse, tracking)| Event::ShipmentDispatchRequested { warehouse, tracking }),
        (parcel(), any::<u32>()).prop_map(|(Parcel { warehouse, contents, .. }, number)| {
            Event::ShipmentRepackingRequested { warehouse, contents, number }
        }),
        warehouse().prop_map(|warehouse| Event::ShipmentDispatchNoted { warehouse }),
        warehouse().prop_map(|warehouse| Event::ShipmentDeliveryNoted { warehouse }),
        (warehouse(), any::<u32>())
            .prop_map(|(warehouse, number)| Event::ShipmentCancellationRequested { warehouse, number }),
        warehouse().prop_map(|warehouse| Event::ShipmentCancellationNoted { warehouse }),
    ];
    let of_others = prop_oneof![
        placement().prop_map(Event::OrderPlacementRequested),
        (candidates(), means()).prop_map(|(candidates, means)| Event::PlacementNoted { candidates, means }),
        bill().prop_map(Event::InvoiceRequested),
        tracking().prop_map(|tracking| Event::ShippingNoted { tracking }),
        failure().prop_map(|reason| Event::FailureRequested { reason }),
        (step(), any::<i64>()).prop_map(|(step, at)| Event::DeadlineSet { step, at: Timestamp(at) }),
        step().prop_map(|step| Event::DeadlinePassed { step }),
    ];
    let of_payments = prop_oneof![
        (charge(), of_payment()).prop_map(|(charge, of)| Event::PaymentRequested { charge, of }),
        of_payment().prop_map(Event::AuthorisationNoted),
        of_payment().prop_map(Event::DeclineNoted),
        of_payment().prop_map(Event::PaymentCaptureRequested),
        of_payment().prop_map(Event::CaptureNoted),
        of_payment().prop_map(Event::CaptureFailureNoted),
        of_payment().prop_map(Event::PaymentVoidRequested),
        of_payment().prop_map(Event::VoidNoted),
        of_payment().prop_map(Event::PaymentRefundRequested),
        of_payment().prop_map(Event::RefundNoted),
    ];
    let of_debts = prop_oneof![
        of_payment().prop_map(Event::DisputeNoted),
        of_payment().prop_map(Event::RefundFailureNoted),
        any::<i64>().prop_map(|at| Event::RenewalSet { at: Timestamp(at) }),
        loss().prop_map(|reason| Event::PaymentLossRequested { reason }),
        (personal(token()), any::<u32>()).prop_map(|(card, number)| Event::CardReplacementNoted { card, number }),
    ];
    let without_content = select(vec![
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
        Event::RenewalDue {},
        Event::PaymentLossNoted {},
        Event::PaymentRegainRequested {},
        Event::PaymentRegainNoted {},
        Event::WriteOffNoted {},
        Event::InvoiceWriteOffRequested {},
        Event::InvoiceWriteOffNoted {},
        Event::ReservationReplacementNoted {},
    ]);
    prop_oneof![9 => of_stock, 8 => of_shipments, 7 => of_others, 10 => of_payments, 5 => of_debts, 8 => of_returns(), 19 => without_content]
}
