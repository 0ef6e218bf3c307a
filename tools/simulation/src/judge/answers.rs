//! Whether the answers to all clients were true.

use super::moments::{Moments, Window};
use super::recording::Recording;
use super::violation::{Invariant, Violation, unreadable};
use crate::actions::{Answer, BRAND, ClientAction, ClientRecord, DIGITS, EMAIL, PERSON, REASON, TAX};
use crate::keys::{card_id, with_sealer};
use crate::wire::STAFF;
use foldlog::write::decider::decide;
use foldlog::{Commit, Decider, Named, StreamName};
use iso_currency::Currency;
use shop_domain::cart::{Action, Offer};
use shop_domain::values::{AccountId, Card, CardToken, Money, Personal, Profile, Quantity, Sku, WarehouseId};
use shop_domain::{account, cart, fulfilment, order, product, shipment, stock};
use std::collections::{BTreeMap, BTreeSet};

/// The judge tries at most this number of combinations of product states.
const MOST_COMBINATIONS: usize = 1_024;

/// The result that a command may have had in a state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Nothing,
    Appends,
    Refused(String),
}

pub(super) fn judge(recording: &Recording, moments: &Moments<'_>) -> Result<(), Violation> {
    let mut by_key: BTreeMap<&str, Vec<&Commit>> = BTreeMap::new();
    for commit in &recording.commits {
        if let Some(key) = commit.correlation.client.as_deref().filter(|_| commit.causation.is_none()) {
            by_key.entry(key).or_default().push(commit);
        }
    }
    let mut askings: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &recording.records {
        *askings.entry(&record.key).or_default() += 1;
    }
    for record in &recording.records {
        let appended = by_key.get(record.key.as_str()).map_or(&[][..], Vec::as_slice);
        // A try without an answer, or a simultaneous one, may have had another result.
        let alone = record.open_tries == 0 && askings.get(record.key.as_str()) == Some(&1);
        once(record, alone, appended)?;
        truly(record, appended, recording, moments)?;
    }
    answered_once(&recording.commits)
}

/// No stream reacts twice in the same way to the same event. (A payment may be created first and get its answer later.)
fn answered_once(commits: &[Commit]) -> Result<(), Violation> {
    let mut reactions = BTreeSet::new();
    for commit in commits {
        let Some(cause) = &commit.causation else { continue };
        let records = commit.events.records().map_err(|error| unreadable(&commit.stream, error))?;
        for record in records {
            if !reactions.insert((&commit.stream, cause, record.name.into_owned(), record.data.get().to_owned())) {
                let detail = format!("{} answers {cause} more than once, at {}", commit.stream, commit.version);
                return Err(Violation::new(Invariant::AnsweredOnce, detail));
            }
        }
    }
    Ok(())
}

/// An acknowledged command is in the log once, at the version of its answer; any other at most once.
fn once(record: &ClientRecord, alone: bool, appended: &[&Commit]) -> Result<(), Violation> {
    let wrong = |detail: String| Err(Violation::new(Invariant::AppendedOnce, format!("{record:?}: {detail}")));
    match (appended, &record.answer) {
        ([], _) | ([_], Answer::Unknown) => Ok(()),
        ([commit], Answer::Done { version }) => {
            if commit.last_version() == *version || !alone {
                Ok(())
            } else {
                wrong(format!("its commit is at {}", commit.last_version()))
            }
        }
        ([_], Answer::Refused { .. }) if !alone => Ok(()),
        ([commit], Answer::Refused { .. }) => wrong(format!("and yet there is {}@{}", commit.stream, commit.version)),
        (several, _) => wrong(format!("it is in the log {} times", several.len())),
    }
}

