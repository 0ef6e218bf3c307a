//! Cards: a token, a brand and the last digits, never a number.

use super::form::Form;
use super::text::text_value;
use super::{AddressId, Personal};
use foldlog::write::identity::derived_id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

text_value! {
    /// The token that stands for a card at the payment provider.
    CardToken, "a card token (1 to 64 letters, digits, _ or -, and no card's number)", Form::Token(64)
}
text_value! {
    /// The id of a card in its account: the mark of its token, which only the account's key makes of the token. That of a
    /// card that was never sealed is derived from the token alone. It cannot charge the card.
    CardId, "a card id (32 hex digits)", Form::Id
}
text_value! {
    /// A card: its id in the account, or its token.
    CardChoice, "a card id or token (1 to 64 letters, digits, _ or -, and no card's number)", Form::Token(64)
}
text_value! {
    /// The brand of a card.
    CardBrand, "a card brand (1 to 40 characters, no control characters, not blank)", Form::Line(40)
}
text_value! {
    /// The last four digits of a card's number.
    CardDigits, "the last four digits of a card", Form::Digits(4)
}

/// A card of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// Its token at the payment provider.
    pub token: Personal<CardToken>,
    /// Its brand.
    pub brand: Personal<CardBrand>,
    /// The last four digits of its number.
    pub last4: Personal<CardDigits>,
}

/// A card without its token, for read models and answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MaskedCard {
    /// Its id in the account.
    pub id: CardId,
    /// Its brand.
    pub brand: Personal<CardBrand>,
    /// The last four digits of its number.
    pub last4: Personal<CardDigits>,
}

/// The card and address of an order, both by reference, so that only the account's stream contains personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Means {
    /// The token of the card to charge. Absent if there is nothing to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<Personal<CardToken>>,
    /// The id of the account's address to ship to. Absent if the account has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
}

impl From<Card> for MaskedCard {
    fn from(card: Card) -> Self {
        Self { id: card.id(), brand: card.brand, last4: card.last4 }
    }
}

impl Card {
    /// Its id in its account.
    #[must_use]
    pub fn id(&self) -> CardId {
        CardId::of(&self.token)
    }

    /// Whether it is the same card, with the same brand and digits.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.token.is_same(&other.token) && self.brand.is_same(&other.brand) && self.last4.is_same(&other.last4)
    }
}

impl CardId {
    /// The id of the card with this token, wherever the token is copied to.
    #[must_use]
    pub fn of(token: &Personal<CardToken>) -> Self {
        match token {
            Personal::Sealed(sealed) => Self(format!("{:032x}", sealed.mark())),
            Personal::Clear(token) => token.id(),
        }
    }
}

impl CardToken {
    /// The id of a card with this token that was never sealed.
    #[must_use]
    pub fn id(&self) -> CardId {
        CardId(derived_id(&["card", self.as_str()]))
    }
}

impl From<CardId> for CardChoice {
    fn from(id: CardId) -> Self {
        Self(id.0)
    }
}

impl CardChoice {
    /// The id of the chosen card. Older events name a card by its token as well.
    #[must_use]
    pub fn id(&self) -> CardId {
        self.token().map_or_else(|| CardId(self.0.clone()), |token| token.id())
    }

    /// The token; none if the choice is an id.
    #[must_use]
    pub fn token(&self) -> Option<CardToken> {
        (!Form::Id.accepts(&self.0)).then(|| CardToken(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_s_number_is_neither_a_token_nor_a_choice() {
        for number in ["424242424242", "4242424242424242", "4242424242424242424"] {
            assert!(number.parse::<CardToken>().is_err() && number.parse::<CardChoice>().is_err(), "{number}");
        }
        for token in ["tok_ok", "42424242424", "42424242424242424242", "4242424242424242-0"] {
            assert!(token.parse::<CardToken>().is_ok() && token.parse::<CardChoice>().is_ok(), "{token}");
        }
    }
}
