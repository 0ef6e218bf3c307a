//! The stock's rules, as given / when / then.

use super::*;
use foldlog_testing::specification::given;

fn quantity(number: u64) -> Quantity {
    number.try_into().unwrap()
}

fn order(number: u32) -> OrderId {
    format!("{number:032x}").parse().unwrap()
}

fn received(number: u64) -> Event {
    Event::StockReceived { quantity: quantity(number), delivery_note: None }
}

fn reserved(number: u32, amount: u64) -> Event {
    Event::StockReserved { order: order(number), quantity: quantity(amount) }
}

fn receive(number: u64) -> Command {
    Command::Receive { quantity: quantity(number), delivery_note: None, intake: Intake::Open }
}

fn adjust(on_hand: u64, cause: Discrepancy) -> Command {
    Command::Adjust { on_hand, cause, reason: "count".parse().unwrap() }
}

fn adjusted(on_hand: u64, cause: Discrepancy) -> Event {
    Event::StockAdjusted { on_hand, cause, reason: "count".parse().unwrap() }
}

#[test]
fn what_comes_in_is_received_up_to_the_most_that_fits() {
    given::<Stream>([]).when(receive(5)).then([received(5)]);
    let full = adjusted(MOST_ON_HAND, Discrepancy::Miscount);
    given::<Stream>([full]).when(receive(1)).then_refused(Refusal::TooMuchStock(MOST_ON_HAND + 1));
}

#[test]
fn a_delivery_note_is_taken_down_with_what_came() {
    let delivery_note: Option<DeliveryNote> = Some("LS 2026/1187".parse().unwrap());
    given::<Stream>([received(5)])
        .when(Command::Receive { quantity: quantity(5), delivery_note: delivery_note.clone(), intake: Intake::Open })
        .then([Event::StockReceived { quantity: quantity(5), delivery_note }]);
}

#[test]
fn a_warehouse_that_is_closed_takes_nothing_in_and_lets_everything_out() {
    let late = Command::Receive { quantity: quantity(1), delivery_note: None, intake: Intake::Closed };
    given::<Stream>([received(5), reserved(1, 2)]).when(late).then_refused(Refusal::WarehouseClosed);
    let site = warehouse::Site { name: "East".parse().unwrap(), address: None };
    assert_eq!(Intake::from(&warehouse::State::Closed(site.clone())), Intake::Closed);
    for takes in [warehouse::State::Unopened, warehouse::State::Open(site)] {
        assert_eq!(Intake::from(&takes), Intake::Open);
    }
}

#[test]
fn what_is_available_is_reserved_and_no_more() {
    let reserve = |number| Command::Reserve { order: order(2), quantity: quantity(number) };
    given::<Stream>([received(5), reserved(1, 3)]).when(reserve(2)).then([reserved(2, 2)]);
    given::<Stream>([received(5), reserved(1, 3)]).when(reserve(3)).then([Event::ReservationRejected {
        order: order(2),
        quantity: quantity(3),
        available: 2,
    }]);
}

#[test]
fn an_order_has_one_reservation() {
    given::<Stream>([received(5), reserved(1, 3)])
        .when(Command::Reserve { order: order(1), quantity: quantity(1) })
        .then_nothing();
}

#[test]
fn a_thousand_reservations_are_open_at_most() {
    let open = (0..1_000).map(|number| reserved(number, 1));
    let events: Vec<_> = std::iter::repeat_n(received(1_000), 2).chain(open).collect();
    given::<Stream>(events)
        .when(Command::Reserve { order: order(5_000), quantity: quantity(1) })
        .then([Event::ReservationRejected { order: order(5_000), quantity: quantity(1), available: 0 }]);
}

#[test]
fn a_release_gives_back_what_was_held_once() {
    let released = Event::ReservationReleased { order: order(1), quantity: quantity(3) };
    let release = Command::Release { order: order(1) };
    given::<Stream>([received(5), reserved(1, 3)]).when(release.clone()).then([released.clone()]);
    given::<Stream>([received(5), reserved(1, 3), released]).when(release).then_nothing();
}

#[test]
fn what_is_held_for_an_order_leaves_once() {
    let dispatched = Event::StockDispatched { order: order(1), quantity: quantity(3) };
    let dispatch = Command::Dispatch { order: order(1) };
    let history = [received(5), reserved(1, 3), reserved(2, 1)];
    given::<Stream>(&history).when(dispatch.clone()).then([dispatched.clone()]);
    let left = [&history[..], &[dispatched]].concat();
    let state = foldlog::write::decider::fold::<Stream>(State::default(), &left);
    assert_eq!((state.on_hand, state.reserved()), (2, 1));
    given::<Stream>(&left).when(dispatch).then_nothing();
    given::<Stream>(left).when(Command::Release { order: order(1) }).then_nothing();
}

#[test]
fn a_count_below_what_is_reserved_is_refused() {
    let history = [received(5), reserved(1, 3)];
    for cause in [Discrepancy::Miscount, Discrepancy::Damage, Discrepancy::Loss] {
        given::<Stream>(&history).when(adjust(2, cause)).then_refused(Refusal::CountBelowReserved { reserved: 3 });
        given::<Stream>(&history).when(adjust(5, cause)).then_nothing();
        given::<Stream>(&history).when(adjust(3, cause)).then([adjusted(3, cause)]);
    }
}

#[test]
fn damage_and_loss_never_make_it_more() {
    let miscount = Discrepancy::Miscount;
    given::<Stream>([received(5)]).when(adjust(6, miscount)).then([adjusted(6, miscount)]);
    for cause in [Discrepancy::Damage, Discrepancy::Loss] {
        given::<Stream>([received(5)]).when(adjust(6, cause)).then_refused(Refusal::LossAddsStock { on_hand: 5 });
    }
}

#[test]
fn a_stream_names_its_warehouse_and_product() {
    let (warehouse, sku) = ("berlin-2".parse().unwrap(), "mug-large".parse().unwrap());
    let stream = stream(&warehouse, &sku).unwrap();
    assert_eq!((stream.as_str(), of_stream(&stream)), ("stock-berlin-2.mug-large", Some((warehouse, sku))));
}
