//! The stock's rules, as given / when / then.

use super::*;
use foldlog::StreamName;
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

/// The reservation of an order, which got all that it asked for.
fn reserved(number: u32, amount: u64) -> Event {
    got(number, amount, amount)
}

fn got(number: u32, amount: u64, asked: u64) -> Event {
    let (quantity, asked) = (quantity(amount), quantity(asked));
    Event::StockReserved { order: order(number), reservation: Some(Version(5)), quantity, asked }
}

/// A reservation of the first schema.
fn unnamed(number: u32, amount: u64) -> Event {
    let quantity = quantity(amount);
    Event::StockReserved { order: order(number), reservation: None, quantity, asked: quantity }
}

fn reserve(number: u32, amount: u64) -> Command {
    Command::Reserve { order: order(number), reservation: Version(5), quantity: quantity(amount) }
}

fn held(amount: u64) -> Held {
    Held::Named { reservation: Version(5), quantity: quantity(amount) }
}

fn state(events: &[Event]) -> State {
    foldlog::write::decider::fold::<Stock>(State::default(), events)
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
    given::<Stock>([]).when(receive(5)).then([received(5)]);
    let full = adjusted(MOST_ON_HAND, Discrepancy::Miscount);
    given::<Stock>([full]).when(receive(1)).then_refused(Refusal::TooMuchStock(MOST_ON_HAND + 1));
}

#[test]
fn a_delivery_note_is_taken_down_with_what_came() {
    let delivery_note: Option<DeliveryNote> = Some("LS 2026/1187".parse().unwrap());
    given::<Stock>([received(5)])
        .when(Command::Receive { quantity: quantity(5), delivery_note: delivery_note.clone(), intake: Intake::Open })
        .then([Event::StockReceived { quantity: quantity(5), delivery_note }]);
}

#[test]
fn a_warehouse_that_is_closed_takes_nothing_in_and_lets_everything_out() {
    let late = Command::Receive { quantity: quantity(1), delivery_note: None, intake: Intake::Closed };
    given::<Stock>([received(5), reserved(1, 2)]).when(late).then_refused(Refusal::WarehouseClosed);
    let site = warehouse::Site { name: "East".parse().unwrap(), address: None };
    assert_eq!(Intake::from(&warehouse::State::Closed(site.clone())), Intake::Closed);
    for takes in [warehouse::State::Unopened, warehouse::State::Open(site)] {
        assert_eq!(Intake::from(&takes), Intake::Open);
    }
}

#[test]
fn what_is_available_is_reserved_and_no_more() {
    let history = [received(5), reserved(1, 3)];
    given::<Stock>(&history).when(reserve(2, 1)).then([reserved(2, 1)]);
    given::<Stock>(&history).when(reserve(2, 2)).then([reserved(2, 2)]);
    given::<Stock>(&history).when(reserve(2, 3)).then([got(2, 2, 3)]);
    given::<Stock>([received(5), reserved(1, 5)]).when(reserve(2, 3)).then([Event::ReservationRejected {
        order: order(2),
        reservation: Some(Version(5)),
        quantity: quantity(3),
        available: 0,
    }]);
}

#[test]
fn ten_thousand_open_reservations_are_as_small_as_ten() {
    let on_hand = adjusted(20_000, Discrepancy::Miscount);
    let size = |orders: u32| {
        let open = (0..orders).map(|number| reserved(number, 1));
        let events: Vec<_> = std::iter::once(on_hand.clone()).chain(open).collect();
        assert_eq!(state(&events).available(), 20_000 - u64::from(orders));
        given::<Stock>(&events).when(reserve(orders, 1)).then([reserved(orders, 1)]);
        serde_json::to_string(&state(&events)).unwrap().len()
    };
    assert_eq!(size(10_000), size(10) + "10000".len() - "10".len());
}

#[test]
fn a_release_gives_back_what_a_reservation_holds() {
    let released = Event::ReservationReleased { order: order(1), reservation: Some(Version(5)), quantity: quantity(3) };
    let history = [received(5), reserved(1, 3), reserved(2, 1)];
    given::<Stock>(&history).when(Command::Release { order: order(1), held: held(3) }).then([released.clone()]);
    let state = state(&[&history[..], &[released]].concat());
    assert_eq!((state.on_hand, state.reserved()), (5, 1));
}

