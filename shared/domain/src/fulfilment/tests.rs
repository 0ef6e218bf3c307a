//! The process's rules, as given / when / then.

use super::*;
use crate::values::{Line, Money, Totals};
use eventsourcing::Version;
use eventsourcing::decider::fold;
use eventsourcing::specification::given;
use iso_currency::Currency;

fn sku(name: &str) -> Sku {
    name.parse().unwrap()
}

fn place(name: &str) -> WarehouseId {
    name.parse().unwrap()
}

fn placement(skus: &[&str]) -> Placement {
    let euro = |amount| Money::new(amount, Currency::EUR).unwrap();
    let line =
        |name: &&str| Line { sku: sku(name), quantity: 2.try_into().unwrap(), unit_price: euro(1), category: None };
    Placement {
        account: "a".repeat(32).parse().unwrap(),
        lines: skus.iter().map(line).collect(),
        totals: Totals { net: euro(2), tax: euro(0), total: euro(2) },
    }
}

fn candidates(of: &[(&str, &[&str])]) -> BTreeMap<Sku, Vec<WarehouseId>> {
    of.iter().map(|(name, places)| (sku(name), places.iter().map(|name| place(name)).collect())).collect()
}

fn requested(at: &str, name: &str) -> Event {
    Event::ReservationRequested { warehouse: place(at), sku: sku(name), quantity: 2.try_into().unwrap() }
}

fn reserved(at: &str, name: &str) -> Event {
    Event::ReservationNoted { warehouse: place(at), sku: sku(name) }
}

fn release(at: &str, name: &str) -> Event {
    Event::ReservationReleaseRequested { warehouse: place(at), sku: sku(name) }
}

fn failure(name: &str) -> Event {
    Event::FailureRequested { reason: Failure::OutOfStock { sku: sku(name) } }
}

fn note_reserved(at: &str, name: &str) -> Command {
    Command::Note(Outcome::Reserved { warehouse: place(at), sku: sku(name) })
}

fn note_rejected(at: &str, name: &str) -> Command {
    Command::Note(Outcome::Rejected { warehouse: place(at), sku: sku(name) })
}

/// A process whose order of mugs and pots was placed, and whose reservations are requested in berlin.
fn reserving() -> Vec<Event> {
    let candidates = candidates(&[("mug", &["berlin", "bonn"]), ("pot", &["berlin"])]);
    vec![
        Event::OrderPlacementRequested(placement(&["mug", "pot"])),
        Event::PlacementNoted { candidates },
        requested("berlin", "mug"),
        requested("berlin", "pot"),
    ]
}

fn after(events: &[Event]) -> Vec<Event> {
    [reserving(), events.to_vec()].concat()
}

fn process(events: &[Event]) -> Process {
    match fold::<Stream>(State::NotStarted, events) {
        State::Started(process) => process,
        State::NotStarted => panic!("not started"),
    }
}

#[test]
fn a_checked_out_cart_starts_it_once() {
    let start = Command::Start(placement(&["mug"]));
    let started = [Event::OrderPlacementRequested(placement(&["mug"]))];
    given::<Stream>([]).when(start.clone()).then(&started);
    given::<Stream>(&started).when(start).then_nothing();
}

#[test]
fn a_placed_order_asks_the_first_candidate_of_each_line() {
    let placed = Outcome::Placed { candidates: candidates(&[("mug", &["berlin", "bonn"]), ("pot", &["berlin"])]) };
    given::<Stream>(&reserving()[..1]).when(Command::Note(placed.clone())).then(&reserving()[1..]);
    given::<Stream>(reserving()).when(Command::Note(placed)).then_nothing();
}

#[test]
fn it_confirms_when_every_line_is_held() {
    given::<Stream>(reserving()).when(note_reserved("berlin", "mug")).then([reserved("berlin", "mug")]);
    given::<Stream>(after(&[reserved("berlin", "mug")]))
        .when(note_reserved("berlin", "pot"))
        .then([reserved("berlin", "pot"), Event::ConfirmationRequested {}]);
}

#[test]
fn a_rejection_asks_the_next_candidate() {
    let rejected = Event::RejectionNoted { warehouse: place("berlin"), sku: sku("mug") };
    given::<Stream>(reserving()).when(note_rejected("berlin", "mug")).then([rejected, requested("bonn", "mug")]);
}

