//! `payment-<payment id>`: one attempt to pay an order. Most orders have one payment, which has the id of the order.
//!
//! The owner of this stream calls the provider, with the payment's id as reference. The stream records only known
//! results. A time-out is no known result, so it is no event.
//!
//! **Invariant.** A provider may move a payment by itself: a hold ends, an amount is captured or refunded. The stream
//! records each standing that a provider reports, with two exceptions. A late report changes nothing. And the provider
//! is not believed if it reports another amount than the charge, whatever it says of it: each report begins with its
//! amount ([`Command::Authorise`]). While the amount is held, the payment is then disputed, until the provider reports the
//! right amount or gives the amount back. Once it is captured, the report is refused.

mod event;
mod refunds;

pub use event::{Charge, Event};
pub use refunds::Refunds;

use crate::values::{Money, PaymentId, Reason};
use foldlog::{Decider, Effect, Executed, RefusalKind, Timestamp};
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
    /// The provider holds an amount.
    Authorise(Hold),
    /// The provider declined the payment.
    Decline {
        /// The reason that the provider gives.
        reason: Reason,
    },
    /// The provider captured an amount.
    Capture {
        /// The amount that it captured.
        amount: Money,
    },
    /// The provider could not capture the amount.
    FailCapture {
        /// The reason that the provider gives.
        reason: Reason,
    },
    /// The hold is of no use any more: it ended by itself, or the provider can neither capture nor void it.
    Lapse {
        /// The reason that the provider gives.
        reason: Reason,
    },
    /// The provider released the amount without capturing it.
    Void,
    /// The provider refunded the amount.
    Refund,
    /// The provider could not refund the amount.
    FailRefund {
        /// The reason that the provider gives.
        reason: Reason,
    },
    /// The provider refunded a part, for a return.
    RefundPart {
        /// The number of the return.
        number: u32,
        /// The part.
        amount: Money,
    },
    /// The provider could not refund a part.
    FailRefundPart {
        /// The number of the return.
        number: u32,
        /// The part.
        amount: Money,
        /// The reason that the provider gives.
        reason: Reason,
    },
    /// Somebody refunded parts by hand.
    NoteRefundByHand {
        /// The sum of these parts.
        amount: Money,
    },
}

impl Command {
    /// What tells it from the other commands of one report of the provider.
    #[must_use]
    pub fn step(&self) -> String {
        let name: &str = self.into();
        match self {
            Self::RefundPart { number, .. } | Self::FailRefundPart { number, .. } => format!("{name}-{number}"),
            Self::NoteRefundByHand { amount } => format!("{name}-{}", amount.amount()),
            Self::Create { .. }
            | Self::Authorise(_)
            | Self::Decline { .. }
            | Self::Capture { .. }
            | Self::FailCapture { .. }
            | Self::Lapse { .. }
            | Self::Void
            | Self::Refund
            | Self::FailRefund { .. } => name.to_owned(),
        }
    }
}

/// The answer of the provider to an authorisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The provider holds an amount.
    Authorised(Hold),
    /// The provider declined the card.
    Declined(Reason),
    /// The answer is unknown. A time-out is no decline.
    Unknown,
}

/// An amount that the provider holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The amount.
    pub amount: Money,
    /// The moment at which the hold ends by itself, if the provider says so.
    pub expires_at: Option<Timestamp>,
}

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
        /// The parts that were refunded, of a captured payment.
        #[serde(default, skip_serializing_if = "Refunds::is_nothing")]
        refunds: Refunds,
        /// The amount of the last dispute: what the provider has instead, as far as the shop knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        disputed: Option<Money>,
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
    /// The hold ended by itself, or the provider can neither capture nor void it.
    Lapsed(Reason),
    /// The provider holds or captured this amount, which is not the charge's.
    Disputed(Money),
    /// The provider captured the amount, and refuses to refund it.
    RefundFailed(Reason),
}

/// Why a payment refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Refusal {
    /// The payment does not exist.
    #[error("there is no such payment; create it first")]
    UnknownPayment,
    /// The payment is of another amount or card.
    #[error("this payment is of another amount or card, and stays so")]
    OtherCharge,
    /// The payment was not authorised.
    #[error("the payment is not authorised; ask the provider what became of it")]
    PaymentNotAuthorised,
    /// The payment was declined.
    #[error("the payment was declined ({0}); charge another card")]
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
    /// The payment was voided, or its hold ended by itself.
    #[error("the payment was voided, and there is nothing to capture or refund")]
    PaymentVoided,
    /// The report is about another amount.
    #[error("this payment is of another amount than the report; nothing of the report is recorded")]
    OtherAmount,
    /// More was refunded than was captured.
    #[error("that is more than was captured; ask the provider what it refunded")]
    RefundTooLarge,
}

