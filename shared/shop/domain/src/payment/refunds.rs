//! The parts of a captured amount that were refunded: on request, one for each return, or by hand.
//!
//! **Invariant.** A part has the number of its return, and is refunded once. All parts together are never more than the
//! amount.
//!
//! A provider reports the parts by their numbers, so what has no number was refunded by hand. The shop records it, and
//! does not count it as the refund of a return, with one exception: it settles the refunds that the provider refused
//! before, as far as it is enough for them.
//!
//! Circle: with `crate::payment`, because they are one decider in two files.

use super::{Charge, Command, Event, Refusal, Status};
use crate::values::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The parts of an amount that were refunded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refunds {
    /// The parts that the provider refunded on request, by the number of the return, in minor units.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    parts: BTreeMap<u32, i64>,
    /// The parts that the provider refuses to refund.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    refused: BTreeMap<u32, i64>,
    /// The sum of the parts that somebody refunded by hand.
    #[serde(default, skip_serializing_if = "is_zero")]
    by_hand: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(amount: &i64) -> bool {
    *amount == 0
}

impl Refunds {
    /// Whether nothing was refunded in parts.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The sum of all parts, in minor units.
    #[must_use]
    pub fn sum(&self) -> i64 {
        self.on_request() + self.by_hand
    }

    /// The sum of the parts that the provider refunded on request, in minor units.
    #[must_use]
    pub fn on_request(&self) -> i64 {
        self.parts.values().sum()
    }

    /// Whether the parts that the shop requested are the whole amount. Then there is nothing else to refund.
    pub(super) fn are_all(&self, charge: &Charge) -> bool {
        charge.amount.amount() > 0 && self.on_request() == charge.amount.amount()
    }

    /// The decision about a part. Commands that are not about parts change nothing.
    pub(super) fn decide(&self, charge: &Charge, status: &Status, command: &Command) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::RefundPart { number, amount } => {
                let is_new = !self.parts.contains_key(number) && *status.taken()? != Status::Refunded;
                if is_new {
                    self.within(charge, *amount, 0)?;
                }
                let refunded = Event::PaymentPartlyRefunded { number: *number, amount: *amount };
                Ok(is_new.then_some(refunded).into_iter().collect())
            }
            Command::FailRefundPart { number, amount, reason } => {
                let is_known = self.parts.contains_key(number) || self.refused.contains_key(number);
                let is_new = !is_known && *status.taken()? != Status::Refunded;
                let (number, amount, reason) = (*number, *amount, reason.clone());
                let failed = Event::PaymentPartialRefundFailed { number, amount, reason };
                Ok(is_new.then_some(failed).into_iter().collect())
            }
            Command::NoteRefundByHand { amount } => {
                if *status.taken()? == Status::Refunded || amount.amount() <= self.by_hand {
                    return Ok(vec![]);
                }
                self.within(charge, *amount, self.by_hand)?;
                Ok(self.settled_by(*amount))
            }
            Command::Create { .. }
            | Command::Authorise(_)
            | Command::Decline { .. }
            | Command::Capture { .. }
            | Command::FailCapture { .. }
            | Command::Lapse { .. }
            | Command::Void
            | Command::Refund
            | Command::FailRefund { .. } => Ok(vec![]),
        }
    }

    /// The events if so much was refunded by hand: one for each refused refund that it settles, and one for the rest.
    fn settled_by(&self, amount: Money) -> Vec<Event> {
        let (mut sum, mut events) = (self.by_hand, vec![]);
        let mut noted = |sum, settles| {
            let amount = Money::new(sum, amount.currency());
            events.extend(amount.map(|amount| Event::PaymentRefundedByHand { amount, settles }));
        };
        for (number, refused) in &self.refused {
            if sum + refused <= amount.amount() {
                sum += refused;
                noted(sum, Some(*number));
            }
        }
        if sum < amount.amount() {
            noted(amount.amount(), None);
        }
        events
    }

    /// A report of more than was captured is not believed. `known` is the share of the amount that is recorded already.
    fn within(&self, charge: &Charge, amount: Money, known: i64) -> Result<(), Refusal> {
        let is_within = amount.currency() == charge.amount.currency()
            && self.sum() - known + amount.amount() <= charge.amount.amount();
        is_within.then_some(()).ok_or(Refusal::RefundTooLarge)
    }

    /// The refunds after one more event.
    pub(super) fn after(mut self, event: &Event) -> Self {
        match event {
            Event::PaymentPartlyRefunded { number, amount } => {
                self.refused.remove(number);
                self.parts.insert(*number, amount.amount());
            }
            Event::PaymentPartialRefundFailed { number, amount, .. } => {
                self.refused.insert(*number, amount.amount());
            }
            Event::PaymentRefundedByHand { amount, settles } => {
                self.by_hand = amount.amount();
                if let Some(number) = settles {
                    self.refused.remove(number);
                }
            }
            Event::PaymentCreated(_)
            | Event::PaymentAuthorised { .. }
            | Event::PaymentDeclined { .. }
            | Event::PaymentCaptured {}
            | Event::PaymentCaptureFailed { .. }
            | Event::PaymentVoided {}
            | Event::PaymentRefunded {}
            | Event::PaymentLapsed { .. }
            | Event::PaymentDisputed { .. }
            | Event::PaymentRefundFailed { .. } => {}
        }
        self
    }
}

#[cfg(test)]
mod tests;
