//! The progress of a process, and how it notes the outcomes of other streams.

use super::withdrawals::{WithdrawalProgress, Withdrawals};
use super::{
    Candidate, CreditNoteProgress, Deadline, DebtProgress, Event, InvoiceProgress, LineProgress, OrderProgress,
    Outcome, Parcel, PartProgress, PaymentProgress, Receipt, ReceiptProgress, RefundProgress, ReturnProgress,
    ShipmentProgress, StockPosition,
};
use crate::order::Placement;
use crate::values::{CardToken, Means, Personal, Quantity, ShipmentId, Sku, TrackingNumber, WarehouseId};
use foldlog::{Timestamp, Version};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The progress of an order, as its process knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The number of events of the process, so that an intent knows its own version.
    version: Version,
    /// The checked-out cart.
    pub(super) placement: Placement,
    /// The card and address, once they are known.
    pub(super) means: Means,
    /// The progress of the order.
    pub order: OrderProgress,
    /// The progress of its lines.
    pub lines: Vec<LineProgress>,
    /// The progress of its last payment.
    pub payment: PaymentProgress,
    /// The progress of the payments before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<PaymentProgress>,
    /// The moment at which the hold of the last payment is to be authorised anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renew_at: Option<Timestamp>,
    /// The cards that people named after the confirmation.
    #[serde(default, skip_serializing_if = "Cards::is_none")]
    pub(super) cards: Cards,
    /// The progress of what it owes, apart from its ordinary payment.
    #[serde(default, skip_serializing_if = "DebtProgress::is_none")]
    pub debt: DebtProgress,
    /// The progress of its invoice.
    pub invoice: InvoiceProgress,
    /// The progress of its shipments, by warehouse.
    pub shipments: BTreeMap<WarehouseId, ShipmentProgress>,
    /// The contents that it last requested for each of them. Before goods are withdrawn there is one request for each,
    /// of the goods of its warehouse, and nothing here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) packed: BTreeMap<WarehouseId, BTreeMap<Sku, Quantity>>,
    /// The number of withdrawals at the last request to each of them, if there were some.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) asked: BTreeMap<WarehouseId, u32>,
    /// The reservations that the staff withdrew.
    #[serde(default, skip_serializing_if = "Withdrawals::is_none")]
    pub(super) withdrawals: Withdrawals,
    /// The tracking numbers of its shipments.
    pub(super) tracking: BTreeMap<ShipmentId, TrackingNumber>,
    /// The progress of the returns, in the order in which they were noted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<ReturnProgress>,
    /// The deadline of its current step.
    pub deadline: Deadline,
}

/// The cards that people named after the confirmation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cards {
    /// The number of the last one.
    pub(super) number: u32,
    /// The number of payments before it.
    pub(super) made: usize,
}

impl Cards {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Process {
    pub(super) fn started(placement: &Placement) -> Self {
        let line = |line: &crate::values::Line| LineProgress {
            sku: line.sku.clone(),
            quantity: line.quantity,
            candidates: vec![],
            parts: vec![],
            withdrawn: BTreeSet::new(),
        };
        let version = Version::NONE.next();
        Self {
            version,
            placement: placement.clone(),
            means: Means::default(),
            order: OrderProgress::PlacementRequested(version),
            lines: placement.lines.iter().map(line).collect(),
            payment: PaymentProgress::None,
            earlier: vec![],
            renew_at: None,
            cards: Cards::default(),
            debt: DebtProgress::None,
            invoice: InvoiceProgress::None,
            shipments: BTreeMap::new(),
            packed: BTreeMap::new(),
            asked: BTreeMap::new(),
            withdrawals: Withdrawals::default(),
            tracking: BTreeMap::new(),
            returns: vec![],
            deadline: Deadline::None,
        }
    }

