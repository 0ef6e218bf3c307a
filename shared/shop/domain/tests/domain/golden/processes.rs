//! What processes decide after events as earlier releases stored them.

use crate::golden::read;
use crate::golden::samples::tracking;
use foldlog::write::decider::fold;
use foldlog::{Decider, Named, Timestamp};
use shop_domain::fulfilment::{Command, Event, Fulfilment, Outcome, State, StockPosition};

/// What is decided about an outcome after events as their files say, by names.
fn decided_after(files: &[&str], outcome: Outcome) -> Vec<&'static str> {
    let events: Vec<_> = files.iter().map(|file| read::<Event>(Fulfilment::CATEGORY, file)).collect();
    let state = fold::<Fulfilment>(State::default(), &events);
    let decided = Fulfilment::decide(&state, &Command::Note { outcome, at: Timestamp(0) }).unwrap();
    decided.iter().map(Named::name).collect()
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
    let (warehouse, sku) = ("berlin".parse().unwrap(), "mug".parse().unwrap());
    let at = StockPosition { warehouse, sku, reservation: None };
    assert_eq!(
        decided_after(&RESERVED[..3], Outcome::Reserved { at, quantity: 2.try_into().unwrap(), candidates: None }),
        ["ReservationNoted", "FailureRequested", "ReservationReleaseRequested", "DeadlineSet"]
    );
}