/// A refusal, or an answer that nothing changed, was true at some moment of the last try.
fn truly(
    record: &ClientRecord,
    appended: &[&Commit],
    recording: &Recording,
    moments: &Moments<'_>,
) -> Result<(), Violation> {
    let claimed = match &record.answer {
        Answer::Done { .. } if appended.is_empty() => End::Nothing,
        Answer::Refused { problem } => End::Refused(problem.clone()),
        Answer::Done { .. } | Answer::Unknown => return Ok(()),
    };
    let invalid =
        |error: &dyn std::fmt::Display| Violation::new(Invariant::TrueAnswers, format!("{record:?}: {error}"));
    let account = record.account(&recording.issuer).ok_or_else(|| invalid(&"the client has no account"))?;
    let Some(stream) = record.action.stream(&account) else {
        return Err(invalid(&"a cart that is opened is a new one"));
    };
    let is_staff = record.subject.starts_with(STAFF);
    let met = Met { moments, stream: &stream, window: record.window, is_staff };
    let possible = met.possible(&record.action, &account)?;
    if possible.contains(&claimed) {
        return Ok(());
    }
    let detail = format!("{record:?}: it could have come to {possible:?}");
    Err(Violation::new(if claimed == End::Nothing { Invariant::AppendedOnce } else { Invariant::TrueAnswers }, detail))
}

/// The states that an action may have met: those of its stream during a window.
#[derive(Clone, Copy)]
struct Met<'a> {
    moments: &'a Moments<'a>,
    stream: &'a StreamName,
    window: Window,
    /// Whether the client is one of the staff.
    is_staff: bool,
}

