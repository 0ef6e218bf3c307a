//! A process as tests tell it: what happened elsewhere, and what it did about it.

use super::super::*;
use crate::order::Failure;
use crate::values::{Line, Means, Money, Personal, Sku, Totals, WarehouseId};
use foldlog::Version;
use foldlog::write::decider::fold;
use std::collections::BTreeMap;

/// A process, and when the last thing happened to it.
#[derive(Clone)]
pub(super) struct Story {
    pub(super) events: Vec<Event>,
    now: Timestamp,
}

pub(super) fn sku(name: &str) -> Sku {
    name.parse().unwrap()
}

pub(super) fn warehouse(name: &str) -> WarehouseId {
    name.parse().unwrap()
}

pub(super) fn placement(skus: &[&str], amount: i64) -> Placement {
    let euro = |amount| Money::new(amount, "EUR".parse().unwrap()).unwrap();
    let line =
        |name: &&str| Line { sku: sku(name), quantity: 4.try_into().unwrap(), unit_price: euro(1), category: None };
    Placement {
        account: "a".repeat(32).parse().unwrap(),
        lines: skus.iter().map(line).collect(),
        totals: Totals { net: euro(amount), tax: euro(0), total: euro(amount) },
        card: None,
        address: None,
    }
}

pub(super) fn means() -> Means {
    Means { card: Some(Personal::Clear("tok_ok".parse().unwrap())), address: Some("ad".repeat(16).parse().unwrap()) }
}

pub(super) fn candidates(of: &[(&str, &[(&str, u64)])]) -> BTreeMap<Sku, Vec<Candidate>> {
    let candidate = |(name, available): &(&str, u64)| Candidate { warehouse: warehouse(name), available: *available };
    of.iter().map(|(name, places)| (sku(name), places.iter().map(candidate).collect())).collect()
}

/// The reservation that the intent of a version asked for.
pub(super) fn asked(version: u64, place: &str, name: &str) -> StockPosition {
    StockPosition { warehouse: warehouse(place), sku: sku(name), reservation: Some(Version(version)) }
}

/// A reservation of [`Story::reserving`].
pub(super) fn at(place: &str, name: &str) -> StockPosition {
    asked(if name == "mug" { 4 } else { 5 }, place, name)
}

/// A warehouse holds all that it was asked for.
pub(super) fn reserved(at: StockPosition) -> Outcome {
    Outcome::Reserved { at, quantity: 4.try_into().unwrap(), candidates: None }
}

/// A warehouse has nothing, and no other one has.
pub(super) fn rejected(at: StockPosition) -> Outcome {
    Outcome::Rejected { at, candidates: vec![] }
}

pub(super) fn paid(outcome: PaymentOutcome) -> Outcome {
    Outcome::Payment { attempt: crate::values::Attempt::FIRST, outcome }
}

pub(super) fn parcel(place: &str, outcome: ShipmentOutcome) -> Outcome {
    Outcome::Shipment { warehouse: warehouse(place), outcome }
}

/// The shipment of a warehouse was packed after this number of withdrawals.
pub(super) fn packed(place: &str, number: u32) -> Outcome {
    parcel(place, ShipmentOutcome::Packed { shipment: shipment(place), number })
}

pub(super) fn created(place: &str) -> Outcome {
    packed(place, 0)
}

/// The id of a warehouse's shipment, for tests.
pub(super) fn shipment(place: &str) -> crate::values::ShipmentId {
    crate::values::ShipmentId::of(&"b".repeat(32).parse().unwrap(), &warehouse(place))
}

pub(super) fn shipped() -> Outcome {
    Outcome::Shipped { tracking: [(shipment("berlin"), "1Z".parse().unwrap())].into() }
}

pub(super) fn stop(reason: Failure) -> Event {
    Event::FailureRequested { reason }
}

pub(super) fn release(place: &str, name: &str) -> Event {
    Event::ReservationReleaseRequested(at(place, name))
}

impl Story {
    /// A checkout of this number of products, four of each, for this amount.
    pub(super) fn begun(skus: &[&str], amount: i64) -> Self {
        let mut story = Self { events: vec![], now: Timestamp(1_000) };
        story.decide(&Command::Start { placement: placement(skus, amount), at: story.now });
        story
    }

    /// An order of mugs and pots that wait in berlin, and of the mugs also in bonn.
    pub(super) fn reserving() -> Self {
        let mut story = Self::begun(&["mug", "pot"], 100);
        let candidates = candidates(&[("mug", &[("berlin", 9), ("bonn", 9)]), ("pot", &[("berlin", 9)])]);
        story.note(Outcome::Placed { candidates, means: means() });
        story
    }

    pub(super) fn paying() -> Self {
        Self::reserving().after(&[reserved(at("berlin", "mug")), reserved(at("berlin", "pot"))])
    }

    pub(super) fn confirming() -> Self {
        Self::paying().after(&[paid(PaymentOutcome::Authorised { expires_at: None })])
    }

    /// With an invoice and a shipment.
    pub(super) fn confirmed() -> Self {
        Self::confirming().after(&[Outcome::Confirmed, Outcome::Invoice(InvoiceOutcome::Issued), created("berlin")])
    }

    /// What the process does about a command, from now on part of the story. Again, it does nothing.
    pub(super) fn decide(&mut self, command: &Command) -> Vec<Event> {
        let decided = Fulfilment::decide(&self.state(), command).unwrap();
        self.events.extend(decided.clone());
        assert_eq!(Fulfilment::decide(&self.state(), command), Ok(vec![]), "{command:?} again");
        decided
    }

    /// What the process does about an outcome.
    pub(super) fn note(&mut self, outcome: Outcome) -> Vec<Event> {
        self.now = self.now.next();
        self.decide(&Command::Note { outcome, at: self.now })
    }

    /// The version of the last event that is this one.
    pub(super) fn intent_of(&self, intent: &Event) -> Version {
        let place = self.events.iter().rposition(|event| event == intent).unwrap();
        Version(u64::try_from(place).unwrap() + 1)
    }

    pub(super) fn after(mut self, outcomes: &[Outcome]) -> Self {
        for outcome in outcomes {
            self.note(outcome.clone());
        }
        self
    }

    /// What the process does when its next deadline passes.
    pub(super) fn pass_deadline(&mut self) -> Vec<Event> {
        let (_, at) = self.process().next_deadline().unwrap();
        self.now = at;
        self.decide(&Command::PassDeadline { now: at })
    }

    pub(super) fn state(&self) -> State {
        fold::<Fulfilment>(State::NotStarted, &self.events)
    }

    pub(super) fn process(&self) -> Process {
        match self.state() {
            State::Started(process) => *process,
            State::NotStarted => panic!("not started"),
        }
    }

    /// The version of the last request for a reservation.
    pub(super) fn last_asked(&self) -> u64 {
        let last = self.events.iter().rposition(|event| matches!(event, Event::ReservationRequested { .. }));
        last.map_or(0, |place| place as u64 + 1)
    }

    /// What it waits for: the version of the intent, and the stream.
    pub(super) fn awaited(&self) -> Vec<(Option<u64>, String)> {
        let order = "b".repeat(32).parse().unwrap();
        let awaited = self.process().awaited(&order);
        awaited.into_iter().map(|awaited| (awaited.intent.map(|intent| intent.0), awaited.stream.to_string())).collect()
    }
}

/// What was decided, but for the deadlines.
pub(super) fn without_deadlines(events: Vec<Event>) -> Vec<Event> {
    events.into_iter().filter(|event| !matches!(event, Event::DeadlineSet { .. })).collect()
}
