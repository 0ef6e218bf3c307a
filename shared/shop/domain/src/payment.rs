//! `payment-<order id>`: what an order's card is charged, once.
//!
//! The provider is called by the owner of this stream, under the order's id; here stands only what is known of it.
//! A time-out is unknown, and no event.

use crate::values::{CardToken, Money, OrderId, Reason};
use foldlog::{Decider, RefusalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The decider of a payment.
pub struct Payment;

/// What can be asked of a payment, or is known of it.
#[derive(Clone, Debug, strum::VariantNames, strum::IntoStaticStr)]
pub enum Command {
    /// Begin with it, with what the provider has answered: where that is known at once, it costs one commit.
    Create {
        /// How much, from which card.
        charge: Charge,
        /// What the provider has answered.
        answer: Answer,
    },
    /// The provider holds the amount.
    Authorise,
    /// The provider will not have it.
    Decline {
        /// Why, as the provider says.
        reason: Reason,
    },
    /// The provider has taken the amount.
    Capture,
    /// The provider will not take it as it stands.
    FailCapture {
        /// Why, as the provider says.
        reason: Reason,
    },
    /// The provider holds the amount no more, and has not taken it.
    Void,
    /// The provider has given the amount back.
    Refund,
}

/// What the provider has answered when it was asked to hold an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It holds it.
    Authorised,
    /// It will not have the card.
    Declined(Reason),
    /// Nothing that is known: a time-out is no decline.
    Unknown,
}

/// How much is to be taken from which card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Charge {
    /// The order's total.
    pub amount: Money,
    /// The card.
    pub card: CardToken,
}

/// What happened to a payment.
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
    /// An open item: the goods are gone, and the amount may still be captured later.
    PaymentCaptureFailed {
        reason: Reason,
    },
    PaymentVoided {},
    PaymentRefunded {},
}

impl foldlog::Event for Event {}

/// What a payment is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// There is none.
    #[default]
    Uncreated,
    /// It was created, and something became of it.
    Created {
        /// How much, from which card.
        charge: Charge,
        /// What became of it.
        status: Status,
    },
}

/// What became of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing that is known.
    Pending,
    /// The amount is held.
    Authorised,
    /// It will not be.
    Declined(Reason),
    /// The amount was taken.
    Captured,
    /// The amount is held, and taking it failed.
    CaptureFailed(Reason),
    /// The amount was held, and is no more.
    Voided,
    /// The amount was taken and given back.
    Refunded,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// Nothing there.
    #[error("there is no such payment; create it first")]
    UnknownPayment,
    /// The order has one of another amount or card.
    #[error("the order's payment is of another amount or card, and stays so")]
    OtherCharge,
    /// It was not authorised.
    #[error("the payment is not authorised; ask the provider what became of it")]
    PaymentNotAuthorised,
    /// It was declined.
    #[error("the payment was declined ({0}); charge another card with another order")]
    PaymentDeclined(Reason),
    /// It was authorised.
    #[error("the payment was authorised and cannot be declined any more; void it")]
    PaymentAlreadyAuthorised,
    /// It was captured: there is nothing to void.
    #[error("the payment was captured; refund it")]
    PaymentCaptured,
    /// It was not captured: there is nothing to give back.
    #[error("the payment was not captured, and there is nothing to refund; void it")]
    PaymentNotCaptured,
    /// It was voided.
    #[error("the payment was voided, and there is nothing to capture or refund")]
    PaymentVoided,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownPayment => RefusalKind::NotFound,
            Self::OtherCharge
            | Self::PaymentNotAuthorised
            | Self::PaymentDeclined(_)
            | Self::PaymentAlreadyAuthorised
            | Self::PaymentCaptured
            | Self::PaymentNotCaptured
            | Self::PaymentVoided => RefusalKind::RuleViolated,
        }
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

    /// What comes late or again changes nothing; what contradicts what is known is refused, so that it is seen.
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