#[test]
fn what_a_reservation_holds_leaves() {
    let dispatched = Event::StockDispatched { order: order(1), reservation: Some(Version(5)), quantity: quantity(3) };
    let history = [received(5), reserved(1, 3), reserved(2, 1)];
    given::<Stock>(&history).when(Command::Dispatch { order: order(1), held: held(3) }).then([dispatched.clone()]);
    let state = state(&[&history[..], &[dispatched]].concat());
    assert_eq!((state.on_hand, state.reserved()), (2, 1));
}

#[test]
fn a_reservation_without_identity_is_closed_once_by_its_order() {
    let history = [received(9), unnamed(1, 3), reserved(1, 2), unnamed(2, 1)];
    assert_eq!(state(&history).reserved(), 6);
    let release = Command::Release { order: order(1), held: Held::Unnamed };
    let dispatch = Command::Dispatch { order: order(1), held: Held::Unnamed };
    let released = Event::ReservationReleased { order: order(1), reservation: None, quantity: quantity(3) };
    let dispatched = Event::StockDispatched { order: order(1), reservation: None, quantity: quantity(3) };
    given::<Stock>(&history).when(release.clone()).then([released.clone()]);
    given::<Stock>(&history).when(dispatch.clone()).then([dispatched.clone()]);
    for (closed, left) in [(released, (9, 3)), (dispatched, (6, 3))] {
        let after = [&history[..], &[closed]].concat();
        assert_eq!((state(&after).on_hand, state(&after).reserved()), left);
        given::<Stock>(&after).when(release.clone()).then_nothing();
        given::<Stock>(&after).when(dispatch.clone()).then_nothing();
    }
}

#[test]
fn a_row_of_an_earlier_release_reads_as_it_was() {
    let stored = r#"{"on_hand":9,"reservations":{"00000000000000000000000000000001":3}}"#;
    let earlier = state(&[received(9), unnamed(1, 3)]);
    assert_eq!(serde_json::from_str::<State>(stored).unwrap(), earlier);
    assert_eq!(serde_json::to_string(&earlier).unwrap(), stored);
}

#[test]
fn an_event_says_what_a_reservation_holds() {
    assert_eq!(got(1, 2, 3).held(), Some(held(2)));
    assert_eq!(unnamed(1, 2).held(), Some(Held::Unnamed));
    assert_eq!(received(2).held(), None);
}

#[test]
fn a_count_below_what_is_reserved_is_refused() {
    let history = [received(5), reserved(1, 3)];
    for cause in [Discrepancy::Miscount, Discrepancy::Damage, Discrepancy::Loss] {
        given::<Stock>(&history).when(adjust(2, cause)).then_refused(Refusal::CountBelowReserved { reserved: 3 });
        given::<Stock>(&history).when(adjust(5, cause)).then_nothing();
        given::<Stock>(&history).when(adjust(3, cause)).then([adjusted(3, cause)]);
    }
}

#[test]
fn damage_and_loss_never_make_it_more() {
    let miscount = Discrepancy::Miscount;
    given::<Stock>([received(5)]).when(adjust(6, miscount)).then([adjusted(6, miscount)]);
    for cause in [Discrepancy::Damage, Discrepancy::Loss] {
        given::<Stock>([received(5)]).when(adjust(6, cause)).then_refused(Refusal::LossAddsStock { on_hand: 5 });
    }
}

#[test]
fn a_stream_names_its_warehouse_and_product() {
    let id = StockId { warehouse: "berlin-2".parse().unwrap(), sku: "mug-large".parse().unwrap() };
    let stream = StreamName::of::<Stock>(&id);
    assert_eq!((stream.as_str(), stream.id_of::<Stock>()), ("stock-berlin-2.mug-large", Some(id)));
    assert_eq!("cart-berlin.mug".parse::<StreamName>().unwrap().id_of::<Stock>(), None);
}
