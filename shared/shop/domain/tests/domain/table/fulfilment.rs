//! What a process decides about each outcome in each state.

use crate::table::samples::{euro, means, placement};
use crate::table::{Kinds, walk};
use foldlog::write::decider::fold;
use foldlog::{Decider, Timestamp, Version};
use shop_domain::fulfilment::{
    Candidate, Command, Event, Fulfilment, InvoiceOutcome, OrderProgress, Outcome, PaymentOutcome, ReturnOutcome,
    ShipmentOutcome, State, StockPosition,
};
use shop_domain::order::{Placement, Return};
use shop_domain::values::{Attempt, Means, OrderId, Personal, ShipmentId, Sku};
use std::collections::BTreeMap;
use strum::VariantNames;

const NOW: Timestamp = Timestamp(1_000);
/// After all deadlines.
const LATE: Timestamp = Timestamp(10_000_000_000);

/// The reservation of the first request to a warehouse: the one to ulm follows a rejection.
fn at(warehouse: &str, sku: &str) -> StockPosition {
    let reservation = match (warehouse, sku) {
        ("berlin", "mug") => 4,
        ("bonn", _) => 5,
        ("berlin", _) => 6,
        (_, _) => 9,
    };
    StockPosition {
        warehouse: warehouse.parse().unwrap(),
        sku: sku.parse().unwrap(),
        reservation: Some(Version(reservation)),
    }
}

/// The warehouse holds all that it was asked for.
fn reserved(at: StockPosition) -> Outcome {
    Outcome::Reserved { at, quantity: 1_000.try_into().unwrap(), candidates: None }
}

/// The warehouse holds one, and ulm seems to have more.
fn less(at: StockPosition) -> Outcome {
    let candidates = vec![Candidate { warehouse: "ulm".parse().unwrap(), available: 9 }];
    Outcome::Reserved { at, quantity: 1.try_into().unwrap(), candidates: Some(candidates) }
}

/// The warehouse has nothing, and ulm seems empty.
fn rejected(at: StockPosition) -> Outcome {
    let candidates = match at.sku.as_str() {
        "mug" => vec![Candidate { warehouse: "ulm".parse().unwrap(), available: 0 }],
        _ => vec![],
    };
    Outcome::Rejected { at, candidates }
}

/// Mugs are split over two warehouses, and there is a third; pots wait in the first.
fn placed() -> Outcome {
    let of = |all: &[(&str, u64)]| {
        let candidate =
            |(name, available): &(&str, u64)| Candidate { warehouse: name.parse().unwrap(), available: *available };
        all.iter().map(candidate).collect()
    };
    let mugs = ("mug".parse().unwrap(), of(&[("berlin", 3), ("bonn", 1), ("ulm", 0)]));
    let pots = ("pot".parse().unwrap(), of(&[("berlin", 9)]));
    Outcome::Placed { candidates: [mugs, pots].into(), means: means() }
}

fn parcel(warehouse: &str, outcome: ShipmentOutcome) -> Outcome {
    Outcome::Shipment { warehouse: warehouse.parse().unwrap(), outcome }
}

fn created(warehouse: &str) -> Outcome {
    let order: OrderId = "0b".repeat(16).parse().unwrap();
    let shipment = ShipmentId::of(&order, &warehouse.parse().unwrap());
    parcel(warehouse, ShipmentOutcome::Packed { shipment, number: 0 })
}

/// The staff withdraw the mugs in bonn. Ulm seems to have some.
fn withdrawn(available: u64) -> Outcome {
    let (warehouse, sku) = ("bonn".parse().unwrap(), "mug".parse().unwrap());
    let candidates = vec![Candidate { warehouse: "ulm".parse().unwrap(), available }];
    Outcome::Withdrawn { warehouse, sku, number: 1, candidates }
}

fn shipped() -> Outcome {
    Outcome::Shipped { tracking: [].into() }
}

fn payment(outcome: PaymentOutcome) -> Outcome {
    Outcome::Payment { attempt: Attempt::FIRST, outcome }
}

/// The outcome of the second attempt to pay.
fn second(outcome: PaymentOutcome) -> Outcome {
    Outcome::Payment { attempt: Attempt::after(1), outcome }
}

fn other_card() -> Outcome {
    Outcome::CardReplaced { card: Personal::Clear("tok_other".parse().unwrap()), number: 1 }
}

