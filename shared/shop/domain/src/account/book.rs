//! What an account holds: its addresses and cards, and which of them are taken where none is given.

use super::{Event, MOST_ADDRESSES, MOST_CARDS, Refusal, Status};
use crate::order::{Failure, Placement};
use crate::values::{Address, AddressId, Card, CardChoice, CardId, CardToken, MaskedCard, Means, Personal, Profile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An account that was opened, and what is kept of its cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedAccount<C = Card> {
    /// What it may do.
    pub status: Status,
    /// Who it belongs to.
    pub profile: Personal<Profile>,
    /// Its addresses, the one longest there first.
    pub addresses: Vec<Entry>,
    /// Its cards, the one longest there first.
    pub cards: Vec<C>,
    /// The addresses that were chosen to be taken where none is given.
    chosen_addresses: BTreeMap<AddressKind, AddressId>,
    /// The card that was chosen to be charged where none is given.
    chosen_card: Option<CardId>,
}

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// Goods go there.
    Shipping,
    /// Invoices go there.
    Billing,
}

/// An address of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// What names it.
    pub id: AddressId,
    /// What it is for.
    pub kind: AddressKind,
    /// Where it is.
    pub address: Personal<Address>,
}

/// What is kept of a card, by which it is found again.
pub trait KeptCard: From<Card> {
    /// What names it among the cards of its account.
    fn id(&self) -> CardId;
}

impl KeptCard for Card {
    fn id(&self) -> CardId {
        self.token.id()
    }
}

impl KeptCard for MaskedCard {
    fn id(&self) -> CardId {
        self.id.clone()
    }
}

impl<C: KeptCard> OpenedAccount<C> {
    pub(crate) fn opened(profile: Personal<Profile>) -> Self {
        Self {
            status: Status::Created,
            profile,
            addresses: vec![],
            cards: vec![],
            chosen_addresses: BTreeMap::new(),
            chosen_card: None,
        }
    }

    /// The card that is charged where none is given: the chosen one, else the one longest there.
    #[must_use]
    pub fn default_card(&self) -> Option<&C> {
        self.chosen_card.as_ref().and_then(|id| self.card(id)).or_else(|| self.cards.first())
    }

    /// The address of a kind that is taken where none is given: the chosen one, else the one longest there.
    #[must_use]
    pub fn default_address(&self, kind: AddressKind) -> Option<&Entry> {
        let chosen = self.chosen_addresses.get(&kind).and_then(|id| self.address(id));
        chosen.or_else(|| self.addresses.iter().find(|entry| entry.kind == kind))
    }

    fn address(&self, id: &AddressId) -> Option<&Entry> {
        self.addresses.iter().find(|entry| entry.id == *id)
    }

    fn card(&self, id: &CardId) -> Option<&C> {
        self.cards.iter().find(|card| card.id() == *id)
    }

    pub(crate) fn evolve(mut self, event: &Event) -> Self {
        match event.clone() {
            Event::AccountOpened { profile } => self.profile = profile,
            Event::AccountConfirmed {} => self.status = Status::Confirmed,
            Event::AccountActivated {} => self.status = Status::Active,
            Event::AccountSuspended {} => self.status = Status::Suspended,
            Event::AccountArchived {} => self.status = Status::Archived,
            Event::AddressAdded(entry) => self.addresses.push(entry),
            Event::AddressRemoved { id } => {
                self.addresses.retain(|entry| entry.id != id);
                self.chosen_addresses.retain(|_, chosen| *chosen != id);
            }
            Event::DefaultAddressChosen { id } => {
                if let Some(kind) = self.address(&id).map(|entry| entry.kind) {
                    self.chosen_addresses.insert(kind, id);
                }
            }
            Event::CardAdded(card) => self.cards.push(card.into()),
            Event::CardRemoved { id } => {
                self.cards.retain(|card| card.id() != id);
                self.chosen_card = self.chosen_card.filter(|chosen| *chosen != id);
            }
            Event::DefaultCardChosen { id } => self.chosen_card = Some(id),
        }
        self
    }
}

impl OpenedAccount {
    pub(super) fn means(&self, order: &Placement) -> Result<Means, Failure> {
        if self.status != Status::Active {
            return Err(Failure::AccountNotActive);
        }
        let address = match &order.address {
            Some(id) => match self.address(id) {
                Some(entry) if entry.kind == AddressKind::Shipping => Some(entry),
                Some(_) | None => return Err(Failure::UnknownAddress),
            },
            None => self.default_address(AddressKind::Shipping),
        };
        let card = match order.card.as_ref() {
            Some(choice) => self.chosen(choice),
            None => self.default_card().map(|card| card.token.clone()),
        };
        if card.is_none() && order.totals.total.amount() > 0 {
            return Err(Failure::NoCard);
        }
        Ok(Means { card, address: address.map(|entry| entry.id.clone()) })
    }

    /// The account's own card of that id, or whatever token it is.
    fn chosen(&self, choice: &CardChoice) -> Option<CardToken> {
        let own = self.cards.iter().find(|card| card.id().as_str() == choice.as_str());
        own.map(|card| card.token.clone()).or_else(|| choice.token())
    }

    pub(super) fn add_address(&self, entry: &Entry) -> Result<Vec<Event>, Refusal> {
        match self.address(&entry.id) {
            Some(there) if there == entry => Ok(vec![]),
            Some(_) => Err(Refusal::AddressTaken),
            None if self.addresses.len() >= MOST_ADDRESSES => Err(Refusal::TooManyAddresses),
            None => Ok(vec![Event::AddressAdded(entry.clone())]),
        }
    }

    pub(super) fn remove_address(&self, id: &AddressId) -> Vec<Event> {
        self.address(id).map(|entry| Event::AddressRemoved { id: entry.id.clone() }).into_iter().collect()
    }

    pub(super) fn choose_address(&self, id: &AddressId) -> Result<Vec<Event>, Refusal> {
        let entry = self.address(id).ok_or(Refusal::UnknownAddress)?;
        let chosen = self.chosen_addresses.get(&entry.kind) == Some(id);
        Ok(if chosen { vec![] } else { vec![Event::DefaultAddressChosen { id: id.clone() }] })
    }

    pub(super) fn add_card(&self, card: &Card) -> Result<Vec<Event>, Refusal> {
        match self.card(&card.id()) {
            Some(there) if there == card => Ok(vec![]),
            Some(_) => Err(Refusal::CardTaken),
            None if self.cards.len() >= MOST_CARDS => Err(Refusal::TooManyCards),
            None => Ok(vec![Event::CardAdded(card.clone())]),
        }
    }

    pub(super) fn remove_card(&self, id: &CardId) -> Vec<Event> {
        self.card(id).map(|card| Event::CardRemoved { id: card.id() }).into_iter().collect()
    }

    pub(super) fn choose_card(&self, id: &CardId) -> Result<Vec<Event>, Refusal> {
        let card = self.card(id).ok_or(Refusal::UnknownCard)?;
        let chosen = self.chosen_card.as_ref() == Some(id);
        Ok(if chosen { vec![] } else { vec![Event::DefaultCardChosen { id: card.id() }] })
    }
}
