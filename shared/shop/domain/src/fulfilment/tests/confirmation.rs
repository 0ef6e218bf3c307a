//! From checkout to confirmation.

use super::super::*;
use super::story::*;
use crate::order::Failure;
use crate::payment::Charge;
use crate::values::{Means, Personal};

fn requested(place: &str, name: &str, quantity: u64) -> Event {
    let quantity = quantity.try_into().unwrap();
    Event::ReservationRequested { warehouse: warehouse(place), sku: sku(name), quantity }
}

fn held(at: StockPosition) -> Event {
    let (StockPosition { warehouse, sku, reservation }, quantity) = (at, 4.try_into().unwrap());
    Event::ReservationNoted { warehouse, sku, reservation, quantity, candidates: None }
}

fn nothing_left(at: StockPosition, candidates: Vec<Candidate>) -> Event {
    let StockPosition { warehouse, sku, reservation } = at;
    Event::RejectionNoted { warehouse, sku, reservation, candidates: Some(candidates) }
}

fn available(place: &str, available: u64) -> Candidate {
    Candidate { warehouse: warehouse(place), available }
}

#[test]
fn a_checked_out_cart_starts_it_once() {
    let story = Story::begun(&["mug"], 100);
    let placement = placement(&["mug"], 100);
    let deadline = Event::DeadlineSet { step: Step::Confirmation, at: Timestamp(1_000 + 15 * 60_000) };
    assert_eq!(story.events, [Event::OrderPlacementRequested(placement.clone()), deadline]);
    let other = Command::Start { placement, at: Timestamp(9_000) };
    assert_eq!(Fulfilment::decide(&story.state(), &other), Ok(vec![]));
}

#[test]
fn a_placed_order_asks_a_warehouse_that_seems_to_have_all_of_a_line() {
    let mut story = Story::begun(&["mug", "pot"], 100);
    let unsorted = candidates(&[("mug", &[("bonn", 9), ("berlin", 4)]), ("pot", &[("berlin", 9)])]);
    let sorted = candidates(&[("mug", &[("berlin", 4), ("bonn", 9)]), ("pot", &[("berlin", 9)])]);
    assert_eq!(
        story.note(Outcome::Placed { candidates: unsorted, means: means() }),
        [
            Event::PlacementNoted { candidates: sorted, means: means() },
            requested("berlin", "mug", 4),
            requested("berlin", "pot", 4),
        ]
    );
}

#[test]
fn a_line_is_split_and_what_is_rejected_is_asked_elsewhere() {
    let mut story = Story::begun(&["mug"], 100);
    let candidates = candidates(&[("mug", &[("a", 1), ("b", 2), ("c", 1), ("d", 0)])]);
    let asked_for = story.note(Outcome::Placed { candidates, means: means() });
    assert_eq!(asked_for[1..], [requested("a", "mug", 1), requested("b", "mug", 2), requested("c", "mug", 1)]);
    assert_eq!(story.note(reserved(asked(4, "a", "mug"))), [held(asked(4, "a", "mug"))]);
    let now = vec![available("d", 2), available("a", 0)];
    assert_eq!(
        story.note(Outcome::Rejected { at: asked(5, "b", "mug"), candidates: now }),
        [nothing_left(asked(5, "b", "mug"), vec![available("a", 0), available("d", 2)]), requested("d", "mug", 2)]
    );
    assert_eq!(story.note(reserved(asked(9, "d", "mug"))), [held(asked(9, "d", "mug"))]);
    let paying = story.note(reserved(asked(6, "c", "mug")));
    assert!(matches!(paying[1..], [Event::PaymentRequested { .. }]), "{paying:?}");
}

#[test]
fn what_a_warehouse_gives_is_taken_and_the_rest_is_asked_elsewhere_and_then_there_again() {
    let mut story = Story::begun(&["mug"], 100);
    let candidates = candidates(&[("mug", &[("a", 9), ("b", 1)])]);
    story.note(Outcome::Placed { candidates, means: means() });
    let gives = |number: u64, at, left: &[(&str, u64)]| Outcome::Reserved {
        at,
        quantity: number.try_into().unwrap(),
        candidates: Some(left.iter().map(|(place, number)| available(place, *number)).collect()),
    };
    // A view that lags still shows the first one full. Those that were asked less often come first.
    let asked_next = story.note(gives(1, asked(4, "a", "mug"), &[("a", 9), ("b", 3)]));
    assert_eq!(asked_next[1..], [requested("b", "mug", 3)]);
    let asked_again = story.note(gives(1, asked(6, "b", "mug"), &[("a", 2), ("b", 0)]));
    assert_eq!(asked_again[1..], [requested("a", "mug", 2)]);
    assert_eq!(story.note(reserved(asked(4, "a", "mug"))), [], "it was noted");
    let paying = story.note(gives(2, asked(8, "a", "mug"), &[]));
    assert!(matches!(paying[1..], [Event::PaymentRequested { .. }]), "{paying:?}");
    // Each part is closed by itself, and one parcel takes what comes from one warehouse.
    let confirmed = story.after(&[paid(PaymentOutcome::Authorised { expires_at: None })]).note(Outcome::Confirmed);
    let parcels: Vec<_> = confirmed
        .iter()
        .filter_map(|event| {
            let Event::ShipmentRequested(parcel) = event else { return None };
            Some((parcel.warehouse.as_str(), parcel.contents[&sku("mug")].get()))
        })
        .collect();
    assert_eq!(parcels, [("a", 3), ("b", 1)]);
}

