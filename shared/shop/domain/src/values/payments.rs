//! The payments of an order, one for each attempt to charge a card.

use super::OrderId;
use super::text::Invalid;
use foldlog::StreamId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// Which of the attempts to pay an order, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Attempt(NonZeroU32);

impl Attempt {
    /// The first attempt. Most orders have no other.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The attempt after this number of earlier ones.
    #[must_use]
    pub fn after(earlier: usize) -> Self {
        Self(NonZeroU32::MIN.saturating_add(u32::try_from(earlier).unwrap_or(u32::MAX)))
    }

    /// The number of attempts before it.
    #[must_use]
    pub fn earlier(self) -> usize {
        usize::try_from(self.0.get() - 1).unwrap_or(usize::MAX)
    }

    /// Whether it is the first attempt. Stored payloads do not mention the first one.
    #[must_use]
    pub fn is_first(&self) -> bool {
        *self == Self::FIRST
    }
}

impl Default for Attempt {
    fn default() -> Self {
        Self::FIRST
    }
}

/// The id of a payment. The first attempt to pay an order has the id of the order, a later one `<order>-<attempt>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentId {
    /// The order.
    pub order: OrderId,
    /// The attempt.
    pub attempt: Attempt,
}

impl PaymentId {
    /// The longest number of an attempt, in characters.
    const LONGEST_NUMBER: usize = 10;
}

impl From<OrderId> for PaymentId {
    /// The first attempt.
    fn from(order: OrderId) -> Self {
        Self { order, attempt: Attempt::FIRST }
    }
}

impl StreamId for PaymentId {
    const LONGEST: usize = OrderId::LONGEST + 1 + Self::LONGEST_NUMBER;
}

impl fmt::Display for PaymentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, attempt } = self;
        if attempt.is_first() { write!(formatter, "{order}") } else { write!(formatter, "{order}-{}", attempt.0) }
    }
}

impl FromStr for PaymentId {
    type Err = Invalid;

    /// Each id has one text: no attempt is written as `-1` or with leading zeros.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let Some((order, number)) = text.split_once('-') else { return Ok(text.parse::<OrderId>()?.into()) };
        let invalid = || Invalid::new(text, "<order> or <order>-<attempt>");
        let id = Self { order: order.parse()?, attempt: Attempt(number.parse().map_err(|_| invalid())?) };
        if id.to_string() == text { Ok(id) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_attempt_has_the_id_of_its_order_and_each_id_has_one_text() {
        let order: OrderId = "0b".repeat(16).parse().unwrap();
        assert_eq!(PaymentId::from(order.clone()).to_string(), order.to_string());
        let third = PaymentId { order: order.clone(), attempt: Attempt::after(2) };
        assert_eq!((third.to_string(), third.attempt.earlier()), (format!("{order}-3"), 2));
        assert_eq!(third.to_string().parse(), Ok(third));
        for text in ["-1", "-0", "-01", "-+2", "-x", "-", "-2-3"] {
            assert!(format!("{order}{text}").parse::<PaymentId>().is_err(), "{text}");
        }
    }
}
