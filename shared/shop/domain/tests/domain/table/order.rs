//! What an order decides about each command in each state.

use crate::table::samples::{account, euro, means, placement};
use crate::table::{Kinds, walk};
use shop_domain::order::{
    Command, Event, Failure, Loss, MOST_RETURNS, Order, Return, Sender, Shelf, State, Status, TakeBack,
};
use shop_domain::stock::Intake;
use shop_domain::values::{CardToken, Personal, Quantity, Sku};
use std::collections::BTreeMap;
use strum::VariantNames;

fn goods(quantity: u64) -> BTreeMap<Sku, Quantity> {
    [("mug".parse().unwrap(), quantity.try_into().unwrap())].into()
}

fn card() -> Personal<CardToken> {
    Personal::Clear("tok_other".parse().unwrap())
}

fn histories() -> Vec<(&'static str, Vec<Event>)> {
    let path = [
        Event::OrderPlaced(placement(100)),
        Event::AccountConnected(means()),
        Event::ReservationRequested {},
        Event::ReservationSucceeded {},
        Event::PaymentConnected {},
        Event::PaymentSucceeded {},
        Event::OrderConfirmed {},
        Event::OrderShipped { tracking: [].into() },
        Event::OrderDelivered {},
    ];
    let free = [&[Event::OrderPlaced(placement(0))], &path[1..3]].concat();
    let lost = |reason| Event::PaymentLost { reason };
    let replaced = Event::CardReplaced { card: card(), number: 1 };
    let written_off = Event::PaymentWrittenOff { reason: "moved away".parse().unwrap() };
    let withdrawn = Event::ReservationWithdrawn {
        warehouse: "berlin".parse().unwrap(),
        sku: "mug".parse().unwrap(),
        reason: "damaged".parse().unwrap(),
        number: 1,
    };
    let replaced_goods = Event::ReservationReplaced { number: 1 };
    let over = |event: Event| [&path[..3], &[event]].concat();
    let returned = |number: usize, quantity| {
        let (number, reason) = (number.try_into().unwrap(), "too big".parse().unwrap());
        Event::GoodsReturned(Return { number, goods: goods(quantity), refund: euro(0), warehouse: None, reason })
    };
    let back = |events: Vec<Event>| [&path[..], &events].concat();
    vec![
        ("", vec![]),
        ("", path[..1].to_vec()),
        ("", path[..3].to_vec()),
        ("for nothing", free),
        ("", path[..4].to_vec()),
        ("", path[..5].to_vec()),
        ("", path[..6].to_vec()),
        ("", path[..7].to_vec()),
        ("", path[..8].to_vec()),
        ("", path[..9].to_vec()),
        ("", over(Event::OrderFailed { reason: Failure::DeadlinePassed })),
        ("", over(Event::OrderCancelled { reason: None, by_staff: false })),
        ("replacing", path[..7].iter().cloned().chain([withdrawn.clone()]).collect()),
        ("replaced", path[..7].iter().cloned().chain([withdrawn, replaced_goods]).collect()),
        ("unpaid", path[..7].iter().cloned().chain([lost(Loss::Declined)]).collect()),
        ("refunded by hand", path[..7].iter().cloned().chain([lost(Loss::Refunded)]).collect()),
        ("charging another card", path[..7].iter().cloned().chain([lost(Loss::Declined), replaced.clone()]).collect()),
        ("overdue", path[..9].iter().cloned().chain([lost(Loss::Lapsed)]).collect()),
        ("overdue, charging another card", path[..9].iter().cloned().chain([lost(Loss::Lapsed), replaced]).collect()),
        ("written off", path[..9].iter().cloned().chain([lost(Loss::Lapsed), written_off]).collect()),
        ("three mugs back", back(vec![returned(1, 3)])),
        ("all mugs back", back(vec![returned(1, 4)])),
        ("back too often", back((1..=MOST_RETURNS).map(|number| returned(number, 1)).collect())),
    ]
}

