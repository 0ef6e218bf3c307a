//! What the process does about goods that came back after the delivery.
//!
//! **Invariant.** Each return is acted on once: its number is noted once, and each of its three effects is requested
//! once, independently of the others: a refund of a part of the payment, a credit note, and the receipt of the goods in
//! a warehouse. Returns are noted in any order.
//!
//! - A part is refunded as soon as a payment is captured. If none ever is, because the amount was written off, or the
//!   order costs nothing, nothing is refunded.
//! - If somebody refunds the whole payment by hand, nothing else is refunded, and the invoice is credited as a whole. So
//!   parts and credit notes that are outstanding then have no outcome, and the process waits for none.
//! - A part that the provider refuses to refund is an open item, until somebody refunds it by hand.

use super::progress::Wait;
use super::{
    CreditNoteProgress, Deadline, Event, InvoiceProgress, PaymentProgress, Process, ReceiptProgress, RefundProgress,
    ReturnProgress,
};
use crate::invoice::CreditNote;
use crate::order::Return;
use crate::values::{Attempt, Sku, WarehouseId};

/// The stream that a return waits for.
pub(super) enum Side<'a> {
    Payment(Attempt),
    Invoice,
    Shelf(&'a WarehouseId, &'a Sku),
}

impl InvoiceProgress {
    /// Whether it takes credit notes: it was issued, and is not credited as a whole.
    const fn takes_credit_notes(self) -> bool {
        match self {
            Self::Issued
            | Self::SettlementRequested(_)
            | Self::Settled
            | Self::WriteOffRequested(_)
            | Self::WrittenOff => true,
            Self::None | Self::Requested(_) | Self::CreditRequested(_) | Self::Credited => false,
        }
    }
}

impl Process {
    /// Whether a return was not noted yet. Only a delivered order has returns, even if the process does not know yet
    /// that it was delivered.
    pub(super) fn is_new(&self, returned: &Return) -> bool {
        self.order.left() && self.a_return(returned.number).is_none()
    }

    pub(super) fn a_return(&self, number: u32) -> Option<&ReturnProgress> {
        self.returns.iter().find(|each| each.returned.number == number)
    }

    fn on_return(&mut self, number: u32, change: impl FnOnce(&mut ReturnProgress)) {
        if let Some(found) = self.returns.iter_mut().find(|each| each.returned.number == number) {
            change(found);
        }
    }

    /// A return begins. What follows from it has time of its own, even if the deadline of the order passed long ago.
    pub(super) fn begin_return(&mut self, returned: Return) {
        self.returns.push(ReturnProgress::of(returned));
        self.deadline = Deadline::None;
    }

    pub(super) fn move_refund(&mut self, number: u32, after: impl FnOnce(RefundProgress) -> RefundProgress) {
        self.on_return(number, |each| each.refund = after(each.refund));
    }

    pub(super) fn move_note(&mut self, number: u32, progress: CreditNoteProgress) {
        self.on_return(number, |each| each.credit_note = progress);
    }

    pub(super) fn move_goods(&mut self, number: u32, sku: Sku, progress: ReceiptProgress) {
        self.on_return(number, |each| each.move_goods(sku, progress));
    }

    /// The intents about goods that came back.
    pub(super) fn returning(&self) -> Vec<Event> {
        let captured = self.serving().filter(|(_, progress)| *progress == PaymentProgress::Captured);
        // An invoice that was written off is not credited as a whole, whatever is refunded.
        let is_written_off =
            matches!(self.invoice, InvoiceProgress::WriteOffRequested(_) | InvoiceProgress::WrittenOff);
        let is_closed = self.is_returned() && !is_written_off || !self.invoice.takes_credit_notes();
        let of_return = |each: &ReturnProgress| {
            let (number, amount) = (each.returned.number, each.returned.refund);
            let is_due = each.is_worth_something() && each.refund == RefundProgress::None;
            let refund = captured.filter(|_| is_due).map(|(attempt, _)| Event::PartialRefundRequested {
                number,
                amount,
                of: attempt.into(),
            });
            let lacks_note = each.is_worth_something() && each.credit_note == CreditNoteProgress::None && !is_closed;
            let note = lacks_note.then_some(Event::CreditNoteRequested(CreditNote { number, amount }));
            refund.into_iter().chain(note).chain(each.receipts()).collect::<Vec<_>>()
        };
        self.returns.iter().flat_map(of_return).collect()
    }

    /// What the returns wait for. A part of a payment that was refunded as a whole has no outcome, and neither has a
    /// note on an invoice that is credited as a whole.
    pub(super) fn awaited_returns(&self) -> impl Iterator<Item = (Side<'_>, Wait)> {
        let takes_notes = self.invoice.takes_credit_notes();
        self.returns.iter().flat_map(move |each| {
            let refund = match each.refund {
                RefundProgress::Requested(intent, attempt) => Some((attempt, Wait::Intent(intent))),
                RefundProgress::Refused(attempt) => Some((attempt, Wait::Others)),
                RefundProgress::None | RefundProgress::Refunded(_) => None,
            };
            let refund = refund.filter(|(attempt, _)| self.attempt(*attempt) == PaymentProgress::Captured);
            let note = match each.credit_note {
                CreditNoteProgress::Requested(intent) if takes_notes => Some((Side::Invoice, Wait::Intent(intent))),
                CreditNoteProgress::Requested(_) | CreditNoteProgress::None | CreditNoteProgress::Issued => None,
            };
            let receipts = each.returned.warehouse.iter().flat_map(|warehouse| {
                each.goods.iter().filter_map(move |(sku, progress)| match progress {
                    ReceiptProgress::Requested(intent) => Some((Side::Shelf(warehouse, sku), Wait::Intent(*intent))),
                    ReceiptProgress::Received => None,
                })
            });
            let refund = refund.map(|(attempt, wait)| (Side::Payment(attempt), wait));
            refund.into_iter().chain(note).chain(receipts)
        })
    }
}
