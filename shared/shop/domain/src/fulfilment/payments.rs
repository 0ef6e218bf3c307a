//! The payments of a process: one after the other, each an attempt under a reference of its own.
//!
//! **Invariant.** At the end at most one payment is captured, and nothing is held. The first attempt is requested before
//! the confirmation. The process requests another one if the hold of the last one ended or is about to end, or if a
//! person named another card; never because an answer is unknown. What a payment that does not serve the order holds or
//! took is given back.
//!
//! **Before goods leave**, the order has to have a hold. A hold whose end is known is renewed in time, and it serves the
//! order until the answer. If the order has none, its stream is asked to record that its payment is lost, and from then
//! on refuses to be shipped. If the shipping came first, the process collects the amount as below.
//!
//! **After goods left**, the process captures the last hold. If that fails, it makes further attempts with the same card,
//! up to [`MOST_ATTEMPTS`]. If none succeeds, the payment is lost, and a person names another card or writes the amount
//! off.
//!
//! A payment that somebody refunded at the provider is the decision of a person: the process charges no card any more,
//! and credits the invoice.

use super::{DebtProgress, Event, InvoiceProgress, OfPayment, OrderProgress, PaymentProgress, Process};
use crate::order::Loss;
use crate::payment::Charge;
use crate::values::Attempt;
use foldlog::Timestamp;

/// The maximum number of attempts with one card. A person can name the same card again.
pub const MOST_ATTEMPTS: usize = 3;

impl Process {
    /// The payments, in the order of their attempts.
    pub(super) fn payments(&self) -> impl DoubleEndedIterator<Item = (Attempt, PaymentProgress)> {
        let all = self.earlier.iter().copied().chain([self.payment]).enumerate();
        all.map(|(earlier, progress)| (Attempt::after(earlier), progress)).collect::<Vec<_>>().into_iter()
    }

    /// The progress of an attempt.
    pub(super) fn attempt(&self, attempt: Attempt) -> PaymentProgress {
        self.earlier.get(attempt.earlier()).copied().unwrap_or(self.payment)
    }

    pub(super) fn move_payment(&mut self, of: OfPayment, progress: PaymentProgress) {
        match self.earlier.get_mut(of.attempt.earlier()) {
            Some(earlier) => *earlier = progress,
            None => self.payment = progress,
        }
    }

    /// The last payment begins.
    pub(super) fn begin_payment(&mut self, progress: PaymentProgress) {
        if self.payment != PaymentProgress::None {
            self.earlier.push(self.payment);
        }
        (self.payment, self.renew_at) = (progress, None);
    }

    /// The number of attempts so far.
    pub(super) fn attempts(&self) -> usize {
        self.earlier.len() + usize::from(self.payment != PaymentProgress::None)
    }

    /// The moment at which the hold is to be authorised anew; none if the order waits for no shipping.
    pub(super) fn renewal(&self) -> Option<Timestamp> {
        let waits = self.order == OrderProgress::Confirmed && self.payment == PaymentProgress::Authorised;
        self.renew_at.filter(|_| waits)
    }

    /// Whether the amount was captured, and not refunded since. An order that was confirmed before the shop took
    /// payments, and one that costs nothing, has no payment to wait for.
    pub(super) fn is_paid(&self) -> bool {
        self.payment == PaymentProgress::None || self.has(PaymentProgress::Captured)
    }

    fn has(&self, progress: PaymentProgress) -> bool {
        self.payments().any(|(_, of_attempt)| of_attempt == progress)
    }

    /// Whether somebody refunded the order at the provider.
    pub(super) fn is_returned(&self) -> bool {
        self.has(PaymentProgress::Returned)
    }

    /// The payment that serves the order: the one that is captured, or else being captured, or else held for longest.
    /// If a part of a captured one was refunded for a return, it is that one.
    pub(super) fn serving(&self) -> Option<(Attempt, PaymentProgress)> {
        let last = |is: fn(PaymentProgress) -> bool| self.payments().rfind(|(_, progress)| is(*progress));
        let refunding = self.returns.iter().find_map(|each| each.refund.attempt());
        refunding
            .map(|attempt| (attempt, self.attempt(attempt)))
            .filter(|(_, progress)| *progress == PaymentProgress::Captured)
            .or_else(|| last(|progress| progress == PaymentProgress::Captured))
            .or_else(|| last(|progress| matches!(progress, PaymentProgress::CaptureRequested(_))))
            .or_else(|| last(|progress| progress == PaymentProgress::Authorised))
            .or_else(|| last(|progress| progress == PaymentProgress::Expiring))
            .filter(|_| !self.is_returned())
    }

    /// Whether the process now makes another attempt.
    fn renews(&self) -> bool {
        let expiring = PaymentProgress::Expiring;
        let needed = match self.serving() {
            Some((_, progress)) => progress == expiring && !self.order.left(),
            None => !self.is_returned() && self.debt != DebtProgress::WrittenOff,
        };
        let made = self.attempts() - self.cards.made;
        needed
            && match self.payment {
                PaymentProgress::Voided | PaymentProgress::Expiring => made < MOST_ATTEMPTS,
                PaymentProgress::Declined | PaymentProgress::Disputed | PaymentProgress::Refunded => made == 0,
                PaymentProgress::None
                | PaymentProgress::Requested(_)
                | PaymentProgress::Authorised
                | PaymentProgress::CaptureRequested(_)
                | PaymentProgress::CaptureFailed
                | PaymentProgress::Captured
                | PaymentProgress::VoidRequested(_)
                | PaymentProgress::RefundRequested(_)
                | PaymentProgress::Returned
                | PaymentProgress::RefundFailed => false,
            }
    }