fn examples() -> Vec<(&'static str, Command)> {
    let wanted =
        |quantity| TakeBack { goods: goods(quantity), refund: None, shelf: None, reason: "too big".parse().unwrap() };
    let take_back =
        |quantity, refund: Option<i64>| Command::TakeBack(TakeBack { refund: refund.map(euro), ..wanted(quantity) });
    let shelf = |intake| Some(Shelf { warehouse: "berlin".parse().unwrap(), intake });
    let pan = [("pan".parse().unwrap(), 1.try_into().unwrap())].into();
    let place = |account| Command::Place { placement: placement(100), account };
    let cancel = |digit| Command::Cancel { by: Sender::Account(account(digit)), reason: None };
    let by_staff = |reason: Option<&str>| {
        let reason = reason.map(|reason| Personal::Clear(reason.parse().unwrap()));
        Command::Cancel { by: Sender::Staff, reason }
    };
    let withdraw = |is_held| Command::WithdrawReservation {
        warehouse: "berlin".parse().unwrap(),
        sku: "mug".parse().unwrap(),
        is_held,
        reason: "damaged".parse().unwrap(),
    };
    vec![
        ("", place(Ok(means()))),
        ("for an inactive account", place(Err(Failure::AccountNotActive))),
        ("", Command::Confirm),
        ("", Command::Ship { tracking: [].into() }),
        ("", Command::Deliver),
        ("", cancel('a')),
        ("by another", cancel('b')),
        ("by the staff", by_staff(Some("damaged"))),
        ("by the staff without a reason", by_staff(None)),
        ("", withdraw(true)),
        ("of what is not held", withdraw(false)),
        ("", Command::ReplaceReservation { number: 1 }),
        ("of another", Command::ReplaceReservation { number: 2 }),
        ("out of stock", Command::Fail(Failure::OutOfStock { sku: "mug".parse().unwrap() })),
        ("payment declined", Command::Fail(Failure::PaymentDeclined)),
        ("deadline passed", Command::Fail(Failure::DeadlinePassed)),
        ("by a declined card", Command::LosePayment(Loss::Declined)),
        ("by a refund", Command::LosePayment(Loss::Refunded)),
        ("", Command::RegainPayment),
        ("by its owner", Command::ReplaceCard { by: Sender::Account(account('a')), card: card() }),
        ("by another", Command::ReplaceCard { by: Sender::Account(account('b')), card: card() }),
        (
            "by the staff",
            Command::ReplaceCard { by: Sender::Staff, card: Personal::Clear("tok_third".parse().unwrap()) },
        ),
        ("", Command::WriteOff { reason: "moved away".parse().unwrap() }),
        ("one mug", take_back(1, None)),
        ("four mugs", take_back(4, None)),
        ("into berlin", Command::TakeBack(TakeBack { shelf: shelf(Intake::Open), ..wanted(1) })),
        ("into a closed warehouse", Command::TakeBack(TakeBack { shelf: shelf(Intake::Closed), ..wanted(1) })),
        ("for nothing", take_back(1, Some(0))),
        ("for too much", take_back(1, Some(100))),
        ("a pan", Command::TakeBack(TakeBack { goods: pan, ..wanted(1) })),
        ("nothing", Command::TakeBack(TakeBack { goods: [].into(), ..wanted(1) })),
    ]
}

#[test]
fn an_order_in_every_state_takes_every_command() {
    let states = Kinds::new(&[&["Unplaced"], Status::VARIANTS].concat(), |state: &State| match state {
        State::Unplaced => "Unplaced".to_owned(),
        State::Placed { status, .. } => <&str>::from(status).to_owned(),
    });
    let commands = Kinds::new(Command::VARIANTS, |command| <&str>::from(command).to_owned());
    walk::<Order>(&states, histories(), &commands, &examples());
}