#[test]
fn a_warehouse_whose_view_is_wrong_is_asked_three_times() {
    let mut story = Story::begun(&["mug"], 100);
    let candidates = candidates(&[("mug", &[("a", 9)])]);
    story.note(Outcome::Placed { candidates, means: means() });
    let mut version = 4;
    let mut rejected = || {
        let decided =
            story.note(Outcome::Rejected { at: asked(version, "a", "mug"), candidates: vec![available("a", 9)] });
        version += 2;
        without_deadlines(decided).split_off(1)
    };
    assert_eq!(rejected(), [requested("a", "mug", 4)]);
    assert_eq!(rejected(), [requested("a", "mug", 4)]);
    assert_eq!(rejected(), [stop(Failure::OutOfStock { sku: sku("mug") })]);
}

#[test]
fn it_pays_when_every_line_is_held_and_confirms_when_that_is_authorised() {
    let mut story = Story::reserving();
    assert_eq!(story.note(reserved(at("berlin", "pot"))), [held(at("berlin", "pot"))]);
    let Placement { totals, .. } = placement(&["mug", "pot"], 100);
    let charge = Charge { amount: totals.total, card: Personal::Clear("tok_ok".parse().unwrap()) };
    let of = OfPayment::default();
    assert_eq!(
        story.note(reserved(at("berlin", "mug"))),
        [held(at("berlin", "mug")), Event::PaymentRequested { charge, of }]
    );
    assert_eq!(
        story.note(paid(PaymentOutcome::Authorised { expires_at: None })),
        [Event::AuthorisationNoted(OfPayment::default()), Event::ConfirmationRequested {}]
    );
}

#[test]
fn what_costs_nothing_is_confirmed_without_a_payment_or_a_card() {
    let mut story = Story::begun(&["mug"], 0);
    let candidates = candidates(&[("mug", &[("berlin", 4)])]);
    story.note(Outcome::Placed { candidates, means: Means::default() });
    assert_eq!(story.note(reserved(at("berlin", "mug"))), [held(at("berlin", "mug")), Event::ConfirmationRequested {}]);
}

#[test]
fn without_a_card_nothing_is_asked_of_a_warehouse() {
    let mut story = Story::begun(&["mug"], 1);
    let candidates = candidates(&[("mug", &[("berlin", 4)])]);
    let noted = story.note(Outcome::Placed { candidates, means: Means::default() });
    assert_eq!(without_deadlines(noted)[1..], [stop(Failure::NoCard)]);
}

#[test]
fn a_line_that_nobody_has_fails_the_order() {
    let mut story = Story::begun(&["mug", "pot"], 100);
    let other_product = candidates(&[("pot", &[("berlin", 9)])]);
    let noted = story.note(Outcome::Placed { candidates: other_product, means: means() });
    assert_eq!(without_deadlines(noted)[1..], [stop(Failure::OutOfStock { sku: sku("mug") })]);

    let mut story = Story::reserving().after(&[reserved(at("berlin", "mug"))]);
    assert_eq!(
        without_deadlines(story.note(rejected(at("berlin", "pot")))),
        [
            nothing_left(at("berlin", "pot"), vec![]),
            stop(Failure::OutOfStock { sku: sku("pot") }),
            release("berlin", "mug")
        ]
    );
    assert_eq!(story.note(Outcome::Failed), [Event::FailureNoted {}]);
}

#[test]
fn an_outcome_that_nobody_waits_for_changes_nothing() {
    let mut story = Story::reserving();
    for outcome in [
        reserved(at("bonn", "mug")),
        Outcome::Released(at("berlin", "mug")),
        Outcome::StockDispatched(at("berlin", "mug")),
        reserved(at("berlin", "cup")),
        Outcome::Confirmed,
        Outcome::Delivered,
        shipped(),
        paid(PaymentOutcome::Authorised { expires_at: None }),
        paid(PaymentOutcome::Captured),
        Outcome::Invoice(InvoiceOutcome::Paid),
        parcel("berlin", ShipmentOutcome::Delivered),
    ] {
        assert_eq!(story.note(outcome.clone()), [], "{outcome:?}");
    }
    let nothing =
        Fulfilment::decide(&State::NotStarted, &Command::Note { outcome: Outcome::Cancelled, at: Timestamp(1) });
    assert_eq!(nothing, Ok(vec![]));
}

#[test]
fn it_knows_its_intents_without_an_outcome() {
    let order = format!("order-{}", "b".repeat(32));
    assert_eq!(Story::begun(&["mug"], 1).awaited(), [(Some(1), order.clone())]);
    let story = Story::reserving();
    let stocks = [(Some(4), "stock-berlin.mug".to_owned()), (Some(5), "stock-berlin.pot".to_owned())];
    assert_eq!(story.awaited(), stocks);
    assert!(matches!(story.events[3], Event::ReservationRequested { .. }), "its version is 4");
    let payment = format!("payment-{}", "b".repeat(32));
    assert_eq!(Story::paying().awaited(), [(Some(8), payment)]);
    assert_eq!(Story::confirming().awaited(), [(Some(10), order)]);
}