    /// The event that notes an outcome; none if the process knows the outcome already, or if it came too late.
    pub(super) fn note(&self, outcome: &Outcome) -> Option<Event> {
        let (waits, noted) = match outcome.clone() {
            Outcome::Placed { candidates, means } => {
                let candidates = candidates.into_iter().map(|(sku, of_line)| (sku, by_id(of_line))).collect();
                (
                    matches!(self.order, OrderProgress::PlacementRequested(_)),
                    Event::PlacementNoted { candidates, means },
                )
            }
            Outcome::Confirmed => {
                (matches!(self.order, OrderProgress::ConfirmationRequested(_)), Event::ConfirmationNoted {})
            }
            Outcome::Shipped { tracking } => (
                matches!(self.order, OrderProgress::ConfirmationRequested(_) | OrderProgress::Confirmed),
                Event::ShippingNoted { tracking },
            ),
            Outcome::Delivered => {
                (matches!(self.order, OrderProgress::DeliveryRequested(_)), Event::OrderDeliveryNoted {})
            }
            Outcome::Withdrawn { warehouse, sku, number, candidates } => {
                let confirmed =
                    matches!(self.order, OrderProgress::ConfirmationRequested(_) | OrderProgress::Confirmed);
                let (is_new, candidates) = (number > self.withdrawals.number, by_id(candidates));
                (confirmed && is_new, Event::WithdrawalNoted { warehouse, sku, number, candidates })
            }
            Outcome::Replaced { number } => {
                let waits = matches!(self.withdrawals.progress, WithdrawalProgress::ReplacementRequested(_))
                    && number == self.withdrawals.number;
                (waits && self.order == OrderProgress::Confirmed, Event::ReservationReplacementNoted {})
            }
            Outcome::Failed => (self.order.open(), Event::FailureNoted {}),
            Outcome::Cancelled => (self.order.open(), Event::CancellationNoted {}),
            Outcome::Reserved { at, quantity, candidates } => {
                let waits = matches!(self.part(&at)?, PartProgress::Requested(_));
                let (StockPosition { warehouse, sku, reservation }, candidates) = (at, candidates.map(by_id));
                (waits, Event::ReservationNoted { warehouse, sku, reservation, quantity, candidates })
            }
            Outcome::Rejected { at, candidates } => {
                let waits = matches!(self.part(&at)?, PartProgress::Requested(_));
                let (StockPosition { warehouse, sku, reservation }, candidates) = (at, Some(by_id(candidates)));
                (waits, Event::RejectionNoted { warehouse, sku, reservation, candidates })
            }
            Outcome::Released(at) => {
                (matches!(self.part(&at)?, PartProgress::ReleaseRequested(_)), Event::ReleaseNoted(at))
            }
            Outcome::StockDispatched(at) => {
                (matches!(self.part(&at)?, PartProgress::DispatchRequested(_)), Event::StockDispatchNoted(at))
            }
            Outcome::Payment { attempt, outcome } => {
                let made = attempt.earlier() < self.attempts();
                (made && self.attempt(attempt).accepts(outcome), outcome.noted(attempt.into()))
            }
            // An order can lose its payment more than once, and an earlier answer may come again.
            Outcome::PaymentLost { answers } => {
                let waits = matches!(self.debt, DebtProgress::LossRequested(intent, _) if is_to(intent, answers));
                (self.is_owed() && waits, Event::PaymentLossNoted {})
            }
            Outcome::PaymentRegained { answers } => {
                let waits = matches!(self.debt, DebtProgress::RegainRequested(intent) if is_to(intent, answers));
                (self.is_owed() && waits, Event::PaymentRegainNoted {})
            }
            Outcome::CardReplaced { card, number } => {
                let is_new = self.debt.is_open() && number > self.cards.number;
                (is_new, Event::CardReplacementNoted { card, number })
            }
            Outcome::WrittenOff => (self.debt.is_open(), Event::WriteOffNoted {}),
            Outcome::Invoice(outcome) => self.invoice.note(outcome),
            Outcome::Shipment { warehouse, outcome } => {
                let last = self.asked.get(&warehouse).copied().unwrap_or_default();
                self.shipments.get(&warehouse)?.note(warehouse, last, outcome)
            }
            Outcome::Returned(returned) => (self.is_new(&returned), Event::ReturnNoted(returned)),
            Outcome::OfReturn { number, outcome } => self.a_return(number)?.note(outcome),
        };
        waits.then_some(noted)
    }

    /// Whether a warehouse holds some of a product for the order.
    #[must_use]
    pub fn is_held(&self, warehouse: &WarehouseId, sku: &Sku) -> bool {
        self.lines.iter().any(|line| line.sku == *sku && line.is_held_by(warehouse))
    }

    /// The progress of the part of a line that a reservation is for.
    fn part(&self, at: &StockPosition) -> Option<PartProgress> {
        let line = self.lines.iter().find(|line| line.sku == at.sku)?;
        Some(line.part(&at.warehouse, at.reservation)?.progress)
    }

