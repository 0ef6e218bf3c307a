//! From checkout to confirmation.

use super::super::*;
use super::story::*;
use crate::order::Failure;
use crate::payment::Charge;
use crate::values::Means;

fn requested(place: &str, name: &str, quantity: u64) -> Event {
    let quantity = quantity.try_into().unwrap();
    Event::ReservationRequested { warehouse: warehouse(place), sku: sku(name), quantity }
}

fn held(place: &str, name: &str) -> Event {
    Event::ReservationNoted { warehouse: warehouse(place), sku: sku(name) }
}

fn rejected(place: &str, name: &str) -> Event {
    Event::RejectionNoted { warehouse: warehouse(place), sku: sku(name) }
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
    let asked = story.note(Outcome::Placed { candidates, means: means() });
    assert_eq!(asked[1..], [requested("a", "mug", 1), requested("b", "mug", 2), requested("c", "mug", 1)]);
    assert_eq!(story.note(Outcome::Reserved(at("a", "mug"))), [held("a", "mug")]);
    assert_eq!(story.note(Outcome::Rejected(at("b", "mug"))), [rejected("b", "mug"), requested("d", "mug", 2)]);
    assert_eq!(story.note(Outcome::Reserved(at("d", "mug"))), [held("d", "mug")]);
    let paying = story.note(Outcome::Reserved(at("c", "mug")));
    assert!(matches!(paying[1..], [Event::PaymentRequested(_)]), "{paying:?}");
}

#[test]
fn it_pays_when_every_line_is_held_and_confirms_when_that_is_authorised() {
    let mut story = Story::reserving();
    assert_eq!(story.note(Outcome::Reserved(at("berlin", "pot"))), [held("berlin", "pot")]);
    let Placement { totals, .. } = placement(&["mug", "pot"], 100);
    let charge = Charge { amount: totals.total, card: "tok_ok".parse().unwrap() };
    assert_eq!(
        story.note(Outcome::Reserved(at("berlin", "mug"))),
        [held("berlin", "mug"), Event::PaymentRequested(charge)]
    );
    assert_eq!(
        story.note(paid(PaymentOutcome::Authorised)),
        [Event::AuthorisationNoted {}, Event::ConfirmationRequested {}]
    );
}

#[test]
fn what_costs_nothing_is_confirmed_without_a_payment_or_a_card() {
    let mut story = Story::begun(&["mug"], 0);
    let candidates = candidates(&[("mug", &[("berlin", 4)])]);
    story.note(Outcome::Placed { candidates, means: Means::default() });
    assert_eq!(
        story.note(Outcome::Reserved(at("berlin", "mug"))),
        [held("berlin", "mug"), Event::ConfirmationRequested {}]
    );
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

    let mut story = Story::reserving().after(&[Outcome::Reserved(at("berlin", "mug"))]);
    assert_eq!(
        without_deadlines(story.note(Outcome::Rejected(at("berlin", "pot")))),
        [rejected("berlin", "pot"), stop(Failure::OutOfStock { sku: sku("pot") }), release("berlin", "mug")]
    );
    assert_eq!(story.note(Outcome::Failed), [Event::FailureNoted {}]);
}

#[test]
fn an_outcome_that_nobody_waits_for_changes_nothing() {
    let mut story = Story::reserving();
    for outcome in [
        Outcome::Reserved(at("bonn", "mug")),
        Outcome::Released(at("berlin", "mug")),
        Outcome::StockDispatched(at("berlin", "mug")),
        Outcome::Reserved(at("berlin", "cup")),
        Outcome::Confirmed,
        Outcome::Delivered,
        shipped(),
        paid(PaymentOutcome::Authorised),
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