    /// Whether an attempt is under way, or its rest is being given back before the next one.
    fn is_under_way(&self) -> bool {
        let open = |progress| {
            matches!(
                progress,
                PaymentProgress::Requested(_) | PaymentProgress::VoidRequested(_) | PaymentProgress::CaptureFailed
            )
        };
        open(self.payment) || self.renews()
    }

    /// Why the order has no payment that it can count on; none if it has one, or may get one soon.
    fn loss(&self) -> Option<Loss> {
        let left = self.order.left();
        let secured = match self.serving() {
            Some((_, PaymentProgress::Expiring)) => left || self.is_under_way(),
            Some(_) => true,
            None => false,
        };
        if secured || self.is_returned() && left {
            None
        } else if self.is_returned() {
            Some(Loss::Refunded)
        } else if (left || self.debt == DebtProgress::Collecting) && self.is_under_way() {
            None
        } else {
            Some(match self.payment {
                PaymentProgress::Declined => Loss::Declined,
                PaymentProgress::Disputed => Loss::OtherAmount,
                PaymentProgress::None
                | PaymentProgress::Requested(_)
                | PaymentProgress::Authorised
                | PaymentProgress::CaptureRequested(_)
                | PaymentProgress::CaptureFailed
                | PaymentProgress::Captured
                | PaymentProgress::VoidRequested(_)
                | PaymentProgress::Voided
                | PaymentProgress::RefundRequested(_)
                | PaymentProgress::Refunded
                | PaymentProgress::Expiring
                | PaymentProgress::Returned
                | PaymentProgress::RefundFailed => Loss::Lapsed,
            })
        }
    }

    /// Whether the order has its payment again: a hold, or after goods left the amount itself.
    fn regained(&self) -> bool {
        match self.serving() {
            Some((_, PaymentProgress::Captured)) => true,
            Some((_, progress)) => progress == PaymentProgress::Authorised && !self.order.left(),
            // What was written off stays so: nobody expects the amount that somebody gave back.
            None => self.is_returned() && self.order.left() && self.debt != DebtProgress::WrittenOff,
        }
    }

    /// The intents about the payments of a confirmed order.
    pub(super) fn paying(&self, charge: Option<Charge>) -> Vec<Event> {
        if self.payment == PaymentProgress::None {
            return vec![];
        }
        let of = OfPayment { attempt: Attempt::after(self.attempts()) };
        let attempt = charge.filter(|_| self.renews()).map(|charge| Event::PaymentRequested { charge, of });
        let capture = self.serving().filter(|(_, progress)| {
            self.order.left() && matches!(progress, PaymentProgress::Authorised | PaymentProgress::Expiring)
        });
        let capture = capture.map(|(attempt, _)| Event::PaymentCaptureRequested(attempt.into()));
        let mark = match (self.debt, self.loss()) {
            (DebtProgress::None | DebtProgress::Collecting, Some(reason)) => {
                Some(Event::PaymentLossRequested { reason })
            }
            (DebtProgress::Lost(known), Some(reason)) if known != reason => {
                Some(Event::PaymentLossRequested { reason })
            }
            (debt, _) => (debt.is_marked() && self.regained()).then_some(Event::PaymentRegainRequested {}),
        };
        attempt.into_iter().chain(capture).chain(self.giving_back()).chain(mark).collect()
    }

    /// What payments that do not serve the order hold or took is given back: as soon as another one does, or as soon as
    /// it is certain that they never will.
    fn giving_back(&self) -> Vec<Event> {
        let serving = self.serving();
        let served = self.is_returned()
            || serving.is_some_and(|(_, progress)| {
                let is_held = progress == PaymentProgress::Authorised && !self.order.left();
                is_held || progress == PaymentProgress::Captured
            });
        let useless = |(attempt, progress): &(Attempt, PaymentProgress)| {
            let is_serving = serving.is_some_and(|(serving, _)| serving == *attempt);
            let failed = *progress == PaymentProgress::CaptureFailed
                || *progress == PaymentProgress::Disputed && (attempt.earlier() < self.earlier.len() || self.renews());
            !is_serving && (served || failed)
        };
        let useless = self.payments().filter(useless);
        useless.filter_map(|(attempt, progress)| progress.undoing(attempt.into())).collect()
    }

    /// The intent about the invoice of a confirmed order.
    pub(super) fn billing(&self) -> Option<Event> {
        let captured = self.has(PaymentProgress::Captured);
        match self.invoice {
            InvoiceProgress::Issued | InvoiceProgress::Settled if self.is_returned() => {
                Some(Event::InvoiceCreditRequested {})
            }
            InvoiceProgress::Issued if self.order == OrderProgress::Delivered && self.is_paid() => {
                Some(Event::InvoiceSettlementRequested {})
            }
            InvoiceProgress::WrittenOff if self.order == OrderProgress::Delivered && captured => {
                Some(Event::InvoiceSettlementRequested {})
            }
            InvoiceProgress::Issued if self.debt == DebtProgress::WrittenOff && !captured => {
                Some(Event::InvoiceWriteOffRequested {})
            }
            InvoiceProgress::None
            | InvoiceProgress::Requested(_)
            | InvoiceProgress::Issued
            | InvoiceProgress::SettlementRequested(_)
            | InvoiceProgress::Settled
            | InvoiceProgress::CreditRequested(_)
            | InvoiceProgress::Credited
            | InvoiceProgress::WriteOffRequested(_)
            | InvoiceProgress::WrittenOff => None,
        }
    }
}