    /// The process after the event.
    pub(super) fn evolve(mut self, event: &Event) -> Self {
        self.version = self.version.next();
        let intent = self.version;
        match event.clone() {
            Event::OrderPlacementRequested(_) => {}
            Event::PlacementNoted { candidates, means } => self.place(candidates, means),
            Event::ReservationRequested { warehouse, sku, quantity } => {
                self.line(&sku, |line| line.ask(warehouse, quantity, intent));
            }
            Event::ReservationNoted { warehouse, sku, reservation, quantity, candidates } => {
                self.line(&sku, |line| line.hold(&warehouse, reservation, quantity, candidates));
            }
            Event::RejectionNoted { warehouse, sku, reservation, candidates } => {
                self.line(&sku, |line| line.reject(&warehouse, reservation, candidates));
            }
            Event::ReservationReleaseRequested(at) => self.move_part(&at, PartProgress::ReleaseRequested(intent)),
            Event::ReleaseNoted(at) => self.move_part(&at, PartProgress::Released),
            Event::StockDispatchRequested(at) => self.move_part(&at, PartProgress::DispatchRequested(intent)),
            Event::StockDispatchNoted(at) => self.move_part(&at, PartProgress::Dispatched),
            Event::PaymentRequested { .. } => self.begin_payment(PaymentProgress::Requested(intent)),
            Event::AuthorisationNoted(of) => self.move_payment(of, PaymentProgress::Authorised),
            Event::DeclineNoted(of) => self.move_payment(of, PaymentProgress::Declined),
            Event::PaymentCaptureRequested(of) => self.move_payment(of, PaymentProgress::CaptureRequested(intent)),
            Event::CaptureNoted(of) => self.move_payment(of, PaymentProgress::Captured),
            Event::CaptureFailureNoted(of) => self.move_payment(of, PaymentProgress::CaptureFailed),
            Event::PaymentVoidRequested(of) => self.move_payment(of, PaymentProgress::VoidRequested(intent)),
            Event::VoidNoted(of) => self.move_payment(of, PaymentProgress::Voided),
            Event::PaymentRefundRequested(of) => self.move_payment(of, PaymentProgress::RefundRequested(intent)),
            Event::RefundNoted(of) => self.move_payment(of, self.attempt(of.attempt).refunded()),
            Event::DisputeNoted(of) => self.move_payment(of, PaymentProgress::Disputed),
            Event::RefundFailureNoted(of) => self.move_payment(of, PaymentProgress::RefundFailed),
            Event::RenewalSet { at } => self.renew_at = Some(at),
            Event::RenewalDue {} => self.payment = PaymentProgress::Expiring,
            Event::PaymentLossRequested { reason } => self.debt = DebtProgress::LossRequested(intent, reason),
            Event::PaymentLossNoted {} => self.debt = self.debt.lost(),
            Event::PaymentRegainRequested {} => self.debt = DebtProgress::RegainRequested(intent),
            Event::PaymentRegainNoted {} => self.debt = DebtProgress::None,
            Event::CardReplacementNoted { card, number } => self.replace_card(card, number),
            Event::WriteOffNoted {} => self.debt = DebtProgress::WrittenOff,
            Event::ConfirmationRequested {} => self.order = OrderProgress::ConfirmationRequested(intent),
            Event::ConfirmationNoted {} => self.order = OrderProgress::Confirmed,
            Event::InvoiceRequested(_) => self.invoice = InvoiceProgress::Requested(intent),
            Event::InvoiceNoted {} => self.invoice = InvoiceProgress::Issued,
            Event::InvoiceSettlementRequested {} => self.invoice = InvoiceProgress::SettlementRequested(intent),
            Event::InvoiceSettlementNoted {} => self.invoice = InvoiceProgress::Settled,
            Event::InvoiceCreditRequested {} => self.invoice = InvoiceProgress::CreditRequested(intent),
            Event::InvoiceCreditNoted {} => self.invoice = InvoiceProgress::Credited,
            Event::InvoiceWriteOffRequested {} => self.invoice = InvoiceProgress::WriteOffRequested(intent),
            Event::InvoiceWriteOffNoted {} => self.invoice = InvoiceProgress::WrittenOff,
            Event::ShipmentRequested(Parcel { warehouse, contents, .. }) => self.pack(warehouse, contents, intent),
            Event::ShipmentRepackingRequested { warehouse, contents, number } => {
                self.asked.insert(warehouse.clone(), number);
                self.pack(warehouse, contents, intent);
            }
            Event::ShipmentNoted { warehouse, shipment } => {
                self.move_shipment(warehouse, ShipmentProgress::Created(shipment));
            }
            Event::WithdrawalNoted { warehouse, sku, number, candidates } => {
                self.withdraw(number);
                self.line(&sku, |line| line.withdraw(warehouse, candidates));
            }
            Event::ReservationReplacementRequested { .. } => {
                self.withdrawals.progress = WithdrawalProgress::ReplacementRequested(intent);
            }
            Event::ReservationReplacementNoted {} => self.withdrawals = self.withdrawals.ended(),
            Event::ShippingNoted { tracking } => {
                self.order = OrderProgress::Shipped;
                // An order is not shipped while a withdrawal is open.
                self.withdrawals = self.withdrawals.ended();
                self.tracking = tracking;
            }
            Event::ShipmentDispatchRequested { warehouse, .. } => {
                self.move_shipment(warehouse, ShipmentProgress::DispatchRequested(intent));
            }
            Event::ShipmentDispatchNoted { warehouse } => self.move_shipment(warehouse, ShipmentProgress::Dispatched),
            Event::ShipmentDeliveryNoted { warehouse } => self.move_shipment(warehouse, ShipmentProgress::Delivered),
            Event::ShipmentCancellationRequested { warehouse, number } => self.unpack(warehouse, number, intent),
            Event::ShipmentCancellationNoted { warehouse } => {
                self.move_shipment(warehouse, ShipmentProgress::Cancelled);
            }
            Event::OrderDeliveryRequested {} => self.order = OrderProgress::DeliveryRequested(intent),
            Event::OrderDeliveryNoted {} => self.order = OrderProgress::Delivered,
            Event::FailureRequested { .. } => self.order = OrderProgress::FailureRequested(intent),
            Event::FailureNoted {} => self.order = OrderProgress::Failed,
            Event::CancellationNoted {} => self.order = OrderProgress::Cancelled,
            Event::ReturnNoted(returned) => self.begin_return(returned),
            Event::PartialRefundRequested { number, of, .. } => {
                self.move_refund(number, |_| RefundProgress::Requested(intent, of.attempt));
            }
            Event::PartialRefundNoted { number } => self.move_refund(number, RefundProgress::refunded),
            Event::PartialRefundFailureNoted { number } => self.move_refund(number, RefundProgress::refused),
            Event::CreditNoteRequested(note) => self.move_note(note.number, CreditNoteProgress::Requested(intent)),
            Event::CreditNoteNoted { number } => self.move_note(number, CreditNoteProgress::Issued),
            Event::StockReturnRequested(Receipt { number, sku, .. }) => {
                self.move_goods(number, sku, ReceiptProgress::Requested(intent));
            }
            Event::StockReturnNoted { number, sku } => self.move_goods(number, sku, ReceiptProgress::Received),
            Event::DeadlineSet { step, at } => self.deadline = Deadline::Set { step, at },
            Event::DeadlinePassed { step } => self.deadline = Deadline::Passed { step },
        }
        self
    }