impl foldlog::Refusal for Refusal {
    fn kind(&self) -> RefusalKind {
        if matches!(self, Self::UnknownPayment) { RefusalKind::NotFound } else { RefusalKind::RuleViolated }
    }
}

impl Decider for Payment {
    const CATEGORY: &'static str = "payment";
    const STATE_SCHEMA: u32 = 3;
    type Id = PaymentId;
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
                let answered = Status::Pending.answered(charge, None, answer)?;
                Ok([vec![Event::PaymentCreated(charge.clone())], answered].concat())
            }
            (State::Uncreated, _) => Err(Refusal::UnknownPayment),
            (State::Created { charge, status, disputed, .. }, Command::Create { charge: asked, answer })
                if charge == asked =>
            {
                status.answered(charge, *disputed, answer)
            }
            (State::Created { .. }, Command::Create { .. }) => Err(Refusal::OtherCharge),
            (
                State::Created { charge, status, refunds, .. },
                Command::RefundPart { .. } | Command::FailRefundPart { .. } | Command::NoteRefundByHand { .. },
            ) => refunds.decide(charge, status, command),
            (State::Created { charge, refunds, .. }, Command::Refund) if refunds.are_all(charge) => Ok(vec![]),
            (State::Created { charge, status, disputed, .. }, command) => status.decide(charge, *disputed, command),
        }
    }

    fn evolve(state: State, event: &Event) -> State {
        let status = match event.clone() {
            Event::PaymentCreated(charge) => {
                return State::Created { charge, status: Status::Pending, refunds: Refunds::default(), disputed: None };
            }
            Event::PaymentAuthorised { .. } => Status::Authorised,
            Event::PaymentDeclined { reason } => Status::Declined(reason),
            Event::PaymentCaptured {} => Status::Captured,
            Event::PaymentCaptureFailed { reason } => Status::CaptureFailed(reason),
            Event::PaymentVoided {} => Status::Voided,
            Event::PaymentRefunded {} => Status::Refunded,
            Event::PaymentLapsed { reason } => Status::Lapsed(reason),
            Event::PaymentDisputed { amount } => Status::Disputed(amount),
            Event::PaymentRefundFailed { reason } => Status::RefundFailed(reason),
            Event::PaymentPartlyRefunded { .. }
            | Event::PaymentPartialRefundFailed { .. }
            | Event::PaymentRefundedByHand { .. } => return state.with_refunds(event),
        };
        match state {
            State::Created { charge, refunds, disputed, .. } => {
                let disputed = if let Status::Disputed(amount) = status { Some(amount) } else { disputed };
                State::Created { charge, status, refunds, disputed }
            }
            State::Uncreated => State::Uncreated,
        }
    }
}

impl State {
    fn with_refunds(self, event: &Event) -> Self {
        match self {
            Self::Created { charge, status, refunds, disputed } => {
                Self::Created { charge, status, refunds: refunds.after(event), disputed }
            }
            Self::Uncreated => Self::Uncreated,
        }
    }
}

impl Status {
    fn answered(&self, charge: &Charge, disputed: Option<Money>, answer: &Answer) -> Result<Vec<Event>, Refusal> {
        match answer {
            Answer::Authorised(hold) => self.decide(charge, disputed, &Command::Authorise(*hold)),
            Answer::Declined(reason) => self.decide(charge, disputed, &Command::Decline { reason: reason.clone() }),
            Answer::Unknown => Ok(vec![]),
        }
    }

    /// A late or repeated answer changes nothing. The payment refuses an answer that contradicts a recorded one, so
    /// that you notice it.
    fn decide(&self, charge: &Charge, disputed: Option<Money>, command: &Command) -> Result<Vec<Event>, Refusal> {
        let stoppable = matches!(self, Self::Authorised | Self::CaptureFailed(_) | Self::Disputed(_));
        Ok(match command {
            Command::Create { .. }
            | Command::RefundPart { .. }
            | Command::FailRefundPart { .. }
            | Command::NoteRefundByHand { .. } => vec![],
            Command::Authorise(Hold { amount, .. }) if *amount != charge.amount => self.disputed(*amount, disputed)?,
            Command::Authorise(_) if *self != Self::Pending => self.held().map(|_| vec![])?,
            Command::Authorise(Hold { expires_at, .. }) => vec![Event::PaymentAuthorised { expires_at: *expires_at }],
            Command::Decline { reason } if *self == Self::Pending => {
                vec![Event::PaymentDeclined { reason: reason.clone() }]
            }
            Command::Decline { .. } if matches!(self, Self::Declined(_)) => vec![],
            Command::Decline { .. } => self.held().and(Err(Refusal::PaymentAlreadyAuthorised))?,
            Command::Capture { amount } => self.captured(charge, *amount)?,
            Command::FailCapture { reason } => {
                let reason = reason.clone();
                one(matches!(self.held()?, Self::Authorised), Event::PaymentCaptureFailed { reason })
            }
            Command::Lapse { reason } => {
                self.held()?;
                one(stoppable, Event::PaymentLapsed { reason: reason.clone() })
            }
            Command::Void if matches!(self, Self::Captured | Self::Refunded | Self::RefundFailed(_)) => {
                return Err(Refusal::PaymentCaptured);
            }
            Command::Void => {
                self.held()?;
                one(stoppable, Event::PaymentVoided {})
            }
            Command::Refund => one(*self.taken()? != Self::Refunded, Event::PaymentRefunded {}),
            Command::FailRefund { reason } => {
                let refundable = matches!(self.taken()?, Self::Captured | Self::Disputed(_));
                one(refundable, Event::PaymentRefundFailed { reason: reason.clone() })
            }
        })
    }

