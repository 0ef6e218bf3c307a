//! The content of an opened account: its addresses, its cards, and the default of each.

use crate::order::{Failure, Placement};
use crate::values::{Address, AddressId, Card, CardChoice, CardId, CardToken, MaskedCard, Means, Personal, Profile};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The status of an account. It decides which commands and orders the account can give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum Status {
    /// The account was opened. Its owner can add addresses and cards, but not buy.
    Created,
    /// The identity of its owner was confirmed. It cannot buy yet.
    Confirmed,
    /// The account can buy.
    Active,
    /// The account is suspended: it can neither buy nor change.
    Suspended,
    /// The account is archived: it can neither buy nor change.
    Archived,
    /// Its owner deleted the account. It stays so.
    Closed,
}

/// An account that was opened. `C` is the form in which it keeps its cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedAccount<C = Card> {
    /// Its status.
    pub status: Status,
    /// The profile of its owner.
    pub profile: Personal<Profile>,
    /// Its addresses, oldest first.
    pub addresses: Vec<Entry>,
    /// Its cards, oldest first.
    pub cards: Vec<C>,
    /// The default addresses that its owner chose.
    pub(super) chosen_addresses: BTreeMap<AddressKind, AddressId>,
    /// The default card that its owner chose.
    pub(super) chosen_card: Option<CardId>,
}

/// The use of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// The shop ships goods to it.
    Shipping,
    /// The shop puts it on invoices.
    Billing,
}

/// An address of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Its id, unique in the account.
    pub id: AddressId,
    /// Its use.
    pub kind: AddressKind,
    /// The postal address.
    pub address: Personal<Address>,
}

impl Entry {
    /// Whether it is the same address for the same use.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.kind == other.kind && self.address.is_same(&other.address)
    }
}

/// The form in which an account keeps a card.
pub trait KeptCard: From<Card> {
    /// The id of the card in its account.
    fn id(&self) -> CardId;
}

impl KeptCard for Card {
    fn id(&self) -> CardId {
        Card::id(self)
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

    /// The default card: the chosen one, or else the oldest one.
    #[must_use]
    pub fn default_card(&self) -> Option<&C> {
        self.chosen_card.as_ref().and_then(|id| self.card(id)).or_else(|| self.cards.first())
    }

    /// The default address of a kind: the chosen one, or else the oldest one.
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

    /// The token of a choice: that of the account's card with this id, or else the choice itself if it is a token.
    pub(super) fn chosen(&self, choice: &CardChoice) -> Option<Personal<CardToken>> {
        let own = self.cards.iter().find(|card| card.id().as_str() == choice.as_str());
        own.map(|card| card.token.clone()).or_else(|| choice.token().map(Personal::Clear))
    }
}
