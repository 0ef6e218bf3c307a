//! The stored events of every stream.

use crate::codec::{events, processes};
use crate::golden::frozen;
use crate::golden::samples::{
    candidates_noted, card, charge, checked_out, entry, first_placement, means, opened_account, second_placement,
};
use shop_domain::access::Access;
use shop_domain::account::Account;
use shop_domain::account::Event::{AddressAdded, CardAdded};
use shop_domain::audit::Audit;
use shop_domain::cart::Cart;
use shop_domain::fulfilment::Event::{
    AuthorisationNoted, CaptureFailureNoted, CaptureNoted, CardReplacementNoted, DeclineNoted, OrderPlacementRequested,
    PaymentCaptureRequested, PaymentRefundRequested, PaymentRequested, PaymentVoidRequested, PlacementNoted,
    RefundNoted, RejectionNoted, ReleaseNoted, ReservationNoted, ReservationReleaseRequested,
    ShipmentCancellationRequested, StockDispatchNoted, StockDispatchRequested, VoidNoted,
};
use shop_domain::fulfilment::{Fulfilment, OfPayment, StockPosition};
use shop_domain::invoice::Invoice;
use shop_domain::order::Event::{AccountConnected, CardReplaced, OrderCancelled, OrderPlaced};
use shop_domain::order::Order;
use shop_domain::payment::Event::{PaymentAuthorised, PaymentCreated};
use shop_domain::payment::Payment;
use shop_domain::product::Product;
use shop_domain::shipment::{Event::ShipmentCancelled, Shipment};
use shop_domain::stock::Event::{
    ReservationRejected, ReservationReleased, StockAdjusted, StockDispatched, StockReceived, StockReserved,
};
use shop_domain::stock::{Discrepancy, Stock};
use shop_domain::values::{Attempt, Means, Personal};
use shop_domain::warehouse::Warehouse;

/// A reservation as it was before it had an identity.
fn unnamed() -> StockPosition {
    StockPosition { warehouse: "berlin".parse().unwrap(), sku: "mug".parse().unwrap(), reservation: None }
}

/// The events of a process.
#[test]
fn events_of_processes_are_stored_as_ever() {
    let (first, second) = (first_placement, second_placement);
    // As if each warehouse had seemed to have enough, in their order.
    let (first_attempt, second_attempt) = (OfPayment::default(), OfPayment { attempt: Attempt::after(1) });
    let PlacementNoted { candidates, .. } = candidates_noted(1_000) else { panic!("another event") };
    frozen::<Fulfilment>(
        processes::of_fulfilment(),
        &[
            ("OrderPlacementRequested.1", OrderPlacementRequested(first())),
            ("OrderPlacementRequested.2", OrderPlacementRequested(second())),
            ("PlacementNoted.1", PlacementNoted { candidates, means: Means::default() }),
            ("PlacementNoted.2", candidates_noted(9)),
            (
                "ReservationNoted.1",
                ReservationNoted {
                    warehouse: unnamed().warehouse,
                    sku: unnamed().sku,
                    reservation: None,
                    quantity: 1_000.try_into().unwrap(),
                    candidates: None,
                },
            ),
            (
                "RejectionNoted.1",
                RejectionNoted {
                    warehouse: unnamed().warehouse,
                    sku: unnamed().sku,
                    reservation: None,
                    candidates: None,
                },
            ),
            ("ReservationReleaseRequested.1", ReservationReleaseRequested(unnamed())),
            ("ReleaseNoted.1", ReleaseNoted(unnamed())),
            ("StockDispatchRequested.1", StockDispatchRequested(unnamed())),
            ("StockDispatchNoted.1", StockDispatchNoted(unnamed())),
            // Nothing was withdrawn.
            (
                "ShipmentCancellationRequested.1",
                ShipmentCancellationRequested { warehouse: "berlin".parse().unwrap(), number: 0 },
            ),
            // Of the first attempt to pay.
            ("PaymentRequested.1", PaymentRequested { charge: charge(), of: first_attempt }),
            ("PaymentRequested.2", PaymentRequested { charge: charge(), of: second_attempt }),
            ("CardReplacementNoted.1", CardReplacementNoted { card: card().token, number: 1 }),
            ("AuthorisationNoted.1", AuthorisationNoted(first_attempt)),
            ("DeclineNoted.1", DeclineNoted(first_attempt)),
            ("PaymentCaptureRequested.1", PaymentCaptureRequested(first_attempt)),
            ("CaptureNoted.1", CaptureNoted(first_attempt)),
            ("CaptureFailureNoted.1", CaptureFailureNoted(first_attempt)),
            ("PaymentVoidRequested.1", PaymentVoidRequested(first_attempt)),
            ("VoidNoted.1", VoidNoted(first_attempt)),
            ("PaymentRefundRequested.1", PaymentRefundRequested(first_attempt)),
            ("RefundNoted.1", RefundNoted(first_attempt)),
        ],
    );
}

