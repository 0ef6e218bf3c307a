//! The outcomes that a process waits for, and its deadlines.

use super::progress::Wait;
use super::returns::Side;
use super::{Deadline, OrderProgress, Outcome, Part, Process, Step, closed_by, reaction_to};
use crate::invoice::Invoice;
use crate::order::Order;
use crate::payment::Payment;
use crate::shipment::Shipment;
use crate::stock::Stock;
use crate::values::{Attempt, OrderId, PaymentId, ShipmentId, Sku, StockId, WarehouseId};
use foldlog::{CommandId, StreamName, Timestamp, Version};

/// An outcome that a process waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The version of the open intent in the stream of the process; none if the process waits for people or carriers.
    pub intent: Option<Version>,
    /// The stream that will contain the outcome.
    pub stream: StreamName,
    /// The command whose commit is the outcome, where that is known: on a stock.
    pub command: Option<CommandId>,
}

/// The stream that a process waits for.
enum Of<'a> {
    Order,
    Stock(&'a Part, &'a Sku),
    Payment(Attempt),
    Invoice,
    Shipment(&'a WarehouseId),
    Shelf(&'a WarehouseId, &'a Sku),
}

impl Of<'_> {
    fn awaited(self, order: &OrderId, wait: Wait) -> Awaited {
        let intent = match wait {
            Wait::Intent(intent) => Some(intent),
            Wait::Others => None,
        };
        let (stream, command) = match self {
            Of::Order => (StreamName::of::<Order>(order), None),
            Of::Stock(part, sku) => {
                let stock = StockId { warehouse: part.warehouse.clone(), sku: sku.clone() };
                // A reservation with an identity is closed by a command of its own, any other by its intent's.
                let closed = part.reservation().map(|reservation| closed_by(order, reservation));
                (StreamName::of::<Stock>(&stock), closed.or_else(|| Some(reaction_to(order, intent?))))
            }
            Of::Payment(attempt) => (StreamName::of::<Payment>(&PaymentId { order: order.clone(), attempt }), None),
            Of::Invoice => (StreamName::of::<Invoice>(order), None),
            Of::Shipment(warehouse) => (StreamName::of::<Shipment>(&ShipmentId::of(order, warehouse)), None),
            Of::Shelf(warehouse, sku) => {
                let stock = StockId { warehouse: warehouse.clone(), sku: sku.clone() };
                (StreamName::of::<Stock>(&stock), intent.map(|intent| reaction_to(order, intent)))
            }
        };
        Awaited { intent, stream, command }
    }
}

impl Process {
    /// The outcomes that the process of `order` waits for, as far as it knows.
    #[must_use]
    pub fn awaited(&self, order: &OrderId) -> Vec<Awaited> {
        self.all_awaited().map(|(of, wait)| of.awaited(order, wait)).collect()
    }

    /// These, and the payments that the provider may move by itself although the process waits for nothing.
    #[must_use]
    pub fn watched(&self, order: &OrderId) -> Vec<Awaited> {
        let watched = self.all_watched().map(|attempt| Of::Payment(attempt).awaited(order, Wait::Others));
        self.awaited(order).into_iter().chain(watched).collect()
    }

