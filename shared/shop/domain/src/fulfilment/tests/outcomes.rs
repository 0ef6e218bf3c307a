//! What the events of other streams mean.

use super::super::*;
use super::story::*;
use crate::values::{Means, OrderId};
use crate::{cart, invoice, order, payment, shipment as shipments, stock};
use foldlog::hash::{Digest, Hash};
use foldlog::{Actor, CommandId, Commit, Correlation, EventMessage, Events, Version};

fn meant<E: foldlog::Event>(stream: &str, event: &E) -> Result<Option<(OrderId, Outcome)>, Unreadable> {
    let commit = Commit {
        stream: stream.parse().unwrap(),
        version: Version(1),
        events: Events::encode(std::slice::from_ref(event)).unwrap(),
        id: CommandId::of_key(["a", "b", "c", "d"]),
        digest: Digest([0; 32]),
        committed_at: Timestamp(1),
        correlation: Correlation { id: "c".to_owned(), client: None },
        causation: None,
        actor: Actor("test".to_owned()),
        snapshot: None,
        hash: Hash::ORIGIN,
    };
    outcome_of(&EventMessage::of(&commit).unwrap()[0])
}

fn id() -> OrderId {
    "b".repeat(32).parse().unwrap()
}

#[test]
fn an_event_means_something_to_the_process_of_its_order() {
    let of = |category: &str| format!("{category}-{}", id());
    let means = Means::default();
    let placed = Outcome::Placed { candidates: [].into(), means: means.clone() };
    assert_eq!(meant(&of("order"), &order::Event::AccountConnected(means)), Ok(Some((id(), placed))));
    let authorised = meant(&of("payment"), &payment::Event::PaymentAuthorised { expires_at: None });
    assert_eq!(authorised, Ok(Some((id(), paid(PaymentOutcome::Authorised { expires_at: None })))));
    let issued = meant(&of("invoice"), &invoice::Event::InvoicePaid {});
    assert_eq!(issued, Ok(Some((id(), Outcome::Invoice(InvoiceOutcome::Paid)))));
    let held = |quantity: u64| stock::Event::StockReserved {
        order: id(),
        reservation: Some(Version(4)),
        quantity: quantity.try_into().unwrap(),
        asked: 4.try_into().unwrap(),
    };
    assert_eq!(meant("stock-berlin.mug", &held(4)), Ok(Some((id(), reserved(at("berlin", "mug"))))));
    let (at, quantity) = (at("berlin", "mug"), 1.try_into().unwrap());
    let less = Outcome::Reserved { at, quantity, candidates: Some(vec![]) };
    assert_eq!(meant("stock-berlin.mug", &held(1)), Ok(Some((id(), less))));
    let arrived = shipments::Event::ShipmentDelivered { order: id(), warehouse: warehouse("berlin") };
    let stream = format!("shipment-{}", shipment("berlin"));
    assert_eq!(meant(&stream, &arrived), Ok(Some((id(), parcel("berlin", ShipmentOutcome::Delivered)))));
}

#[test]
fn what_comes_with_another_event_or_concerns_nobody_means_nothing() {
    let of = |category: &str| format!("{category}-{}", id());
    assert_eq!(meant(&of("order"), &order::Event::ReservationRequested {}), Ok(None));
    assert_eq!(meant(&of("invoice"), &invoice::Event::InvoiceSent {}), Ok(None));
    assert_eq!(meant(&of("cart"), &cart::Event::CartCleared {}), Ok(None));
    let received = stock::Event::StockReceived { quantity: 1.try_into().unwrap(), delivery_note: None };
    assert_eq!(meant("stock-berlin.mug", &received), Ok(None));
}

#[test]
fn an_event_of_a_stream_that_is_no_order_s_is_an_error() {
    let read = meant("payment-1", &payment::Event::PaymentAuthorised { expires_at: None });
    assert!(matches!(read, Err(Unreadable::Misnamed(_))), "{read:?}");
    let read = meant(&format!("order-{}", id()), &payment::Event::PaymentAuthorised { expires_at: None });
    assert!(matches!(read, Err(Unreadable::Undecodable(_))), "{read:?}");
}

#[test]
fn a_process_heeds_what_it_would_note() {
    let process = Story::confirmed().process();
    for outcome in [Outcome::Cancelled, shipped(), paid(PaymentOutcome::Captured)] {
        assert!(process.accepts(&outcome), "{outcome:?}");
    }
    for outcome in [Outcome::Confirmed, Outcome::Delivered, paid(PaymentOutcome::Authorised { expires_at: None })] {
        assert!(!process.accepts(&outcome), "{outcome:?}");
    }
}
