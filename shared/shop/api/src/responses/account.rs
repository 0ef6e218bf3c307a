//! Accounts as their owners and the staff see them.

use foldlog::seal::Unreadable;
use foldlog::{Opener, OwnerKey, StreamName, Version};
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::account::{self, AddressKind, Entry, KeptCard, State, Status};
use shop_domain::values::{
    AccountId, Address, AddressId, CardBrand, CardDigits, CardId, Email, MaskedCard, PersonName, Profile,
};

/// An account. It shows its cards without the tokens that charge them. After its personal data were erased, it shows
/// none of them any more.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Account {
    /// Its id, which is that of its owner.
    pub id: AccountId,
    /// Its version.
    pub version: Version,
    /// Its status.
    pub status: AccountStatus,
    /// The name of its owner. Null if it was erased.
    pub name: Option<PersonName>,
    /// The email address of its owner. Null if it was erased.
    pub email: Option<Email>,
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
    /// The address. It is left out if it was erased.
    #[serde(flatten)]
    pub address: Option<Address>,
}

/// A card of an account.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccountCard {
    /// Its id in the account.
    pub id: CardId,
    /// Its brand. Null if it was erased.
    pub brand: Option<CardBrand>,
    /// The last four digits of its number. Null if they were erased.
    pub last4: Option<CardDigits>,
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
    /// The account of a stream, if it was opened. `key` is that of its personal data; none if they were erased.
    pub fn of(
        id: &AccountId,
        version: Version,
        state: &State,
        key: Option<&OwnerKey>,
    ) -> Result<Option<Self>, Unreadable> {
        match state {
            State::Unopened => Ok(None),
            State::Opened(account) => Self::opened(id, version, account, key).map(Some),
        }
    }

    /// An opened account, with its cards in any stored form.
    pub fn opened<C>(
        id: &AccountId,
        version: Version,
        account: &account::OpenedAccount<C>,
        key: Option<&OwnerKey>,
    ) -> Result<Self, Unreadable>
    where
        C: KeptCard + Clone + Into<MaskedCard>,
    {
        let opener = Opener { key, stream: &StreamName::of::<account::Account>(id) };
        let default_card = account.default_card().map(KeptCard::id);
        let card = |card: &C| {
            let (masked, default): (MaskedCard, _) = (card.clone().into(), Some(card.id()) == default_card);
            let (brand, last4) = masked.opened(&opener)?.unzip();
            Ok(AccountCard { id: masked.id, brand, last4, default })
        };
        let address = |entry: &Entry| {
            let default = account.default_address(entry.kind).is_some_and(|default| default.id == entry.id);
            Ok(AccountAddress { id: entry.id.clone(), kind: entry.kind, default, address: entry.opened(&opener)? })
        };
        let (name, email) =
            Profile::opened(&account.profile, &opener)?.map(|Profile { name, email }| (name, email)).unzip();
        Ok(Self {
            id: id.clone(),
            version,
            status: account.status.into(),
            name,
            email,
            addresses: account.addresses.iter().map(address).collect::<Result<_, _>>()?,
            cards: account.cards.iter().map(card).collect::<Result<_, _>>()?,
        })
    }
}