/// A mug that comes back to ulm.
fn returned(number: u32) -> Outcome {
    let goods = [("mug".parse().unwrap(), 1.try_into().unwrap())].into();
    let (warehouse, reason) = ("ulm".parse().unwrap(), "too big".parse().unwrap());
    Outcome::Returned(Return { number, goods, refund: euro(20), warehouse: Some(warehouse), reason })
}

fn of_return(outcome: ReturnOutcome) -> Outcome {
    Outcome::OfReturn { number: 1, outcome }
}

fn received() -> ReturnOutcome {
    ReturnOutcome::Received("mug".parse().unwrap())
}

fn note(outcome: Outcome) -> Command {
    Command::Note { outcome, at: NOW }
}

/// The history of a process after all this.
fn history(placement: Placement, commands: impl IntoIterator<Item = Command>) -> Vec<Event> {
    let start = Command::Start { placement, at: NOW };
    let mut events = Vec::new();
    for command in [start].into_iter().chain(commands) {
        let decided = Fulfilment::decide(&fold::<Fulfilment>(State::NotStarted, &events), &command).unwrap();
        assert!(!decided.is_empty(), "{command:?} leads nowhere");
        events.extend(decided);
    }
    events
}

fn after(outcomes: &[Outcome]) -> Vec<Event> {
    history(placement(100), outcomes.iter().cloned().map(note))
}

fn late(outcomes: &[Outcome], then: &[Outcome]) -> Vec<Event> {
    let passed = Command::PassDeadline { now: LATE };
    let commands = outcomes.iter().cloned().map(note).chain([passed]).chain(then.iter().cloned().map(note));
    history(placement(100), commands)
}

