//! The order's rules, as given / when / then.

use super::*;
use crate::values::{Line, Money, ShipmentId, Totals, TrackingNumber};
use foldlog::write::decider::fold;
use foldlog_testing::specification::given;
use std::collections::BTreeMap;

fn account(name: char) -> AccountId {
    name.to_string().repeat(32).parse().unwrap()
}

fn placement(amount: i64) -> Placement {
    let euro = |amount| Money::new(amount, "EUR".parse().unwrap()).unwrap();
    Placement {
        account: account('a'),
        lines: vec![Line {
            sku: "mug".parse().unwrap(),
            quantity: 2.try_into().unwrap(),
            unit_price: euro(amount),
            category: None,
        }],
        totals: Totals { net: euro(amount), tax: euro(0), total: euro(amount) },
        card: Some("tok_ok".parse().unwrap()),
        address: None,
    }
}

fn means() -> Means {
    Means { card: Some(Personal::Clear("tok_ok".parse().unwrap())), address: Some("ad".repeat(16).parse().unwrap()) }
}

fn out_of_stock() -> Failure {
    Failure::OutOfStock { sku: "mug".parse().unwrap() }
}

fn place() -> Command {
    Command::Place { placement: placement(2_380), account: Ok(means()) }
}

fn cancel(name: char) -> Command {
    Command::Cancel { by: Sender::Account(account(name)), reason: None }
}

fn tracking() -> BTreeMap<ShipmentId, TrackingNumber> {
    [("5a".repeat(16).parse().unwrap(), "1Z".parse().unwrap())].into()
}

fn ship() -> Command {
    Command::Ship { tracking: tracking() }
}

fn shipped() -> Event {
    Event::OrderShipped { tracking: tracking() }
}

fn placed_for(amount: i64) -> Vec<Event> {
    vec![Event::OrderPlaced(placement(amount)), Event::AccountConnected(means()), Event::ReservationRequested {}]
}

fn placed() -> Vec<Event> {
    placed_for(2_380)
}

fn confirmation() -> Vec<Event> {
    vec![
        Event::ReservationSucceeded {},
        Event::PaymentConnected {},
        Event::PaymentSucceeded {},
        Event::OrderConfirmed {},
    ]
}

fn failed(reason: Failure) -> Event {
    Event::OrderFailed { reason }
}

fn confirmed(then: &[Event]) -> Vec<Event> {
    [&placed(), &confirmation(), then].concat()
}

fn cancelled() -> Event {
    Event::OrderCancelled { reason: None, by_staff: false }
}

#[test]
fn an_order_is_placed_once_for_an_account_that_may_buy() {
    given::<Order>([]).when(place()).then(placed());
    given::<Order>(placed()).when(place()).then_nothing();
    for reason in [Failure::AccountNotActive, Failure::NoCard, Failure::UnknownAddress] {
        let refused = Command::Place { placement: placement(2_380), account: Err(reason.clone()) };
        let events = [Event::OrderPlaced(placement(2_380)), failed(reason)];
        given::<Order>([]).when(refused.clone()).then(&events);
        given::<Order>(events).when(refused).then_nothing();
    }
}

#[test]
fn it_keeps_what_it_is_paid_with_and_where_it_is_sent() {
    let kept = |state: &State| matches!(state, State::Placed { means: kept, .. } if *kept == means());
    assert!(kept(&fold::<Order>(State::default(), &confirmed(&[]))));
}

#[test]
fn a_confirmation_takes_every_step_that_is_left() {
    given::<Order>(placed()).when(Command::Confirm).then(confirmation());
    let before_steps_were_told_apart = [Event::OrderPlaced(placement(2_380))];
    given::<Order>(before_steps_were_told_apart)
        .when(Command::Confirm)
        .then([vec![Event::ReservationRequested {}], confirmation()].concat());
}

#[test]
fn what_costs_nothing_is_confirmed_without_a_payment() {
    given::<Order>(placed_for(0))
        .when(Command::Confirm)
        .then([Event::ReservationSucceeded {}, Event::OrderConfirmed {}]);
}

#[test]
fn it_fails_at_the_step_that_could_not_be_taken() {
    let fail = |reason: Failure| given::<Order>(placed()).when(Command::Fail(reason));
    fail(out_of_stock()).then([Event::ReservationFailed { sku: "mug".parse().unwrap() }, failed(out_of_stock())]);
    fail(Failure::PaymentDeclined).then([
        Event::ReservationSucceeded {},
        Event::PaymentConnected {},
        Event::PaymentFailed {},
        failed(Failure::PaymentDeclined),
    ]);
    fail(Failure::DeadlinePassed).then([failed(Failure::DeadlinePassed)]);
}

#[test]
fn what_came_first_stands() {
    let ends = [
        confirmed(&[]),
        confirmed(&[shipped()]),
        confirmed(&[shipped(), Event::OrderDelivered {}]),
        [placed(), vec![failed(out_of_stock())]].concat(),
        [placed(), vec![cancelled()]].concat(),
    ];
    for end in ends {
        given::<Order>(&end).when(Command::Confirm).then_nothing();
        given::<Order>(end).when(Command::Fail(Failure::DeadlinePassed)).then_nothing();
    }
}

