//! Cards: a token, a brand and the last digits, never a number.

use super::AddressId;
use super::form::Form;
use super::text::text_value;
use foldlog::write::identity::derived_id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

text_value! {
    /// The token that stands for a card at the payment provider.
    CardToken, "a card token (1 to 64 letters, digits, _ or -, and no card's number)", Form::Token(64)
}
text_value! {
    /// The id of a card in its account, derived from the card's token. It cannot charge the card.
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
    pub token: CardToken,
    /// Its brand.
    pub brand: CardBrand,
    /// The last four digits of its number.
    pub last4: CardDigits,
}

/// A card without its token, for read models and answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MaskedCard {
    /// Its id in the account.
    pub id: CardId,
    /// Its brand.
    pub brand: CardBrand,
    /// The last four digits of its number.
    pub last4: CardDigits,
}

/// The card and address of an order, both by reference, so that only the account's stream contains personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Means {
    /// The token of the card to charge. Absent if there is nothing to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardToken>,
    /// The id of the account's address to ship to. Absent if the account has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressId>,
}

impl From<Card> for MaskedCard {
    fn from(card: Card) -> Self {
        Self { id: card.token.id(), brand: card.brand, last4: card.last4 }
    }
}

impl CardToken {
    /// The id of the card that the token stands for.
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
    /// The id of the chosen card. Older events, and clients, name a card by its token as well.
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