    fn line(&mut self, sku: &Sku, change: impl FnOnce(&mut LineProgress)) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.sku == *sku) {
            change(line);
        }
    }

    fn place(&mut self, mut candidates: BTreeMap<Sku, Vec<Candidate>>, means: Means) {
        (self.order, self.means) = (OrderProgress::Placed, means);
        for line in &mut self.lines {
            line.candidates = candidates.remove(&line.sku).unwrap_or_default();
        }
    }

    fn replace_card(&mut self, card: Personal<CardToken>, number: u32) {
        self.means.card = Some(card);
        (self.cards, self.debt) = (Cards { number, made: self.attempts() }, DebtProgress::Collecting);
    }

    /// The contents of the shipments until now are kept, to tell which of them are to be packed anew.
    fn withdraw(&mut self, number: u32) {
        self.order = OrderProgress::Confirmed;
        for (warehouse, goods) in self.goods() {
            if self.shipments.contains_key(&warehouse) {
                self.packed.entry(warehouse).or_insert(goods);
            }
        }
        self.withdrawals = Withdrawals { number, progress: WithdrawalProgress::Open };
    }

    fn pack(&mut self, warehouse: WarehouseId, contents: BTreeMap<Sku, Quantity>, intent: Version) {
        if !self.withdrawals.is_none() {
            self.packed.insert(warehouse.clone(), contents);
        }
        self.move_shipment(warehouse, ShipmentProgress::Requested(intent));
    }

    fn unpack(&mut self, warehouse: WarehouseId, number: u32, intent: Version) {
        if number > 0 {
            self.asked.insert(warehouse.clone(), number);
        }
        self.move_shipment(warehouse, ShipmentProgress::CancellationRequested(intent));
    }

    fn move_shipment(&mut self, warehouse: WarehouseId, progress: ShipmentProgress) {
        self.shipments.insert(warehouse, progress);
    }

    fn move_part(&mut self, at: &StockPosition, progress: PartProgress) {
        self.line(&at.sku, |line| line.move_part(&at.warehouse, at.reservation, progress));
    }
}

/// Candidates in the order of their ids.
fn by_id(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by(|one, other| one.warehouse.cmp(&other.warehouse));
    candidates
}

/// Whether an answer belongs to an intent. One that names none belongs to any.
fn is_to(intent: Version, answers: Option<Version>) -> bool {
    answers.is_none_or(|answered| answered == intent)
}
