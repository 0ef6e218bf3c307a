//! Accounts as their owners and the staff see them.

use foldlog::Version;
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::account::{self, AddressKind, Entry, KeptCard, State, Status};
use shop_domain::values::{AccountId, Address, AddressId, Email, MaskedCard, PersonName};

/// An account. It shows its cards without the tokens that charge them.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Account {
    /// Its id, which is that of its owner.
    pub id: AccountId,
    /// Its version.
    pub version: Version,
    /// Its status.
    pub status: AccountStatus,
    /// The name of its owner.
    pub name: PersonName,
    /// The email address of its owner.
    pub email: Email,
    /// Its addresses, oldest first.
    pub addresses: Vec<AccountAddress>,
    /// Its cards, oldest first.
    pub cards: Vec<AccountCard>,
}

/// The status of an account. Only an active one can place orders.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum AccountStatus {
    Created,
    Confirmed,
    Active,
    Suspended,
    Archived,
}

/// An address of an account.
#[derive(Clone, Serialize, JsonSchema)]
pub struct AccountAddress {
    /// Its id.
    pub id: AddressId,
    /// Its use.
    pub kind: AddressKind,
    /// Whether it is the default address for its use.
    pub default: bool,
    /// The address.
    #[serde(flatten)]
    pub address: Address,
}

/// A card of an account.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccountCard {
    /// Its id, brand and last digits.
    #[serde(flatten)]
    pub card: MaskedCard,
    /// Whether it is the default card.
    pub default: bool,
}

impl From<Status> for AccountStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Created => Self::Created,
            Status::Confirmed => Self::Confirmed,
            Status::Active => Self::Active,
            Status::Suspended => Self::Suspended,
            Status::Archived => Self::Archived,
        }
    }
}

impl Account {
    /// The account of a stream, if it was opened.
    #[must_use]
    pub fn of(id: &AccountId, version: Version, state: &State) -> Option<Self> {
        match state {
            State::Unopened => None,
            State::Opened(account) => Some(Self::opened(id, version, account)),
        }
    }

    /// An opened account, with its cards in any stored form.
    #[must_use]
    pub fn opened<C>(id: &AccountId, version: Version, account: &account::OpenedAccount<C>) -> Self
    where
        C: KeptCard + Clone + Into<MaskedCard>,
    {
        let default_card = account.default_card().map(KeptCard::id);
        let card = |card: &C| AccountCard { card: card.clone().into(), default: Some(card.id()) == default_card };
        let address = |entry: &Entry| AccountAddress {
            id: entry.id.clone(),
            kind: entry.kind,
            default: account.default_address(entry.kind).is_some_and(|default| default.id == entry.id),
            address: entry.address.0.clone(),
        };
        Self {
            id: id.clone(),
            version,
            status: account.status.into(),
            name: account.profile.0.name.clone(),
            email: account.profile.0.email.clone(),
            addresses: account.addresses.iter().map(address).collect(),
            cards: account.cards.iter().map(card).collect(),
        }
    }
}
