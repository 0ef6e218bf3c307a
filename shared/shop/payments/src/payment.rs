//! A payment as its provider knows it, and the steps that change it.

use crate::refusal::ProviderRefusal;
use foldlog::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::values::Money;

/// A payment as the provider reports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// The amount that the provider holds or took; of a declined payment the requested one.
    pub amount: Money,
    /// Its status.
    #[serde(flatten)]
    pub standing: Standing,
    /// The moment at which the hold ends by itself, in milliseconds since the epoch. Not every provider says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The parts of the captured amount that were refunded, in order. What is refunded at the end as a whole is no part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<PartialRefund>,
}

/// A part of a captured amount that was refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartialRefund {
    /// The number under which the shop requested it. Absent if somebody refunded it by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The part.
    pub amount: Money,
}

/// The status of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, JsonSchema)]
#[serde(tag = "standing", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Standing {
    /// The provider holds the amount on the card.
    Authorised,
    /// The provider holds nothing, and never will under this reference.
    Declined {
        /// The reason.
        reason: Decline,
    },
    /// The provider captured the amount.
    Captured,
    /// The provider released the amount, on request or by itself.
    Voided,
    /// The provider refunded the amount, on request or by hand.
    Refunded,
}

/// Why a card was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// The bank declined the card.
    CardDeclined,
    /// The provider does not know the card.
    UnknownCard,
    /// A reason that this release does not know.
    #[serde(other)]
    Other,
}

/// A step that a provider carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Step<'a> {
    /// Authorise an amount.
    Authorise {
        /// The amount.
        amount: Money,
        /// The token that stands for the card.
        card: &'a str,
    },
    /// Capture the authorised amount.
    Capture,
    /// Void the authorisation.
    Void,
    /// Refund the captured amount, or what is left of it.
    Refund,
    /// Refund a part of the captured amount.
    RefundPart {
        /// The number of the part. The provider refunds each number once.
        number: u32,
        /// The part.
        amount: Money,
    },
}

impl Step<'_> {
    /// Its name in the protocol.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Payment {
    /// The payment after a step that needs an existing payment. A step that was done before changes nothing.
    pub(crate) fn after(self, step: Step<'_>) -> Result<Self, ProviderRefusal> {
        if self.contradicts(step) {
            return Err(ProviderRefusal::OtherContent);
        }
        if self.knows(step) {
            return Ok(self);
        }
        if let Step::RefundPart { number, amount } = step {
            return self.without(PartialRefund { number: Some(number), amount });
        }
        let standing = match (self.standing, step) {
            (Standing::Authorised, Step::Capture) => Standing::Captured,
            (Standing::Authorised, Step::Void) => Standing::Voided,
            (Standing::Captured, Step::Refund) => Standing::Refunded,
            _ => return Err(ProviderRefusal::NotPossible),
        };
        Ok(Self { standing, ..self })
    }

    /// The payment after one more part was refunded: at most what is left.
    pub(crate) fn without(mut self, part: PartialRefund) -> Result<Self, ProviderRefusal> {
        let left = self.amount.amount() - self.refunds.iter().map(|part| part.amount.amount()).sum::<i64>();
        let is_there = part.amount.currency() == self.amount.currency() && (1..=left).contains(&part.amount.amount());
        if self.standing != Standing::Captured || !is_there {
            return Err(ProviderRefusal::NotPossible);
        }
        self.refunds.push(part);
        let standing = if part.amount.amount() == left { Standing::Refunded } else { Standing::Captured };
        Ok(Self { standing, ..self })
    }

    /// Whether a part of another amount was refunded under the number.
    fn contradicts(&self, step: Step<'_>) -> bool {
        let Step::RefundPart { number, amount } = step else { return false };
        self.refunds.iter().any(|part| part.number == Some(number) && part.amount != amount)
    }

    /// Whether a step was done before. Whether its amount is the right one is for the shop's own payment to decide.
    pub(crate) fn knows(&self, step: Step<'_>) -> bool {
        match step {
            Step::Authorise { .. } => true,
            Step::Capture => matches!(self.standing, Standing::Captured | Standing::Refunded),
            Step::Void => self.standing == Standing::Voided,
            Step::Refund => self.standing == Standing::Refunded,
            Step::RefundPart { number, .. } => {
                self.standing == Standing::Refunded || self.refunds.iter().any(|part| part.number == Some(number))
            }
        }
    }
}