fn histories() -> Vec<(&'static str, Vec<Event>)> {
    let held = [at("berlin", "mug"), at("bonn", "mug"), at("berlin", "pot")].map(reserved);
    let reserved = [&[placed()], &held[..]].concat();
    let authorised = [&reserved[..], &[payment(PaymentOutcome::Authorised { expires_at: None })]].concat();
    let confirmed = [&authorised[..], &[Outcome::Confirmed]].concat();
    let billed =
        [&confirmed[..], &[Outcome::Invoice(InvoiceOutcome::Issued), created("berlin"), created("bonn")]].concat();
    let leaving = [&billed[..], &[shipped()]].concat();
    let dispatched = [at("berlin", "mug"), at("bonn", "mug"), at("berlin", "pot")].map(Outcome::StockDispatched);
    let underway = [
        &leaving[..],
        &dispatched,
        &[parcel("berlin", ShipmentOutcome::Dispatched), parcel("bonn", ShipmentOutcome::Dispatched)],
    ]
    .concat();
    let paid = [&underway[..], &[payment(PaymentOutcome::Captured)]].concat();
    let arriving = [&paid[..], &[parcel("bonn", ShipmentOutcome::Delivered)]].concat();
    let arrived = [&arriving[..], &[parcel("berlin", ShipmentOutcome::Delivered)]].concat();
    let delivered = [&arrived[..], &[Outcome::Delivered]].concat();
    let settled = [&delivered[..], &[Outcome::Invoice(InvoiceOutcome::Paid)]].concat();
    let with = |outcomes: &[Outcome], then: &[Outcome]| after(&[outcomes, then].concat());
    let taken_back =
        [returned(1), of_return(ReturnOutcome::Refunded), of_return(ReturnOutcome::Credited), of_return(received())];
    let lapsed = &[payment(PaymentOutcome::Voided)][..];
    let unpaid = [
        payment(PaymentOutcome::Voided),
        second(PaymentOutcome::Declined),
        Outcome::PaymentLost { answers: None },
        Outcome::PaymentLost { answers: None },
    ];
    let third =
        Outcome::Payment { attempt: Attempt::after(2), outcome: PaymentOutcome::Authorised { expires_at: None } };
    let overdue = [
        payment(PaymentOutcome::Voided),
        shipped(),
        second(PaymentOutcome::Declined),
        Outcome::PaymentLost { answers: None },
        Outcome::PaymentLost { answers: None },
    ];
    let free = [Outcome::Placed { means: Means::default(), candidates: candidates_of(&placed()) }];
    let free = [&free[..], &held].concat();
    vec![
        ("", vec![]),
        ("", after(&[])),
        ("too late", late(&[], &[])),
        ("reserving", after(&[placed()])),
        ("reserving, one part held", after(&reserved[..2])),
        ("reserving, one part elsewhere", with(&reserved[..2], &[rejected(at("bonn", "mug"))])),
        ("paying", after(&reserved)),
        ("", after(&authorised)),
        ("of what is free", history(placement(0), free.into_iter().map(note))),
        ("too late", late(&authorised, &[])),
        ("", after(&confirmed)),
        ("billed", after(&billed)),
        ("billed, too late", late(&billed, &[])),
        ("leaving", after(&leaving)),
        ("leaving, not captured", with(&leaving, &[payment(PaymentOutcome::CaptureFailed)])),
        ("leaving, not billed", with(&authorised, &[shipped()])),
        ("without its hold", with(&billed, lapsed)),
        ("unpaid", with(&billed, &unpaid)),
        ("charging another card", with(&billed, &[&unpaid[..], &[other_card()]].concat())),
        ("regaining", with(&billed, &[&unpaid[..], &[other_card(), third]].concat())),
        ("shipped without its hold", with(&billed, &[lapsed, &[shipped()]].concat())),
        ("overdue", with(&billed, &overdue)),
        ("written off", with(&billed, &[&overdue[..], &[Outcome::WrittenOff]].concat())),
        ("disputed", with(&leaving, &[payment(PaymentOutcome::Disputed)])),
        ("refunded by hand", with(&paid, &[payment(PaymentOutcome::Refunded)])),
        ("underway", after(&underway)),
        ("underway, captured", after(&paid)),
        ("arriving", after(&arriving)),
        ("", after(&arrived)),
        ("", after(&delivered)),
        ("settled", after(&settled)),
        ("taking back", with(&settled, &[returned(1)])),
        ("taking back, not settled", with(&delivered, &[returned(1)])),
        ("taking back, not captured", with(&underway, &[returned(1)])),
        ("taking back, refund refused", with(&settled, &[returned(1), of_return(ReturnOutcome::RefundFailed)])),
        ("taken back", with(&settled, &taken_back)),
        ("refunded by hand and taken back", with(&settled, &[payment(PaymentOutcome::Refunded), returned(1)])),
        ("by stock", with(&reserved[..3], &[rejected(at("berlin", "pot"))])),
        ("by payment", with(&reserved, &[payment(PaymentOutcome::Declined)])),
        ("by time", late(&reserved, &[])),
        ("", with(&reserved, &[payment(PaymentOutcome::Declined), Outcome::Failed])),
        ("at once", after(&[Outcome::Failed])),
        ("at once", after(&[Outcome::Cancelled])),
        ("reserving", with(&reserved[..2], &[Outcome::Cancelled])),
        ("paying", with(&reserved, &[Outcome::Cancelled])),
        ("authorised", with(&authorised, &[Outcome::Cancelled])),
        ("refunding", with(&reserved, &[Outcome::Cancelled, payment(PaymentOutcome::Captured)])),
        ("confirmed", with(&confirmed, &[Outcome::Cancelled])),
        ("billed", with(&billed, &[Outcome::Cancelled])),
    ]
}

fn candidates_of(placed: &Outcome) -> BTreeMap<Sku, Vec<Candidate>> {
    if let Outcome::Placed { candidates, .. } = placed { candidates.clone() } else { [].into() }
}

