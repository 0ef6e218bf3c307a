//! The progress of goods that came back, as the process knows it.

use super::{Event, Receipt, ReturnOutcome};
use crate::order::Return;
use crate::values::{Attempt, Sku};
use foldlog::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The progress of a return. A request carries the version of its intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnProgress {
    /// The return.
    pub returned: Return,
    /// The progress of its refund.
    pub refund: RefundProgress,
    /// The progress of its credit note.
    pub credit_note: CreditNoteProgress,
    /// The progress of its goods, as far as a warehouse was asked to receive them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub goods: BTreeMap<Sku, ReceiptProgress>,
}

/// The progress of the refund for a return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum RefundProgress {
    #[default]
    None,
    Requested(Version, Attempt),
    Refunded(Attempt),
    /// An open item: the provider refuses to refund the part.
    Refused(Attempt),
}

/// The progress of a credit note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum CreditNoteProgress {
    #[default]
    None,
    Requested(Version),
    Issued,
}

/// The progress of goods that a warehouse receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum ReceiptProgress {
    Requested(Version),
    Received,
}

impl RefundProgress {
    /// The payment that it is a part of.
    pub(super) const fn attempt(self) -> Option<Attempt> {
        match self {
            Self::None => None,
            Self::Requested(_, attempt) | Self::Refunded(attempt) | Self::Refused(attempt) => Some(attempt),
        }
    }

    /// The progress after the provider refunded the part.
    pub(super) fn refunded(self) -> Self {
        self.attempt().map_or(self, Self::Refunded)
    }

    /// The progress after the provider refused to refund the part.
    pub(super) fn refused(self) -> Self {
        self.attempt().map_or(self, Self::Refused)
    }
}

impl ReturnProgress {
    pub(super) fn of(returned: Return) -> Self {
        let (refund, credit_note) = (RefundProgress::None, CreditNoteProgress::None);
        Self { returned, refund, credit_note, goods: BTreeMap::new() }
    }

    /// Whether it waits for an outcome, and the event that notes it. A late refusal never replaces a refund.
    pub(super) fn note(&self, outcome: ReturnOutcome) -> (bool, Event) {
        let number = self.returned.number;
        match outcome {
            ReturnOutcome::Refunded => (
                matches!(self.refund, RefundProgress::Requested(..) | RefundProgress::Refused(_)),
                Event::PartialRefundNoted { number },
            ),
            ReturnOutcome::RefundFailed => {
                (matches!(self.refund, RefundProgress::Requested(..)), Event::PartialRefundFailureNoted { number })
            }
            ReturnOutcome::Credited => {
                (matches!(self.credit_note, CreditNoteProgress::Requested(_)), Event::CreditNoteNoted { number })
            }
            ReturnOutcome::Received(sku) => {
                let waits = matches!(self.goods.get(&sku), Some(ReceiptProgress::Requested(_)));
                (waits, Event::StockReturnNoted { number, sku })
            }
        }
    }

    pub(super) fn move_goods(&mut self, sku: Sku, progress: ReceiptProgress) {
        self.goods.insert(sku, progress);
    }

    /// The goods that a warehouse was not asked to receive yet.
    pub(super) fn receipts(&self) -> impl Iterator<Item = Event> {
        let Return { number, goods, warehouse, .. } = &self.returned;
        let to = warehouse.iter().flat_map(move |warehouse| goods.iter().map(move |goods| (warehouse, goods)));
        to.filter(|(_, (sku, _))| !self.goods.contains_key(*sku)).map(|(warehouse, (sku, quantity))| {
            let (number, quantity) = (*number, *quantity);
            Event::StockReturnRequested(Receipt { number, warehouse: warehouse.clone(), sku: sku.clone(), quantity })
        })
    }

    /// Whether the customer gets anything back.
    pub(super) const fn is_worth_something(&self) -> bool {
        self.returned.refund.amount() > 0
    }
}
