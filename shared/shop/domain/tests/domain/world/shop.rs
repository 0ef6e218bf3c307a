//! A shop in memory: every stream by its decider, every owner's reactions, and messages that come in any order and more
//! than once. What a message caused is recognised by the message, as the kernel does it by the id of the command.

use crate::world::rules;
use foldlog::write::decider::decide;
use foldlog::{Decider, Timestamp, Version};
use shop_domain::fulfilment::{self, Candidate, Outcome};
use shop_domain::order::{Failure, Placement};
use shop_domain::values::{Means, OrderId, PaymentId, ShipmentId, Sku, WarehouseId};
use shop_domain::{invoice, order, payment, shipment, stock};
use std::collections::{BTreeMap, BTreeSet};

/// One stream: its state, and how many commits and events it has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream<S> {
    pub(crate) state: S,
    pub(crate) commits: u64,
    pub(crate) events: u64,
}

/// Where a stock is.
pub(crate) type Place = (WarehouseId, Sku);

/// A reservation, as the log says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reservation {
    pub(crate) quantity: u64,
    pub(crate) closed: bool,
}

/// What the payment provider does with an order's card.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Provider {
    /// Holds the amount at once, and takes it when asked.
    Authorises,
    /// Holds the amount when it gets round to it.
    AuthorisesLate,
    /// Takes the amount at once.
    Captures,
    /// Will not have the card.
    Declines,
    /// Holds the amount, and refuses to take it; some time later it takes it all the same.
    FailsToCapture,
    /// Releases its first two holds by itself some time later.
    Lapses,
    /// Its first two holds are gone, which it says only if it is asked to take or release them.
    Expires,
    /// Takes another amount at the first two attempts.
    TakesLess,
    /// Gives what it took back some time later.
    Returns,
    /// Gives one minor unit back some time later.
    ReturnsPart,
    /// Refuses to give parts back for returns; some time later somebody gives them back by hand.
    RefusesParts,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// To the process of an order.
    Outcome(OrderId, Outcome),
    /// From the process of an order, with its version there.
    Intent(OrderId, u64, fulfilment::Event),
    /// To a payment, from the provider.
    Payment(PaymentId, payment::Command),
}

/// The shop.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) processes: BTreeMap<OrderId, Stream<fulfilment::State>>,
    pub(crate) orders: BTreeMap<OrderId, Stream<order::State>>,
    pub(crate) payments: BTreeMap<PaymentId, Stream<payment::State>>,
    pub(crate) invoices: BTreeMap<OrderId, Stream<invoice::State>>,
    pub(crate) shipments: BTreeMap<ShipmentId, Stream<shipment::State>>,
    pub(crate) stocks: BTreeMap<Place, Stream<stock::State>>,
    pub(crate) accounts: BTreeMap<OrderId, Result<Means, Failure>>,
    pub(crate) providers: BTreeMap<OrderId, Provider>,
    pub(crate) on_the_way: Vec<Message>,
    /// Every reservation that the log of a stock names.
    pub(crate) reservations: BTreeMap<(Place, OrderId, Version), Reservation>,
    /// What was given back by hand of each payment, in parts.
    pub(crate) by_hand: BTreeMap<PaymentId, i64>,
    /// The lines whose goods were not there at some moment.
    pub(crate) scarce: BTreeSet<(OrderId, Sku)>,
    done: BTreeSet<(OrderId, u64)>,
    now: i64,
}

/// Carries out a command: the events, none where it is refused.
pub(crate) fn execute<D: Decider>(stream: &mut Stream<D::State>, command: &D::Command) -> Vec<D::Event> {
    let events = decide::<D>(&stream.state, command).unwrap_or_default();
    if !events.is_empty() {
        stream.commits += 1;
        stream.events += events.len() as u64;
    }
    for event in &events {
        stream.state = D::evolve(stream.state.clone(), event);
    }
    events
}

impl World {
    pub(crate) fn check_out(
        &mut self,
        id: &OrderId,
        placement: Placement,
        account: Result<Means, Failure>,
        provider: Provider,
    ) {
        self.accounts.insert(id.clone(), account);
        self.providers.insert(id.clone(), provider);
        let command = fulfilment::Command::Start { placement, at: self.tick() };
        self.process(id, &command);
    }

    fn tick(&mut self) -> Timestamp {
        self.now += 1;
        Timestamp(self.now)
    }

    /// The process's own commands: it writes its own stream alone, and what it wants goes to the owners.
    pub(crate) fn process(&mut self, id: &OrderId, command: &fulfilment::Command) {
        let stream = self.processes.entry(id.clone()).or_default();
        let first = stream.events + 1;
        let events = execute::<fulfilment::Fulfilment>(stream, command);
        let intents = (first..).zip(events).map(|(version, event)| Message::Intent(id.clone(), version, event));
        self.on_the_way.extend(intents);
    }

    pub(crate) fn deliver(&mut self, message: Message) {
        match message {
            Message::Outcome(id, Outcome::Placed { means, .. }) => {
                let outcome = Outcome::Placed { candidates: self.candidates(), means };
                self.note(&id, outcome);
            }
            Message::Outcome(id, Outcome::Reserved { at, quantity, candidates: Some(_) }) => {
                let candidates = Some(self.candidates_of(&at.sku));
                self.note(&id, Outcome::Reserved { at, quantity, candidates });
            }
            Message::Outcome(id, Outcome::Rejected { at, .. }) => {
                let candidates = self.candidates_of(&at.sku);
                self.note(&id, Outcome::Rejected { at, candidates });
            }
            Message::Outcome(id, Outcome::Withdrawn { warehouse, sku, number, .. }) => {
                let candidates = self.candidates_of(&sku);
                self.note(&id, Outcome::Withdrawn { warehouse, sku, number, candidates });
            }
            Message::Outcome(id, outcome) => self.note(&id, outcome),
            Message::Payment(id, command) => self.pay(&id, &command),
            Message::Intent(id, version, event) => {
                if self.done.insert((id.clone(), version)) {
                    self.react(&id, Version(version), event);
                }
            }
        }
        rules::note_scarce(self);
        rules::hold_always(self);
    }

    fn note(&mut self, id: &OrderId, outcome: Outcome) {
        let at = self.tick();
        self.process(id, &fulfilment::Command::Note { outcome, at });
    }

    pub(crate) fn pass_deadline(&mut self, id: &OrderId) {
        let fulfilment::State::Started(process) = &self.processes[id].state else { return };
        if let Some(now) = process.next_due() {
            self.process(id, &fulfilment::Command::PassDeadline { now });
        }
    }

    /// What a view shows of all warehouses.
    fn candidates(&self) -> BTreeMap<Sku, Vec<Candidate>> {
        let mut candidates: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for ((warehouse, sku), stock) in &self.stocks {
            let candidate = Candidate { warehouse: warehouse.clone(), available: stock.state.available() };
            candidates.entry(sku.clone()).or_default().push(candidate);
        }
        candidates
    }

    fn candidates_of(&self, sku: &Sku) -> Vec<Candidate> {
        self.candidates().remove(sku).unwrap_or_default()
    }

    /// Delivers all that is on the way, the last first.
    pub(crate) fn drain(&mut self) {
        while let Some(message) = self.on_the_way.pop() {
            self.deliver(message);
        }
    }
}