    /// Whether an event of another stream can still change the process.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.finished() || self.all_watched().next().is_some()
    }

    fn all_watched(&self) -> impl Iterator<Item = Attempt> {
        let is_owed = self.is_owed();
        self.payments().filter(move |(_, progress)| is_owed && progress.is_live()).map(|(attempt, _)| attempt)
    }

    fn all_awaited(&self) -> impl Iterator<Item = (Of<'_>, Wait)> {
        let order = self.order.wait().map(|wait| (Of::Order, wait));
        let parts = self.lines.iter().flat_map(|line| line.parts.iter().map(move |part| (&line.sku, part)));
        let parts = parts.filter_map(|(sku, part)| Some((Of::Stock(part, sku), part.wait()?)));
        let payments = self.payments().filter_map(|(attempt, progress)| Some((Of::Payment(attempt), progress.wait()?)));
        let debt = self.debt.wait().filter(|_| self.is_owed()).map(|wait| (Of::Order, wait));
        let replacement = self.withdrawals.wait().filter(|_| self.order == OrderProgress::Confirmed);
        let replacement = replacement.map(|wait| (Of::Order, wait));
        let invoice = self.invoice.wait().map(|wait| (Of::Invoice, wait));
        let shipments = self.shipments.iter();
        let shipments = shipments.filter_map(|(warehouse, progress)| Some((Of::Shipment(warehouse), progress.wait()?)));
        let returns = self.awaited_returns().map(|(side, wait)| {
            let of = match side {
                Side::Payment(attempt) => Of::Payment(attempt),
                Side::Invoice => Of::Invoice,
                Side::Shelf(warehouse, sku) => Of::Shelf(warehouse, sku),
            };
            (of, wait)
        });
        let of_order = order.into_iter().chain(debt).chain(replacement);
        of_order.chain(parts).chain(payments).chain(invoice).chain(shipments).chain(returns)
    }

    /// Whether the order was confirmed and is neither failed nor cancelled, so that it owes its amount.
    pub(super) const fn is_owed(&self) -> bool {
        matches!(self.order, OrderProgress::Confirmed) || self.order.left()
    }

    /// Whether the process would note an outcome: the outcome is relevant and not known yet.
    #[must_use]
    pub fn accepts(&self, outcome: &Outcome) -> bool {
        self.note(outcome).is_some()
    }

    /// Whether the process waits for anything, as far as it knows.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.all_awaited().next().is_some()
    }

    /// Whether the process has ended. Only a refund by hand or a return can change it then.
    #[must_use]
    pub fn finished(&self) -> bool {
        let over = match self.order {
            OrderProgress::Failed | OrderProgress::Cancelled | OrderProgress::Delivered => true,
            OrderProgress::PlacementRequested(_)
            | OrderProgress::Placed
            | OrderProgress::ConfirmationRequested(_)
            | OrderProgress::Confirmed
            | OrderProgress::Shipped
            | OrderProgress::DeliveryRequested(_)
            | OrderProgress::FailureRequested(_) => false,
        };
        over && !self.waits() && self.intents().is_empty()
    }

    /// The next moment at which the process has something to do unasked: its deadline, or the renewal of its hold.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.next_deadline().map(|(_, at)| at).into_iter().chain(self.renewal()).min()
    }

    /// The next deadline; none if it has passed or the process has ended.
    #[must_use]
    pub fn next_deadline(&self) -> Option<(Step, Timestamp)> {
        match self.deadline {
            Deadline::Set { step, at } if !self.finished() => Some((step, at)),
            Deadline::Set { .. } | Deadline::None | Deadline::Passed { .. } => None,
        }
    }

    /// The current step, if its deadline has passed.
    #[must_use]
    pub const fn deadline_passed(&self) -> Option<Step> {
        match self.deadline {
            Deadline::Passed { step } => Some(step),
            Deadline::Set { .. } | Deadline::None => None,
        }
    }

    /// The current step; none at the end.
    pub(super) fn step(&self) -> Option<Step> {
        match self.order {
            OrderProgress::PlacementRequested(_) | OrderProgress::Placed | OrderProgress::ConfirmationRequested(_) => {
                Some(Step::Confirmation)
            }
            OrderProgress::Confirmed => Some(Step::Shipping),
            OrderProgress::Shipped => Some(Step::Delivery),
            OrderProgress::DeliveryRequested(_)
            | OrderProgress::Delivered
            | OrderProgress::FailureRequested(_)
            | OrderProgress::Failed
            | OrderProgress::Cancelled => (!self.finished()).then_some(Step::Settlement),
        }
    }
}
