//! A payment as its provider knows it, and the steps that change it.

use crate::refusal::ProviderRefusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::values::Money;

/// A payment as the provider reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// The requested amount.
    pub amount: Money,
    /// Its status.
    #[serde(flatten)]
    pub standing: Standing,
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
    /// The provider released the amount.
    Voided,
    /// The provider refunded the amount.
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
    /// Refund the captured amount.
    Refund,
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
        if self.knows(step)? {
            return Ok(self);
        }
        let standing = match (self.standing, step) {
            (Standing::Authorised, Step::Capture) => Standing::Captured,
            (Standing::Authorised, Step::Void) => Standing::Voided,
            (Standing::Captured, Step::Refund) => Standing::Refunded,
            _ => return Err(ProviderRefusal::NotPossible),
        };
        Ok(Self { standing, ..self })
    }

    /// Whether a step was done before. If it was done with another amount, the provider refuses it.
    pub(crate) fn knows(&self, step: Step<'_>) -> Result<bool, ProviderRefusal> {
        match step {
            Step::Authorise { amount, .. } if amount != self.amount => Err(ProviderRefusal::OtherContent),
            Step::Authorise { .. } => Ok(true),
            Step::Capture => Ok(matches!(self.standing, Standing::Captured | Standing::Refunded)),
            Step::Void => Ok(self.standing == Standing::Voided),
            Step::Refund => Ok(self.standing == Standing::Refunded),
        }
    }
}
