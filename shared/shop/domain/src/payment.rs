//! `payment-<order id>`: the one payment of an order.
//!
//! The owner of this stream calls the provider, with the order's id as reference. The stream records only known
//! results. A time-out is no known result, so it is no event.

use crate::values::{CardToken, Money, OrderId, Reason};
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The decider of a payment.
pub struct Payment;

/// A command to a payment. Most commands record an answer of the provider.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Create the payment, with the answer of the provider. If the answer is known at once, both take one commit.
    Create {
        /// The amount and the card.
        charge: Charge,
        /// The answer of the provider.
        answer: Answer,
    },
    /// The provider holds the amount.
    Authorise,
    /// The provider declined the payment.
    Decline {
        /// The reason that the provider gives.
        reason: Reason,
    },
    /// The provider captured the amount.
    Capture,
    /// The provider could not capture the amount.
    FailCapture {
        /// The reason that the provider gives.
        reason: Reason,
    },
    /// The provider released the amount without capturing it.
    Void,
    /// The provider refunded the amount.
    Refund,
}

/// The answer of the provider to an authorisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The provider holds the amount.
    Authorised,
    /// The provider declined the card.
    Declined(Reason),
    /// The answer is unknown. A time-out is no decline.
    Unknown,
}

/// The amount to charge, and the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Charge {
    /// The total of the order.
    pub amount: Money,
    /// The card.
    pub card: CardToken,
}

/// An event of a payment.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    PaymentCreated(Charge),
    PaymentAuthorised {},
    PaymentDeclined {
        reason: Reason,
    },
    PaymentCaptured {},
    /// An open item: the goods have left, and the provider may still capture the amount later.
    PaymentCaptureFailed {
        reason: Reason,
    },
    PaymentVoided {},
    PaymentRefunded {},
}

impl foldlog::Event for Event {}

/// The state of a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The payment does not exist.
    #[default]
    Uncreated,
    /// The payment was created.
    Created {
        /// The amount and the card.
        charge: Charge,
        /// Its status.
        status: Status,
    },
}

/// The status of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The provider has not answered yet, as far as the shop knows.
    Pending,
    /// The provider holds the amount.
    Authorised,
    /// The provider declined the payment.
    Declined(Reason),
    /// The provider captured the amount.
    Captured,
    /// The provider holds the amount, and could not capture it.
    CaptureFailed(Reason),
    /// The provider released the amount.
    Voided,
    /// The provider captured the amount and refunded it.
    Refunded,
}

/// Why a payment refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The payment does not exist.
    #[error("there is no such payment; create it first")]
    UnknownPayment,
    /// The order has a payment with another amount or card.
    #[error("the order's payment is of another amount or card, and stays so")]
    OtherCharge,
    /// The payment was not authorised.
    #[error("the payment is not authorised; ask the provider what became of it")]
    PaymentNotAuthorised,
    /// The payment was declined.
    #[error("the payment was declined ({0}); charge another card with another order")]
    PaymentDeclined(Reason),
    /// The payment was authorised.
    #[error("the payment was authorised and cannot be declined any more; void it")]
    PaymentAlreadyAuthorised,
    /// The payment was captured, so it cannot be voided.
    #[error("the payment was captured; refund it")]
    PaymentCaptured,
    /// The payment was not captured, so it cannot be refunded.
    #[error("the payment was not captured, and there is nothing to refund; void it")]
    PaymentNotCaptured,
    /// The payment was voided.
    #[error("the payment was voided, and there is nothing to capture or refund")]
    PaymentVoided,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownPayment) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}

impl Decider for Payment {
    const CATEGORY: &'static str = "payment";
    const STATE_SCHEMA: u32 = 1;
    type Id = OrderId;
    type State = State;
    type Command = Command;
    type Event = Event;
    type Refusal = Refusal;

