//! What an account holds: its addresses and cards, and which of them are taken where none is given.

use crate::order::{Failure, Placement};
use crate::values::{Address, AddressId, Card, CardChoice, CardId, CardToken, MaskedCard, Means, Personal, Profile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum Status {
    /// Nothing but be filled in: it was opened.
    Created,
    /// No more than that: they are who they say.
    Confirmed,
    /// Buy.
    Active,
    /// Nothing for a while.
    Suspended,
    /// Nothing.
    Archived,
}

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
    pub(super) chosen_addresses: BTreeMap<AddressKind, AddressId>,
    /// The card that was chosen to be charged where none is given.
    pub(super) chosen_card: Option<CardId>,
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

    pub(super) fn address(&self, id: &AddressId) -> Option<&Entry> {
        self.addresses.iter().find(|entry| entry.id == *id)
    }

    pub(super) fn card(&self, id: &CardId) -> Option<&C> {
        self.cards.iter().find(|card| card.id() == *id)
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
}
