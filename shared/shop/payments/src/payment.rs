//! A payment as its provider knows it, and the steps that change it.

use crate::refusal::ProviderRefusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shop_domain::values::Money;

/// What is known of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// What it was asked for.
    pub amount: Money,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
}

/// How a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, JsonSchema)]
#[serde(tag = "standing", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Standing {
    /// The amount is set aside on the card.
    Authorised,
    /// Nothing was set aside, and under this reference nothing ever will be.
    Declined {
        /// Why.
        reason: Decline,
    },
    /// The amount was taken.
    Captured,
    /// What was set aside is free again.
    Voided,
    /// What was taken was given back.
    Refunded,
}

/// Why a card was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// Its bank says no.
    CardDeclined,
    /// There is no such card.
    UnknownCard,
    /// A reason that this release has no name for.
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
    /// The payment after a step that needs it to exist. A step that was done before changes nothing.
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

    /// Whether a step was done before; refused if it was done with another amount.
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