    /// What follows from a report of an amount that is not the charge's. `known` is that of the last dispute.
    fn disputed(&self, amount: Money, known: Option<Money>) -> Result<Vec<Event>, Refusal> {
        match self {
            Self::Pending | Self::Authorised | Self::CaptureFailed(_) => Ok(vec![Event::PaymentDisputed { amount }]),
            // The amount that is known to be wrong, and that a person looks at where it could not be refunded.
            Self::Disputed(_) | Self::RefundFailed(_) if known == Some(amount) => Ok(vec![]),
            // It ended, perhaps as a dispute about this amount: there is nothing to be believed any more.
            Self::Declined(reason) => Err(Refusal::PaymentDeclined(reason.clone())),
            Self::Voided | Self::Lapsed(_) | Self::Refunded => Ok(vec![]),
            Self::Disputed(_) | Self::Captured | Self::RefundFailed(_) => Err(Refusal::OtherAmount),
        }
    }

    /// A capture of another amount than the charge's is not believed. One that follows the end of the hold is: it says
    /// where the money is.
    fn captured(&self, charge: &Charge, amount: Money) -> Result<Vec<Event>, Refusal> {
        let believed = amount == charge.amount;
        Ok(match self.held()? {
            Self::Authorised | Self::CaptureFailed(_) if !believed => vec![Event::PaymentDisputed { amount }],
            Self::Voided | Self::Lapsed(_) if !believed => return Err(Refusal::PaymentVoided),
            Self::Authorised | Self::CaptureFailed(_) | Self::Disputed(_) | Self::Voided | Self::Lapsed(_) => {
                one(believed, Event::PaymentCaptured {})
            }
            Self::Pending | Self::Declined(_) | Self::Captured | Self::Refunded | Self::RefundFailed(_) => vec![],
        })
    }

    /// The status, if the provider holds or held an amount.
    fn held(&self) -> Result<&Self, Refusal> {
        match self {
            Self::Pending => Err(Refusal::PaymentNotAuthorised),
            Self::Declined(reason) => Err(Refusal::PaymentDeclined(reason.clone())),
            Self::Authorised
            | Self::Captured
            | Self::CaptureFailed(_)
            | Self::Voided
            | Self::Refunded
            | Self::Lapsed(_)
            | Self::Disputed(_)
            | Self::RefundFailed(_) => Ok(self),
        }
    }

    /// The status, if the provider captured an amount.
    fn taken(&self) -> Result<&Self, Refusal> {
        match self {
            Self::Pending | Self::Authorised | Self::CaptureFailed(_) => Err(Refusal::PaymentNotCaptured),
            Self::Voided | Self::Lapsed(_) => Err(Refusal::PaymentVoided),
            Self::Declined(reason) => Err(Refusal::PaymentDeclined(reason.clone())),
            Self::Captured | Self::Refunded | Self::Disputed(_) | Self::RefundFailed(_) => Ok(self),
        }
    }
}

/// Whether a command was the one that found another amount. Then nothing else of its report is believed. Refunds of an
/// amount that is disputed already are.
#[must_use]
pub fn disputes(command: &Command, executed: &Executed<State>) -> bool {
    let reports = matches!(command, Command::Authorise(_) | Command::Capture { .. });
    let is_disputed = matches!(executed.state, State::Created { status: Status::Disputed(_), .. });
    reports && is_disputed && executed.effect != Effect::Unchanged
}

/// The event, if it happens.
fn one(happens: bool, event: Event) -> Vec<Event> {
    if happens { vec![event] } else { vec![] }
}

#[cfg(test)]
mod tests;
