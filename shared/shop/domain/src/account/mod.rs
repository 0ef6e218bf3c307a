//! `account-<id>`: a customer, with the cards and addresses of that customer.

mod book;
mod sealed;

pub use book::{AddressKind, Entry, KeptCard, OpenedAccount, Status};

use crate::order::{Failure, Placement};
use crate::values::{AccountId, AddressId, Card, CardId, CardToken, Means, Personal, Profile};
use foldlog::write::event::Upcaster;
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The maximum number of addresses in an account.
pub const MOST_ADDRESSES: usize = 20;
/// The maximum number of cards in an account.
pub const MOST_CARDS: usize = 10;

/// The decider of an account.
pub struct Account;

/// A command to an account.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Open the account.
    Open(Personal<Profile>),
    /// Confirm the identity of the customer. The account cannot buy yet.
    Confirm,
    /// Activate the account: the customer can buy.
    Activate,
    /// Suspend the account.
    Suspend,
    /// Archive the account.
    Archive,
    /// Delete the account, for its owner.
    Close {
        /// Whether an order of the account has not ended yet.
        has_open_orders: bool,
    },
    /// Add an address.
    AddAddress(Entry),
    /// Remove an address.
    RemoveAddress {
        /// The id of the address.
        id: AddressId,
    },
    /// Choose the default address of a kind.
    ChooseAddress {
        /// The id of the address.
        id: AddressId,
    },
    /// Add a card.
    AddCard(Card),
    /// Remove a card.
    RemoveCard {
        /// The id of the card.
        id: CardId,
    },
    /// Choose the default card.
    ChooseCard {
        /// The id of the card.
        id: CardId,
    },
}

/// An event of an account.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    AccountOpened { profile: Personal<Profile> },
    AccountConfirmed {},
    AccountActivated {},
    AccountSuspended {},
    AccountArchived {},
    AddressAdded(Entry),
    AddressRemoved { id: AddressId },
    DefaultAddressChosen { id: AddressId },
    CardAdded(Card),
    CardRemoved { id: CardId },
    DefaultCardChosen { id: CardId },
    AccountClosed {},
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // The older payloads are not sealed, and stay so.
        Upcaster { event: "AccountOpened", from: 1, step: |data| data },
        Upcaster { event: "AddressAdded", from: 1, step: |data| data },
        Upcaster { event: "CardAdded", from: 1, step: |data| data },
    ];
}

/// The state of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The account does not exist.
    #[default]
    Unopened,
    /// The account was opened.
    Opened(OpenedAccount),
}

/// Why an account refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The account does not exist.
    #[error("there is no such account; open it first")]
    UnknownAccount,
    /// The account was opened with another profile.
    #[error("the account is open already, under another name or e-mail address")]
    AccountAlreadyOpen,
    /// The account is not confirmed yet.
    #[error("the account is not confirmed; confirm it first")]
    AccountNotConfirmed,
    /// Only an active account can be suspended or archived, or buy.
    #[error("the account is {}; only an active one can be suspended, archived or buy", <&str>::from(.0))]
    AccountNotActive(Status),
    /// An order of the account has not ended yet.
    #[error("an order of the account is still under way; cancel it, or wait until it has arrived")]
    OpenOrders,
    /// A deleted account takes no command any more.
    #[error("the account was deleted")]
    AccountClosed,
    /// A suspended or archived account cannot change.
    #[error("the account is {}, and takes no change; have it activated first", <&str>::from(.0))]
    AccountLocked(Status),
    /// The account has no such address.
    #[error("the account has no such address")]
    UnknownAddress,
    /// Another address of the account has this id.
    #[error("the account has another address with this id; choose another id")]
    AddressTaken,
    /// The account has the maximum number of addresses.
    #[error("an account has at most {MOST_ADDRESSES} addresses; remove one")]
    TooManyAddresses,
    /// The account has no such card.
    #[error("the account has no such card")]
    UnknownCard,
    /// Another card of the account has this token.
    #[error("the account has this card with another brand or other digits; remove it first")]
    CardTaken,
    /// The account has the maximum number of cards.
    #[error("an account has at most {MOST_CARDS} cards; remove one")]
    TooManyCards,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownAccount | Self::UnknownAddress | Self::UnknownCard) {
            RefusalKind::NotFound
        } else {
            RefusalKind::RuleViolated
        }
    }
}

impl State {
    /// The card and address for an order, or the reason why this account cannot place it.
    pub fn means(&self, order: &Placement) -> Result<Means, Failure> {
        match self {
            Self::Opened(account) => account.means(order),
            Self::Unopened => Err(Failure::AccountNotActive),
        }
    }

    /// The token of a card; none if the account has no such card.
    #[must_use]
    pub fn card(&self, id: &CardId) -> Option<Personal<CardToken>> {
        match self {
            Self::Opened(account) => account.card(id).map(|card| card.token.clone()),
            Self::Unopened => None,
        }
    }
}