fn examples() -> Vec<(&'static str, Command)> {
    let pots = || at("berlin", "pot");
    let mut outcomes = vec![
        ("", placed()),
        ("", Outcome::Confirmed),
        ("", shipped()),
        ("", Outcome::Delivered),
        ("", Outcome::Failed),
        ("", Outcome::Cancelled),
        ("bonn mug", reserved(at("bonn", "mug"))),
        ("berlin pot", reserved(pots())),
        ("one berlin pot", less(pots())),
        ("ulm mug", reserved(at("ulm", "mug"))),
        ("bonn mug", rejected(at("bonn", "mug"))),
        ("berlin pot", rejected(pots())),
        ("berlin pot", Outcome::Released(pots())),
        ("berlin pot", Outcome::StockDispatched(pots())),
        ("berlin", created("berlin")),
        ("berlin", parcel("berlin", ShipmentOutcome::Dispatched)),
        ("berlin", parcel("berlin", ShipmentOutcome::Delivered)),
        ("berlin", parcel("berlin", ShipmentOutcome::Cancelled { number: 0 })),
        ("", Outcome::PaymentLost { answers: None }),
        ("", Outcome::PaymentRegained { answers: None }),
        ("", other_card()),
        ("", Outcome::WrittenOff),
        ("bonn mug", withdrawn(9)),
        ("", Outcome::Replaced { number: 1 }),
        ("second", second(PaymentOutcome::Authorised { expires_at: None })),
        ("second", second(PaymentOutcome::Declined)),
    ];
    let payments = [
        PaymentOutcome::Authorised { expires_at: None },
        PaymentOutcome::Declined,
        PaymentOutcome::Captured,
        PaymentOutcome::CaptureFailed,
        PaymentOutcome::Voided,
        PaymentOutcome::Refunded,
        PaymentOutcome::Disputed,
        PaymentOutcome::RefundFailed,
    ];
    outcomes.extend(payments.map(|outcome| ("", payment(outcome))));
    let invoices = [InvoiceOutcome::Issued, InvoiceOutcome::Paid, InvoiceOutcome::Credited, InvoiceOutcome::WrittenOff];
    outcomes.extend(invoices.map(|outcome| ("", Outcome::Invoice(outcome))));
    outcomes.extend([("first", returned(1)), ("second", returned(2))]);
    let of_returns = [ReturnOutcome::Refunded, ReturnOutcome::RefundFailed, ReturnOutcome::Credited, received()];
    outcomes.extend(of_returns.map(|outcome| ("", of_return(outcome))));
    let start = Command::Start { placement: placement(100), at: NOW };
    let notes = outcomes.into_iter().map(|(detail, outcome)| (detail, note(outcome)));
    let deadlines = [("early", Command::PassDeadline { now: NOW }), ("late", Command::PassDeadline { now: LATE })];
    [("", start)].into_iter().chain(notes).chain(deadlines).collect()
}

/// Where its order stands tells most of it.
fn kind_of_state(state: &State) -> String {
    match state {
        State::NotStarted => "NotStarted".to_owned(),
        State::Started(process) => <&str>::from(process.order).to_owned(),
    }
}

fn kind_of_command(command: &Command) -> String {
    match command {
        Command::Start { .. } | Command::PassDeadline { .. } => <&str>::from(command).to_owned(),
        Command::Note { outcome, .. } => match outcome {
            Outcome::Payment { outcome, .. } => format!("Payment{}", <&str>::from(outcome)),
            Outcome::Invoice(outcome) => format!("Invoice{}", <&str>::from(outcome)),
            Outcome::Shipment { outcome, .. } => format!("Shipment{}", <&str>::from(outcome)),
            Outcome::OfReturn { outcome, .. } => format!("Return{}", <&str>::from(outcome)),
            Outcome::Placed { .. }
            | Outcome::Reserved { .. }
            | Outcome::Rejected { .. }
            | Outcome::Released(_)
            | Outcome::StockDispatched(_)
            | Outcome::Confirmed
            | Outcome::Shipped { .. }
            | Outcome::Delivered
            | Outcome::Failed
            | Outcome::Cancelled
            | Outcome::Withdrawn { .. }
            | Outcome::Replaced { .. }
            | Outcome::PaymentLost { .. }
            | Outcome::PaymentRegained { .. }
            | Outcome::CardReplaced { .. }
            | Outcome::WrittenOff
            | Outcome::Returned(_) => <&str>::from(outcome).to_owned(),
        },
    }
}

fn kinds_of_commands() -> Vec<String> {
    let nested = |category: &'static str, all: &'static [&str]| all.iter().map(move |name| format!("{category}{name}"));
    let outcomes =
        Outcome::VARIANTS.iter().filter(|name| !["Payment", "Invoice", "Shipment", "OfReturn"].contains(name));
    let commands = Command::VARIANTS.iter().filter(|name| **name != "Note");
    commands
        .chain(outcomes)
        .map(ToString::to_string)
        .chain(nested("Payment", PaymentOutcome::VARIANTS))
        .chain(nested("Invoice", InvoiceOutcome::VARIANTS))
        .chain(nested("Shipment", ShipmentOutcome::VARIANTS))
        .chain(nested("Return", ReturnOutcome::VARIANTS))
        .collect()
}

#[test]
fn a_process_in_every_state_takes_every_outcome() {
    let states = Kinds::new(&[&["NotStarted"], OrderProgress::VARIANTS].concat(), kind_of_state);
    let commands = Kinds { all: kinds_of_commands(), of: kind_of_command };
    walk::<Fulfilment>(&states, histories(), &commands, &examples());
}
