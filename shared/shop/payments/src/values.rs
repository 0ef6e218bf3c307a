//! References of payments, and the secrets that the provider and the shop share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::values::PaymentId;
use std::fmt;
use std::str::FromStr;

/// The minimum length of a secret.
const SHORTEST_SECRET: usize = 16;

/// The error of an invalid text. It does not contain the text, which may be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is not {0}")]
pub struct Invalid(&'static str);

/// The shop's own id of a payment, sent with each request: 1 to 64 letters, digits, `_` or `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reference {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let named = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if named && (1..=64).contains(&text.len()) {
            Ok(Self(text))
        } else {
            Err(Invalid("a reference (1 to 64 letters, digits, _ or -)"))
        }
    }
}

impl FromStr for Reference {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.to_owned().try_into()
    }
}

impl From<&PaymentId> for Reference {
    /// Each attempt to pay an order has a reference of its own: the id of the payment.
    fn from(payment: &PaymentId) -> Self {
        Self(payment.to_string())
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A secret of the shop and the provider: at least 16 visible ASCII characters. It is never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text, to send it or sign with it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether a text is the secret. The comparison takes the same time for all texts of its length.
    #[cfg(feature = "server")]
    pub(crate) fn is(&self, text: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }
}

impl FromStr for Secret {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() >= SHORTEST_SECRET && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid("a secret (at least 16 visible ASCII characters)"))
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_fits_into_a_path_as_it_stands() {
        assert!("cafe_1-2".parse::<Reference>().is_ok() && "x".repeat(64).parse::<Reference>().is_ok());
        for text in ["", "a/b", "a b", "a%2f", "ü", &"x".repeat(65)] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }

    #[test]
    fn each_attempt_to_pay_has_its_own_reference_and_the_first_one_that_of_its_order() {
        let id = "0123456789abcdef0123456789abcdef";
        for text in [id.to_owned(), format!("{id}-2"), format!("{id}-4294967295")] {
            let payment: PaymentId = text.parse().unwrap();
            let reference = Reference::from(&payment);
            assert_eq!((reference.as_str(), reference.as_str().parse::<Reference>()), (&*text, Ok(reference.clone())));
        }
    }

    #[test]
    fn a_secret_is_long_enough_fits_into_a_header_and_is_never_shown() {
        for text in ["", "fifteen-letters", "sixteen letters!", "sixteen-letters\n"] {
            assert!(text.parse::<Secret>().is_err(), "{text}");
        }
        let secret: Secret = "sixteen-letters!".parse().unwrap();
        assert!(!format!("{secret:?}").contains("sixteen"));
    }

    #[cfg(feature = "server")]
    #[test]
    fn a_secret_is_known_to_whoever_names_all_of_it() {
        let secret: Secret = "sixteen-letters!".parse().unwrap();
        assert!(secret.is("sixteen-letters!"));
        for text in ["sixteen-letters?", "sixteen-letters!!", "sixteen-letters", ""] {
            assert!(!secret.is(text), "{text}");
        }
    }
}