impl Met<'_> {
    /// All results that the action may have had.
    fn possible(self, action: &ClientAction, by: &AccountId) -> Result<BTreeSet<End>, Violation> {
        let products = |command| self.ends::<product::Product>(&command);
        let accounts = |command| self.ends::<account::Account>(&command);
        let orders = |command| self.ends::<order::Order>(&command);
        match action {
            ClientAction::RegisterProduct { sku, price } => {
                let (name, price) = (text(sku.as_str())?, euro(*price)?);
                let product = product::Registration { name, description: None, category: None, price };
                products(product::Command::Register { product, shop_currency: Currency::EUR })
            }
            ClientAction::RepriceProduct { price, .. } => products(product::Command::Reprice(euro(*price)?)),
            ClientAction::ListProduct { .. } => products(product::Command::List),
            ClientAction::DelistProduct { .. } => products(product::Command::Delist),
            ClientAction::ReceiveStock { sku, quantity, .. } => {
                // No action closes a warehouse.
                let (quantity, intake) = (count(*quantity)?, stock::Intake::Open);
                self.stocks(sku, &stock::Command::Receive { quantity, delivery_note: None, intake })
            }
            ClientAction::AdjustStock { sku, on_hand, .. } => {
                let (cause, reason) = (stock::Discrepancy::default(), text(REASON)?);
                self.stocks(sku, &stock::Command::Adjust { on_hand: *on_hand, cause, reason })
            }
            ClientAction::OpenAccount {} => {
                let profile = Profile { name: text(PERSON)?, email: text(EMAIL)? };
                let sealed = with_sealer(by, |sealer| profile.sealed(sealer)).map_err(|error| wrong(&error))?;
                accounts(account::Command::Open(sealed))
            }
            ClientAction::ConfirmAccount { .. } => accounts(account::Command::Confirm),
            ClientAction::ActivateAccount { .. } => accounts(account::Command::Activate),
            ClientAction::SuspendAccount { .. } => accounts(account::Command::Suspend),
            ClientAction::CloseAccount { .. } => {
                // Which orders are open is read from a view, which may be behind.
                let ends = [true, false].map(|has_open_orders| accounts(account::Command::Close { has_open_orders }));
                ends.into_iter().collect::<Result<Vec<_>, _>>().map(|ends| ends.into_iter().flatten().collect())
            }
            ClientAction::AddCard { token, .. } => {
                let (brand, last4) = (text(BRAND)?, text(DIGITS)?);
                let card = with_sealer(by, |sealer| Card::sealed(sealer, token, &brand, &last4));
                accounts(account::Command::AddCard(card.map_err(|error| wrong(&error))?))
            }
            ClientAction::RemoveCard { token, .. } => accounts(account::Command::RemoveCard { id: card_id(by, token) }),
            ClientAction::OpenCart {} => self.carts(by, |_| Ok(vec![Action::Open])),
            ClientAction::AddItem { sku, quantity, .. } => {
                let (quantity, offers) = (count(*quantity)?, self.offers(sku)?);
                let action = |offer: &Offer| Action::AddItem { sku: sku.clone(), quantity, offer: *offer };
                self.carts(by, |_| Ok(offers.iter().map(action).collect()))
            }
            ClientAction::ChangeQuantity { sku, quantity, .. } => {
                let quantity = count(*quantity)?;
                self.carts(by, |_| Ok(vec![Action::ChangeQuantity { sku: sku.clone(), quantity }]))
            }
            ClientAction::RemoveItem { sku, .. } => {
                self.carts(by, |_| Ok(vec![Action::RemoveItem { sku: sku.clone() }]))
            }
            ClientAction::ClearCart { .. } => self.carts(by, |_| Ok(vec![Action::Clear])),
            ClientAction::CheckOut { total, .. } => {
                let shown = total.map(euro).transpose()?;
                self.carts(by, |state| self.check_outs(state, shown))
            }
            ClientAction::CancelOrder { .. } => orders(order::Command::Cancel { by: self.sender(by), reason: None }),
            ClientAction::RefuseOrder { .. } => {
                orders(order::Command::Cancel { by: self.sender(by), reason: Some(Personal::Clear(text(REASON)?)) })
            }
            ClientAction::WithdrawReservation { warehouse, sku, .. } => self.withdrawals(warehouse, sku),
            ClientAction::ShipOrder { .. } => orders(order::Command::Ship { tracking: BTreeMap::new() }),
            ClientAction::PayOrder { account, card, .. } => self.payments(by, account, card),
            ClientAction::WriteOffOrder { .. } => orders(order::Command::WriteOff { reason: text(REASON)? }),
            ClientAction::ReturnGoods { goods, refund, warehouse, .. } => {
                let goods = goods.iter().map(|(sku, quantity)| Ok((sku.clone(), count(*quantity)?)));
                // No action closes a warehouse.
                let open = |warehouse: &WarehouseId| order::Shelf {
                    warehouse: warehouse.clone(),
                    intake: stock::Intake::Open,
                };
                orders(order::Command::TakeBack(order::TakeBack {
                    goods: goods.collect::<Result<_, Violation>>()?,
                    refund: refund.map(euro).transpose()?,
                    shelf: warehouse.as_ref().map(open),
                    reason: text(REASON)?,
                }))
            }
            ClientAction::DeliverShipment { .. } => self.ends::<shipment::Shipment>(&shipment::Command::Deliver),
        }
    }

    fn sender(self, by: &AccountId) -> order::Sender {
        if self.is_staff { order::Sender::Staff } else { order::Sender::Account(by.clone()) }
    }

    /// The results of a payment with a card of an account, whether the account has it or not.
    fn payments(self, by: &AccountId, account: &AccountId, card: &CardToken) -> Result<BTreeSet<End>, Violation> {
        let id = card_id(account, card);
        let mut ends = BTreeSet::new();
        for state in
            self.moments.states::<account::Account>(&StreamName::of::<account::Account>(account), self.window)?
        {
            match state.card(&id) {
                Some(card) => {
                    ends.extend(self.ends::<order::Order>(&order::Command::ReplaceCard { by: self.sender(by), card })?);
                }
                None => drop(ends.insert(End::Refused("not-found".to_owned()))),
            }
        }
        Ok(ends)
    }

    /// The results of a withdrawal, with each standing of the order's process.
    fn withdrawals(self, warehouse: &WarehouseId, sku: &Sku) -> Result<BTreeSet<End>, Violation> {
        let order = self.stream.id_of::<order::Order>().ok_or_else(|| wrong(&self.stream))?;
        let process = StreamName::of::<fulfilment::Fulfilment>(&order);
        let is_held = |state: &fulfilment::State| match state {
            fulfilment::State::Started(process) => process.is_held(warehouse, sku),
            fulfilment::State::NotStarted => false,
        };
        let standings = self.moments.states::<fulfilment::Fulfilment>(&process, self.window)?;
        let mut ends = BTreeSet::new();
        for is_held in standings.iter().map(is_held).collect::<BTreeSet<_>>() {
            let (warehouse, sku, reason) = (warehouse.clone(), sku.clone(), text(REASON)?);
            let command = order::Command::WithdrawReservation { warehouse, sku, is_held, reason };
            ends.extend(self.ends::<order::Order>(&command)?);
        }
        Ok(ends)
    }

    /// The results that a command may have had.
    fn ends<D: Decider>(self, command: &D::Command) -> Result<BTreeSet<End>, Violation> {
        let states = self.moments.states::<D>(self.stream, self.window)?;
        Ok(states.iter().map(|state| end::<D>(state, command)).collect())
    }

    /// The results of an action on a cart, of which there may be several in each state.
    fn carts(
        self,
        by: &AccountId,
        actions: impl Fn(&cart::State) -> Result<Vec<Action>, Violation>,
    ) -> Result<BTreeSet<End>, Violation> {
        let mut ends = BTreeSet::new();
        for state in self.moments.states::<cart::Cart>(self.stream, self.window)? {
            let commands = actions(&state)?.into_iter().map(|action| cart::Command { by: by.clone(), action });
            ends.extend(commands.map(|command| end::<cart::Cart>(&state, &command)));
        }
        Ok(ends)
    }

    /// The checkouts of a cart, with each combination of offers.
    fn check_outs(self, state: &cart::State, shown: Option<Money>) -> Result<Vec<Action>, Violation> {
        let mut ways: Vec<BTreeMap<Sku, Offer>> = vec![BTreeMap::new()];
        for line in state.lines() {
            let offers = self.offers(&line.sku)?;
            let with = |way: &BTreeMap<Sku, Offer>, offer: &Offer| {
                let mut way = way.clone();
                way.insert(line.sku.clone(), *offer);
                way
            };
            ways = ways.iter().flat_map(|way| offers.iter().map(|offer| with(way, offer))).collect();
            ways.truncate(MOST_COMBINATIONS);
        }
        let tax_rate = text(TAX)?;
        let check_out = |offers| Action::CheckOut {
            offers,
            categories: BTreeMap::new(),
            tax_rate,
            card: None,
            address: None,
            shown,
        };
        Ok(ways.into_iter().map(check_out).collect())
    }

    /// Only registered products have stock.
    fn stocks(self, sku: &Sku, command: &stock::Command) -> Result<BTreeSet<End>, Violation> {
        let mut ends = self.ends::<stock::Stock>(command)?;
        if self.offers(sku)?.contains(&Offer::Unknown) {
            ends.insert(End::Refused("not-found".to_owned()));
        }
        Ok(ends)
    }

    /// The offers of a product.
    fn offers(self, sku: &Sku) -> Result<Vec<Offer>, Violation> {
        let stream = StreamName::of::<product::Product>(sku);
        let offer = |state: product::State| match state {
            product::State::Unregistered => Offer::Unknown,
            product::State::Unlisted(_) => Offer::NotListed,
            product::State::Listed(product) => Offer::At(product.price),
        };
        Ok(self.moments.states::<product::Product>(&stream, self.window)?.into_iter().map(offer).collect())
    }
}

fn end<D: Decider>(state: &D::State, command: &D::Command) -> End {
    match decide::<D>(state, command) {
        Ok(events) if events.is_empty() => End::Nothing,
        Ok(_) => End::Appends,
        Err(refusal) => End::Refused(refusal.name().to_owned()),
    }
}

fn euro(amount: i64) -> Result<Money, Violation> {
    Money::new(amount, Currency::EUR).map_err(|error| wrong(&error))
}

fn count(of: u32) -> Result<Quantity, Violation> {
    u64::from(of).try_into().map_err(|error| wrong(&error))
}

fn text<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Violation> {
    text.parse().map_err(|error: T::Err| wrong(&error))
}

fn wrong(error: &dyn std::fmt::Display) -> Violation {
    Violation::new(Invariant::TrueAnswers, format!("it cannot have been asked for: {error}"))
}
