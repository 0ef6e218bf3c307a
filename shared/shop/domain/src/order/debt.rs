//! Whether the shop can still count on the payment of a confirmed order.

use super::{Command, Event, Loss, Refusal, Status};
use crate::values::{CardToken, Personal, Reason};
use serde::{Deserialize, Serialize};

/// What an order owes, and how many other cards were named for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The debt.
    pub debt: Debt,
    /// The number of cards that were named after the confirmation.
    cards: u32,
}

/// What a confirmed order owes, apart from its status. An order that owes something is not shipped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, strum::VariantNames, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Debt {
    /// Nothing beyond its ordinary payment.
    #[default]
    None,
    /// Its payment was lost. A person has to name another card, write the amount off, or cancel the order.
    Unpaid(Loss),
    /// A person named another card, which is being charged.
    Collecting(Personal<CardToken>),
    /// The staff do not expect the amount any more.
    WrittenOff(Reason),
}

impl Debt {
    /// Whether goods may leave.
    pub(super) fn shippable(&self) -> Result<(), Refusal> {
        match self {
            Self::None => Ok(()),
            Self::Unpaid(loss) => Err(Refusal::OrderUnpaid(*loss)),
            Self::Collecting(_) => Err(Refusal::CardBeingCharged),
            Self::WrittenOff(reason) => Err(Refusal::PaymentWrittenOff(reason.clone())),
        }
    }
}

impl Owed {
    /// Whether there was never a debt.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The decision about a confirmed, shipped or delivered order. Commands that are not about its debt change nothing.
    pub(super) fn decide(&self, status: &Status, command: &Command) -> Result<Vec<Event>, Refusal> {
        match (&self.debt, command) {
            // Each loss gets its answer, even if it was recorded before for another reason.
            (Debt::None | Debt::Unpaid(_) | Debt::Collecting(_), Command::LosePayment(reason)) => {
                Ok(vec![Event::PaymentLost { reason: *reason }])
            }
            (Debt::Unpaid(_) | Debt::Collecting(_) | Debt::WrittenOff(_), Command::RegainPayment) => {
                Ok(vec![Event::PaymentRegained {}])
            }
            (Debt::Unpaid(Loss::Refunded), Command::ReplaceCard { .. }) => Err(Refusal::PaymentRefunded),
            (Debt::Unpaid(_), Command::ReplaceCard { card, .. }) => {
                Ok(vec![Event::CardReplaced { card: card.clone(), number: self.cards.saturating_add(1) }])
            }
            (Debt::Collecting(charged), Command::ReplaceCard { card, .. }) if charged.is_same(card) => Ok(vec![]),
            (Debt::Unpaid(_), Command::WriteOff { .. }) if *status == Status::Confirmed => {
                Err(Refusal::OrderNotShipped)
            }
            (Debt::Unpaid(_), Command::WriteOff { reason }) => {
                Ok(vec![Event::PaymentWrittenOff { reason: reason.clone() }])
            }
            (Debt::Collecting(_), Command::ReplaceCard { .. } | Command::WriteOff { .. }) => {
                Err(Refusal::CardBeingCharged)
            }
            (Debt::None, Command::ReplaceCard { .. } | Command::WriteOff { .. }) => Err(Refusal::NothingOwed),
            (Debt::WrittenOff(reason), Command::ReplaceCard { .. }) => Err(Refusal::PaymentWrittenOff(reason.clone())),
            (Debt::None, Command::RegainPayment)
            | (Debt::WrittenOff(_), Command::LosePayment(_) | Command::WriteOff { .. })
            | (
                _,
                Command::Place { .. }
                | Command::Confirm
                | Command::Ship { .. }
                | Command::Deliver
                | Command::Cancel { .. }
                | Command::WithdrawReservation { .. }
                | Command::ReplaceReservation { .. }
                | Command::Fail(_)
                | Command::TakeBack(_),
            ) => Ok(vec![]),
        }
    }

    /// The debt after one more event.
    pub(super) fn after(self, event: &Event) -> Self {
        match event {
            Event::PaymentLost { reason } => Self { debt: Debt::Unpaid(*reason), ..self },
            Event::PaymentRegained {} => Self { debt: Debt::None, ..self },
            Event::CardReplaced { card, number } => Self { debt: Debt::Collecting(card.clone()), cards: *number },
            Event::PaymentWrittenOff { reason } => Self { debt: Debt::WrittenOff(reason.clone()), ..self },
            Event::OrderPlaced(_)
            | Event::AccountConnected(_)
            | Event::ReservationRequested {}
            | Event::ReservationSucceeded {}
            | Event::ReservationFailed { .. }
            | Event::PaymentConnected {}
            | Event::PaymentSucceeded {}
            | Event::PaymentFailed {}
            | Event::OrderConfirmed {}
            | Event::OrderShipped { .. }
            | Event::OrderDelivered {}
            | Event::OrderCancelled { .. }
            | Event::ReservationWithdrawn { .. }
            | Event::ReservationReplaced { .. }
            | Event::OrderFailed { .. }
            | Event::GoodsReturned(_) => self,
        }
    }
}