#[test]
fn a_line_that_nobody_has_fails_the_order_and_releases_what_is_held() {
    let rejected = Event::RejectionNoted { warehouse: place("berlin"), sku: sku("pot") };
    given::<Stream>(after(&[reserved("berlin", "mug")])).when(note_rejected("berlin", "pot")).then([
        rejected.clone(),
        failure("pot"),
        release("berlin", "mug"),
    ]);
    // A reservation that becomes known only later is released then.
    given::<Stream>(after(&[rejected, failure("pot")]))
        .when(note_reserved("berlin", "mug"))
        .then([reserved("berlin", "mug"), release("berlin", "mug")]);
}

#[test]
fn a_line_without_candidates_fails_the_order_at_once() {
    let placed = Outcome::Placed { candidates: BTreeMap::new() };
    given::<Stream>(&reserving()[..1])
        .when(Command::Note(placed))
        .then([Event::PlacementNoted { candidates: BTreeMap::new() }, failure("mug")]);
}

#[test]
fn a_cancellation_releases_what_is_held_and_what_will_be() {
    let cancel = Command::Note(Outcome::Cancelled);
    given::<Stream>(after(&[reserved("berlin", "mug")]))
        .when(cancel.clone())
        .then([Event::CancellationNoted {}, release("berlin", "mug")]);
    given::<Stream>(after(&[Event::CancellationNoted {}])).when(cancel).then_nothing();
    given::<Stream>(after(&[Event::CancellationNoted {}]))
        .when(note_reserved("berlin", "mug"))
        .then([reserved("berlin", "mug"), release("berlin", "mug")]);
    given::<Stream>(after(&[Event::CancellationNoted {}]))
        .when(note_rejected("berlin", "mug"))
        .then([Event::RejectionNoted { warehouse: place("berlin"), sku: sku("mug") }]);
}

#[test]
fn a_cancellation_after_the_confirmation_releases_everything() {
    let confirmed = after(&[
        reserved("berlin", "mug"),
        reserved("berlin", "pot"),
        Event::ConfirmationRequested {},
        Event::ConfirmationNoted {},
    ]);
    given::<Stream>(confirmed).when(Command::Note(Outcome::Cancelled)).then([
        Event::CancellationNoted {},
        release("berlin", "mug"),
        release("berlin", "pot"),
    ]);
}

#[test]
fn while_a_confirmation_is_outstanding_nothing_is_compensated() {
    let confirming = after(&[reserved("berlin", "mug"), reserved("berlin", "pot"), Event::ConfirmationRequested {}]);
    assert_eq!(process(&confirming).intents(), []);
    given::<Stream>(&confirming).when(Command::Note(Outcome::Confirmed)).then([Event::ConfirmationNoted {}]);
}

#[test]
fn an_outcome_that_comes_late_or_again_changes_nothing() {
    let over = after(&[reserved("berlin", "mug"), Event::CancellationNoted {}]);
    for outcome in [Outcome::Confirmed, Outcome::Failed, Outcome::Placed { candidates: BTreeMap::new() }] {
        given::<Stream>(&over).when(Command::Note(outcome)).then_nothing();
    }
    given::<Stream>(&over).when(note_reserved("berlin", "mug")).then_nothing();
    given::<Stream>(&over).when(note_reserved("bonn", "mug")).then_nothing();
    given::<Stream>([]).when(Command::Note(Outcome::Cancelled)).then_nothing();
}

#[test]
fn it_knows_its_intents_without_an_outcome_and_when_it_is_finished() {
    let order: OrderId = "b".repeat(32).parse().unwrap();
    let awaited = |events: &[Event]| {
        let awaited = process(events).awaited(&order).unwrap();
        awaited.iter().map(|awaited| (awaited.intent, awaited.stream.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(awaited(&reserving()[..1]), [(Version(1), format!("order-{order}"))]);
    let stocks = [(Version(3), "stock-berlin.mug".to_owned()), (Version(4), "stock-berlin.pot".to_owned())];
    assert_eq!(awaited(&reserving()), stocks);
    let released = Event::ReleaseNoted { warehouse: place("berlin"), sku: sku("mug") };
    let rejected = Event::RejectionNoted { warehouse: place("berlin"), sku: sku("pot") };
    let cancelled = after(&[
        reserved("berlin", "mug"),
        Event::CancellationNoted {},
        release("berlin", "mug"),
        released.clone(),
        rejected,
    ]);
    assert!(process(&cancelled).finished());
    assert!(!process(&cancelled[..cancelled.len() - 1]).finished(), "a rejection may still be a reservation");
}