#[test]
fn it_is_shipped_once_it_is_confirmed_and_delivered_once_it_is_shipped() {
    given::<Order>(placed()).when(ship()).then_refused(Refusal::OrderNotConfirmed);
    given::<Order>(confirmed(&[])).when(Command::Deliver).then_refused(Refusal::OrderNotShipped);
    given::<Order>(confirmed(&[])).when(ship()).then([shipped()]);
    given::<Order>(confirmed(&[shipped()])).when(ship()).then_nothing();
    given::<Order>(confirmed(&[shipped()])).when(Command::Deliver).then([Event::OrderDelivered {}]);
}

#[test]
fn its_owner_cancels_it_until_it_is_shipped() {
    given::<Order>(placed()).when(cancel('a')).then([cancelled()]);
    given::<Order>(confirmed(&[])).when(cancel('a')).then([cancelled()]);
    given::<Order>(confirmed(&[cancelled()])).when(cancel('a')).then_nothing();
    given::<Order>(confirmed(&[cancelled()])).when(ship()).then_refused(Refusal::OrderCancelled);
    given::<Order>(confirmed(&[shipped()])).when(cancel('a')).then_refused(Refusal::OrderShipped);
    let failed = [placed(), vec![failed(out_of_stock())]].concat();
    given::<Order>(failed).when(cancel('a')).then_refused(Refusal::OrderFailed(out_of_stock()));
}

#[test]
fn a_foreign_or_unplaced_order_does_not_exist() {
    given::<Order>(placed()).when(cancel('b')).then_refused(Refusal::UnknownOrder);
    for command in [cancel('a'), Command::Confirm, Command::Fail(out_of_stock()), ship(), Command::Deliver] {
        given::<Order>([]).when(command).then_refused(Refusal::UnknownOrder);
    }
}

#[test]
fn the_staff_cancel_any_order_until_it_is_shipped_and_say_why() {
    let refuse = |reason: Option<&str>| Command::Cancel {
        by: Sender::Staff,
        reason: reason.map(|reason| Personal::Clear(reason.parse().unwrap())),
    };
    let cancelled = Event::OrderCancelled { reason: Some(Personal::Clear("damaged".parse().unwrap())), by_staff: true };
    for before in [placed(), confirmed(&[])] {
        given::<Order>(&before).when(refuse(None)).then_refused(Refusal::NoReason);
        given::<Order>(before).when(refuse(Some("damaged"))).then([cancelled.clone()]);
    }
    given::<Order>(confirmed(&[shipped()])).when(refuse(Some("damaged"))).then_refused(Refusal::OrderShipped);
}

fn withdraw(is_held: bool) -> Command {
    let (warehouse, sku, reason) = ("berlin".parse().unwrap(), "mug".parse().unwrap(), "damaged".parse().unwrap());
    Command::WithdrawReservation { warehouse, sku, is_held, reason }
}

fn withdrawn(number: u32) -> Event {
    let (warehouse, sku, reason) = ("berlin".parse().unwrap(), "mug".parse().unwrap(), "damaged".parse().unwrap());
    Event::ReservationWithdrawn { warehouse, sku, reason, number }
}

#[test]
fn goods_of_a_confirmed_order_are_withdrawn_one_after_the_other() {
    given::<Order>(placed()).when(withdraw(true)).then_refused(Refusal::OrderNotConfirmed);
    given::<Order>(confirmed(&[])).when(withdraw(true)).then([withdrawn(1)]);
    let nothing = Refusal::NothingReserved("mug".parse().unwrap());
    given::<Order>(confirmed(&[])).when(withdraw(false)).then_refused(nothing);
    given::<Order>(confirmed(&[withdrawn(1)])).when(withdraw(true)).then_refused(Refusal::ReservationBeingReplaced);
    let replaced = [withdrawn(1), Event::ReservationReplaced { number: 1 }];
    given::<Order>(confirmed(&replaced)).when(withdraw(true)).then([withdrawn(2)]);
    given::<Order>(confirmed(&[shipped()])).when(withdraw(true)).then_refused(Refusal::OrderShipped);
}

#[test]
fn it_is_not_shipped_until_the_goods_are_replaced_and_cancelled_if_nobody_has_them() {
    let open = || confirmed(&[withdrawn(1)]);
    let replace = |number| Command::ReplaceReservation { number };
    given::<Order>(open()).when(ship()).then_refused(Refusal::ReservationBeingReplaced);
    given::<Order>(open()).when(replace(2)).then_nothing();
    given::<Order>(open()).when(replace(1)).then([Event::ReservationReplaced { number: 1 }]);
    let replaced = || confirmed(&[withdrawn(1), Event::ReservationReplaced { number: 1 }]);
    given::<Order>(replaced()).when(replace(1)).then_nothing();
    given::<Order>(replaced()).when(ship()).then([shipped()]);
    given::<Order>(replaced()).when(Command::Fail(out_of_stock())).then_nothing();
    let short = Event::OrderCancelled {
        reason: Some(Personal::Clear(out_of_stock().to_string().parse().unwrap())),
        by_staff: true,
    };
    given::<Order>(open()).when(Command::Fail(out_of_stock())).then([short]);
    given::<Order>(open()).when(Command::Fail(Failure::DeadlinePassed)).then_nothing();
    given::<Order>(confirmed(&[withdrawn(1), cancelled()])).when(replace(1)).then_nothing();
}
