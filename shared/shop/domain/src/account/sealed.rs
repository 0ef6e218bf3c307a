//! The personal data of an account: sealed under its key before a command is decided, and opened for those who may see
//! it.
//!
//! The card that an order charges is a copy of the account's sealed token. So it is opened as part of the account, and
//! it is erased with it.

use super::book::{AddressKind, Entry};
use super::{Account, Event};
use crate::values::{
    AccountId, Address, AddressId, Card, CardBrand, CardDigits, CardId, CardToken, MaskedCard, Personal, Profile,
};
use foldlog::seal::Unreadable;
use foldlog::{Opener, OwnerKey, Randomness, Sealer, StreamName};

const PROFILE: &str = "profile";
const TOKEN: &str = "token";

fn address_field(id: &AddressId) -> String {
    format!("address/{id}")
}

fn brand_field(id: &CardId) -> String {
    format!("brand/{id}")
}

fn digits_field(id: &CardId) -> String {
    format!("digits/{id}")
}

impl Profile {
    /// The profile, sealed for its account.
    pub fn sealed(&self, sealer: &Sealer<'_, impl Randomness>) -> Result<Personal<Self>, serde_json::Error> {
        sealer.seal(PROFILE, self)
    }

    /// The profile of an account; none if it is erased.
    pub fn opened(of: &Personal<Self>, opener: &Opener<'_>) -> Result<Option<Self>, Unreadable> {
        opener.open(PROFILE, of)
    }
}

impl Entry {
    /// An address, sealed for its account.
    pub fn sealed(
        sealer: &Sealer<'_, impl Randomness>,
        id: AddressId,
        kind: AddressKind,
        address: &Address,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self { kind, address: sealer.seal(&address_field(&id), address)?, id })
    }

    /// The address; none if it is erased.
    pub fn opened(&self, opener: &Opener<'_>) -> Result<Option<Address>, Unreadable> {
        opener.open(&address_field(&self.id), &self.address)
    }
}

impl Card {
    /// A card, sealed for its account.
    pub fn sealed(
        sealer: &Sealer<'_, impl Randomness>,
        token: &CardToken,
        brand: &CardBrand,
        last4: &CardDigits,
    ) -> Result<Self, serde_json::Error> {
        let token = token.sealed(sealer)?;
        let id = CardId::of(&token);
        Ok(Self {
            brand: sealer.seal(&brand_field(&id), brand)?,
            last4: sealer.seal(&digits_field(&id), last4)?,
            token,
        })
    }
}

impl MaskedCard {
    /// Its brand and its last digits; none if they are erased.
    pub fn opened(&self, opener: &Opener<'_>) -> Result<Option<(CardBrand, CardDigits)>, Unreadable> {
        let brand = opener.open(&brand_field(&self.id), &self.brand)?;
        Ok(brand.zip(opener.open(&digits_field(&self.id), &self.last4)?))
    }
}

impl CardToken {
    /// The token, sealed for its account.
    pub fn sealed(&self, sealer: &Sealer<'_, impl Randomness>) -> Result<Personal<Self>, serde_json::Error> {
        sealer.seal(TOKEN, self)
    }

    /// The owner of a sealed token: the account whose card it is. None if it is clear.
    #[must_use]
    pub fn owner(of: &Personal<Self>) -> Option<AccountId> {
        of.owner().and_then(|owner| owner.parse().ok())
    }

    /// The token of a card, wherever it was copied to; none if it is erased. `key` is that of its owner.
    pub fn opened(of: &Personal<Self>, key: Option<&OwnerKey>) -> Result<Option<Self>, Unreadable> {
        match (Self::owner(of), of) {
            (_, Personal::Clear(token)) => Ok(Some(token.clone())),
            (Some(account), Personal::Sealed(_)) => {
                Opener { key, stream: &StreamName::of::<Account>(&account) }.open(TOKEN, of)
            }
            (None, Personal::Sealed(_)) => Err(Unreadable),
        }
    }
}

impl Event {
    /// The event with its content as it was before it was sealed, but for the tokens of cards. What is erased stays
    /// sealed.
    pub fn opened(self, opener: &Opener<'_>) -> Result<Self, Unreadable> {
        Ok(match self {
            Self::AccountOpened { profile } => {
                Self::AccountOpened { profile: Profile::opened(&profile, opener)?.map_or(profile, Personal::Clear) }
            }
            Self::AddressAdded(entry) => {
                let address = entry.opened(opener)?;
                Self::AddressAdded(Entry { address: address.map_or(entry.address, Personal::Clear), ..entry })
            }
            Self::CardAdded(card) => match MaskedCard::from(card.clone()).opened(opener)? {
                Some((brand, last4)) => {
                    Self::CardAdded(Card { brand: Personal::Clear(brand), last4: Personal::Clear(last4), ..card })
                }
                None => Self::CardAdded(card),
            },
            same @ (Self::AccountConfirmed {}
            | Self::AccountActivated {}
            | Self::AccountSuspended {}
            | Self::AccountArchived {}
            | Self::AccountClosed {}
            | Self::AddressRemoved { .. }
            | Self::DefaultAddressChosen { .. }
            | Self::CardRemoved { .. }
            | Self::DefaultCardChosen { .. }) => same,
        })
    }
}