impl Decider for Account {
    const CATEGORY: &'static str = "account";
    const STATE_SCHEMA: u32 = 1;
    type Id = AccountId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Open(_))
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        let account = match (state, command) {
            (State::Unopened, Command::Open(profile)) => {
                return Ok(vec![Event::AccountOpened { profile: profile.clone() }]);
            }
            (State::Unopened, _) => return Err(Refusal::UnknownAccount),
            (State::Opened(account), _) => account,
        };
        Ok(match (account.status, command) {
            (Status::Closed, Command::Close { .. }) => vec![],
            (Status::Closed, _) => return Err(Refusal::AccountClosed),
            // From this event on no order is placed: placing needs the card and address of an active account, read
            // strongly. And nothing opens the account again.
            (_, Command::Close { has_open_orders: true }) => return Err(Refusal::OpenOrders),
            (_, Command::Close { has_open_orders: false }) => vec![Event::AccountClosed {}],
            (_, Command::Open(profile)) if profile.is_same(&account.profile) => vec![],
            (_, Command::Open(_)) => return Err(Refusal::AccountAlreadyOpen),
            (Status::Created, Command::Confirm) => vec![Event::AccountConfirmed {}],
            (Status::Created, Command::Activate) => return Err(Refusal::AccountNotConfirmed),
            (Status::Confirmed | Status::Suspended | Status::Archived, Command::Activate) => {
                vec![Event::AccountActivated {}]
            }
            (Status::Active, Command::Suspend) => vec![Event::AccountSuspended {}],
            (Status::Active, Command::Archive) => vec![Event::AccountArchived {}],
            (_, Command::Confirm)
            | (Status::Active, Command::Activate)
            | (Status::Suspended, Command::Suspend)
            | (Status::Archived, Command::Archive) => vec![],
            (status, Command::Suspend | Command::Archive) => return Err(Refusal::AccountNotActive(status)),
            (status @ (Status::Suspended | Status::Archived), _) => return Err(Refusal::AccountLocked(status)),
            (_, Command::AddAddress(entry)) => account.add_address(entry)?,
            (_, Command::RemoveAddress { id }) => account.remove_address(id),
            (_, Command::ChooseAddress { id }) => account.choose_address(id)?,
            (_, Command::AddCard(card)) => account.add_card(card)?,
            (_, Command::RemoveCard { id }) => account.remove_card(id),
            (_, Command::ChooseCard { id }) => account.choose_card(id)?,
        })
    }

    fn evolve(state: State, event: &Event) -> State {
        match (state, event) {
            (_, Event::AccountOpened { profile }) => State::Opened(OpenedAccount::opened(profile.clone())),
            (State::Opened(account), event) => State::Opened(account.evolve(event)),
            (State::Unopened, _) => State::Unopened,
        }
    }
}

impl<C: KeptCard> OpenedAccount<C> {
    pub(crate) fn evolve(mut self, event: &Event) -> Self {
        match event.clone() {
            Event::AccountOpened { profile } => self.profile = profile,
            Event::AccountConfirmed {} => self.status = Status::Confirmed,
            Event::AccountActivated {} => self.status = Status::Active,
            Event::AccountSuspended {} => self.status = Status::Suspended,
            Event::AccountArchived {} => self.status = Status::Archived,
            Event::AccountClosed {} => self.status = Status::Closed,
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
    fn add_address(&self, entry: &Entry) -> Result<Vec<Event>, Refusal> {
        match self.address(&entry.id) {
            Some(there) if there.is_same(entry) => Ok(vec![]),
            Some(_) => Err(Refusal::AddressTaken),
            None if self.addresses.len() >= MOST_ADDRESSES => Err(Refusal::TooManyAddresses),
            None => Ok(vec![Event::AddressAdded(entry.clone())]),
        }
    }

    fn remove_address(&self, id: &AddressId) -> Vec<Event> {
        self.address(id).map(|entry| Event::AddressRemoved { id: entry.id.clone() }).into_iter().collect()
    }

    fn choose_address(&self, id: &AddressId) -> Result<Vec<Event>, Refusal> {
        let entry = self.address(id).ok_or(Refusal::UnknownAddress)?;
        let chosen = self.chosen_addresses.get(&entry.kind) == Some(id);
        Ok(if chosen { vec![] } else { vec![Event::DefaultAddressChosen { id: id.clone() }] })
    }

    fn add_card(&self, card: &Card) -> Result<Vec<Event>, Refusal> {
        match self.card(&card.id()) {
            Some(there) if there.is_same(card) => Ok(vec![]),
            Some(_) => Err(Refusal::CardTaken),
            None if self.cards.len() >= MOST_CARDS => Err(Refusal::TooManyCards),
            None => Ok(vec![Event::CardAdded(card.clone())]),
        }
    }

    fn remove_card(&self, id: &CardId) -> Vec<Event> {
        self.card(id).map(|card| Event::CardRemoved { id: card.id() }).into_iter().collect()
    }

    fn choose_card(&self, id: &CardId) -> Result<Vec<Event>, Refusal> {
        let card = self.card(id).ok_or(Refusal::UnknownCard)?;
        let chosen = self.chosen_card.as_ref() == Some(id);
        Ok(if chosen { vec![] } else { vec![Event::DefaultCardChosen { id: card.id() }] })
    }
}

#[cfg(test)]
mod tests;