    fn creates(command: &Command) -> bool {
        matches!(command, Command::Create { .. })
    }

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        match (state, command) {
            (State::Uncreated, Command::Create { charge, answer }) => {
                Ok([vec![Event::PaymentCreated(charge.clone())], Status::Pending.answered(answer)?].concat())
            }
            (State::Uncreated, _) => Err(Refusal::UnknownPayment),
            (State::Created { charge, status }, Command::Create { charge: asked, answer }) if charge == asked => {
                status.answered(answer)
            }
            (State::Created { .. }, Command::Create { .. }) => Err(Refusal::OtherCharge),
            (State::Created { status, .. }, command) => status.decide(command),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        let status = match event.clone() {
            Event::PaymentCreated(charge) => return State::Created { charge, status: Status::Pending },
            Event::PaymentAuthorised {} => Status::Authorised,
            Event::PaymentDeclined { reason } => Status::Declined(reason),
            Event::PaymentCaptured {} => Status::Captured,
            Event::PaymentCaptureFailed { reason } => Status::CaptureFailed(reason),
            Event::PaymentVoided {} => Status::Voided,
            Event::PaymentRefunded {} => Status::Refunded,
        };
        match state {
            State::Created { charge, .. } => State::Created { charge, status },
            State::Uncreated => State::Uncreated,
        }
    }
}

impl Status {
    fn answered(&self, answer: &Answer) -> Result<Vec<Event>, Refusal> {
        match answer {
            Answer::Authorised => self.decide(&Command::Authorise),
            Answer::Declined(reason) => self.decide(&Command::Decline { reason: reason.clone() }),
            Answer::Unknown => Ok(vec![]),
        }
    }

    /// A late or repeated answer changes nothing. The payment refuses an answer that contradicts a recorded one, so
    /// that you notice it.
    fn decide(&self, command: &Command) -> Result<Vec<Event>, Refusal> {
        match (self, command) {
            (Self::Pending, Command::Authorise) => Ok(vec![Event::PaymentAuthorised {}]),
            (Self::Pending, Command::Decline { reason }) => Ok(vec![Event::PaymentDeclined { reason: reason.clone() }]),
            (Self::Pending, Command::Capture | Command::FailCapture { .. } | Command::Void) => {
                Err(Refusal::PaymentNotAuthorised)
            }
            (Self::Authorised | Self::CaptureFailed(_), Command::Capture) => Ok(vec![Event::PaymentCaptured {}]),
            (Self::Authorised, Command::FailCapture { reason }) => {
                Ok(vec![Event::PaymentCaptureFailed { reason: reason.clone() }])
            }
            (Self::Authorised | Self::CaptureFailed(_), Command::Void) => Ok(vec![Event::PaymentVoided {}]),
            (Self::Pending | Self::Authorised | Self::CaptureFailed(_), Command::Refund) => {
                Err(Refusal::PaymentNotCaptured)
            }
            (Self::Captured, Command::Refund) => Ok(vec![Event::PaymentRefunded {}]),
            (Self::Captured | Self::Refunded, Command::Void) => Err(Refusal::PaymentCaptured),
            (Self::Voided, Command::Capture | Command::FailCapture { .. } | Command::Refund) => {
                Err(Refusal::PaymentVoided)
            }
            (
                Self::Declined(reason),
                Command::Authorise | Command::Capture | Command::FailCapture { .. } | Command::Void | Command::Refund,
            ) => Err(Refusal::PaymentDeclined(reason.clone())),
            (
                Self::Authorised | Self::Captured | Self::CaptureFailed(_) | Self::Voided | Self::Refunded,
                Command::Decline { .. },
            ) => Err(Refusal::PaymentAlreadyAuthorised),
            (
                Self::Authorised | Self::Captured | Self::CaptureFailed(_) | Self::Voided | Self::Refunded,
                Command::Authorise,
            )
            | (Self::Captured | Self::Refunded, Command::Capture | Command::FailCapture { .. })
            | (Self::CaptureFailed(_), Command::FailCapture { .. })
            | (Self::Declined(_), Command::Decline { .. })
            | (Self::Voided, Command::Void)
            | (Self::Refunded, Command::Refund)
            | (_, Command::Create { .. }) => Ok(vec![]),
        }
    }
}

#[cfg(test)]
mod tests;