#[test]
fn events_are_stored_as_ever() {
    let (first, second) = (first_placement, second_placement);
    frozen::<Access>(events::of_access(), &[]);
    frozen::<Account>(
        events::of_account(),
        &[
            ("AccountOpened.1", opened_account()),
            ("AddressAdded.1", AddressAdded(entry())),
            ("CardAdded.1", CardAdded(card())),
        ],
    );
    frozen::<Audit>(events::of_audit(), &[]);
    frozen::<Cart>(
        events::of_cart(),
        &[("CartCheckedOut.1", checked_out(first())), ("CartCheckedOut.2", checked_out(second()))],
    );
    frozen::<Invoice>(events::of_invoice(), &[]);
    let strange = Personal::Clear(
        ";\u{fa}l\u{a}\u{f9a7}N\u{a}\u{a}\u{1d2d1}\u{468}i\u{a}\u{ad0}\u{a}\u{a}:\u{a}\u{ab91}".parse().unwrap(),
    );
    let changed = Personal::Clear("changed my mind".parse().unwrap());
    frozen::<Order>(
        events::of_order(),
        &[
            ("OrderPlaced.1", OrderPlaced(first())),
            ("OrderPlaced.2", OrderPlaced(second())),
            ("OrderCancelled.1", OrderCancelled { reason: Some(changed), by_staff: false }),
            ("OrderCancelled.2", OrderCancelled { reason: Some(strange), by_staff: true }),
            ("AccountConnected.1", AccountConnected(means())),
            ("CardReplaced.1", CardReplaced { card: card().token, number: 1 }),
        ],
    );
    frozen::<Payment>(
        events::of_payment(),
        &[
            ("PaymentAuthorised.1", PaymentAuthorised { expires_at: None }),
            ("PaymentCreated.1", PaymentCreated(charge())),
        ],
    );
    frozen::<Product>(events::of_product(), &[]);
    let first = ShipmentCancelled {
        order: "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b".parse().unwrap(),
        warehouse: "berlin".parse().unwrap(),
        number: 0,
    };
    frozen::<Shipment>(events::of_shipment(), &[("ShipmentCancelled.1", first)]);
    let (order, two) = (|| "0b".repeat(16).parse().unwrap(), 2.try_into().unwrap());
    let (quantity, reason) = (100.try_into().unwrap(), "two broken".parse().unwrap());
    frozen::<Stock>(
        events::of_stock(),
        &[
            ("StockReceived.1", StockReceived { quantity, delivery_note: None }),
            ("StockReserved.1", StockReserved { order: order(), reservation: None, quantity: two, asked: two }),
            (
                "ReservationRejected.1",
                ReservationRejected { order: order(), reservation: None, quantity: two, available: 1 },
            ),
            ("ReservationReleased.1", ReservationReleased { order: order(), reservation: None, quantity: two }),
            ("StockDispatched.1", StockDispatched { order: order(), reservation: None, quantity: two }),
            ("StockAdjusted.1", StockAdjusted { on_hand: 98, cause: Discrepancy::Miscount, reason }),
        ],
    );
    frozen::<Warehouse>(events::of_warehouse(), &[]);
}
