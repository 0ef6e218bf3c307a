//! Accounts as their owners and the staff see them.

use super::{PersonalData, Sight};
use foldlog::seal::Unreadable;
use foldlog::{Opener, StreamName, Version};
use schemars::JsonSchema;
use serde::Serialize;
use shop_domain::account::{self, AddressKind, Entry, KeptCard, State, Status};
use shop_domain::values::{
    AccountId, Address, AddressId, CardBrand, CardDigits, CardId, Email, MaskedCard, PersonName, Profile,
};

/// An account. It shows its cards without the tokens that charge them. `personal` says whether it shows the personal data
/// of its owner.
#[derive(Clone, Serialize, JsonSchema)]
pub struct Account {
    /// Its id, which is that of its owner.
    pub id: AccountId,
    /// Its version.
    pub version: Version,
    /// Its status.
    pub status: AccountStatus,
    /// Whether the personal data are shown: name, email address, addresses and cards.
    pub personal: PersonalData,
    /// The name of its owner. Null if it is not shown.
    pub name: Option<PersonName>,
    /// The email address of its owner. Null if it is not shown.
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
    Closed,
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
    /// The address. It is left out if it is not shown.
    #[serde(flatten)]
    pub address: Option<Address>,
}

/// A card of an account.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccountCard {
    /// Its id in the account.
    pub id: CardId,
    /// Its brand. Null if it is not shown.
    pub brand: Option<CardBrand>,
    /// The last four digits of its number. Null if they are not shown.
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
            Status::Closed => Self::Closed,
        }
    }
}

impl Account {
    /// The account of a stream, if it was opened.
    pub fn of(id: &AccountId, version: Version, state: &State, sight: Sight<'_>) -> Result<Option<Self>, Unreadable> {
        match state {
            State::Unopened => Ok(None),
            State::Opened(account) => Self::opened(id, version, account, sight).map(Some),
        }
    }

    /// An opened account, with its cards in any stored form.
    pub fn opened<C>(
        id: &AccountId,
        version: Version,
        account: &account::OpenedAccount<C>,
        sight: Sight<'_>,
    ) -> Result<Self, Unreadable>
    where
        C: KeptCard + Clone + Into<MaskedCard>,
    {
        let opener = Opener { key: sight.key(), stream: &StreamName::of::<account::Account>(id) };
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
        let all = Self {
            id: id.clone(),
            version,
            status: account.status.into(),
            personal: if name.is_some() { PersonalData::Shown } else { PersonalData::Erased },
            name,
            email,
            addresses: account.addresses.iter().map(address).collect::<Result<_, _>>()?,
            cards: account.cards.iter().map(card).collect::<Result<_, _>>()?,
        };
        Ok(if sight.is_sealed() { all.sealed() } else { all })
    }

    /// The account without its personal data.
    fn sealed(self) -> Self {
        let addresses = self.addresses.into_iter().map(|entry| AccountAddress { address: None, ..entry }).collect();
        let cards = self.cards.into_iter().map(|card| AccountCard { brand: None, last4: None, ..card }).collect();
        Self { personal: PersonalData::Sealed, name: None, email: None, addresses, cards, ..self }
    }
}
