//! The outcomes that a process waits for, and its deadlines.

use super::progress::Wait;
use super::{Deadline, OrderProgress, Outcome, Process, Step};
use crate::invoice::Invoice;
use crate::order::Order;
use crate::payment::Payment;
use crate::shipment::Shipment;
use crate::stock::Stock;
use crate::values::{OrderId, ShipmentId, Sku, StockId, WarehouseId};
use foldlog::{StreamName, Timestamp, Version};

/// An outcome that a process waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The version of the open intent in the stream of the process; none if the process waits for people or carriers.
    pub intent: Option<Version>,
    /// The stream that will contain the outcome.
    pub stream: StreamName,
}

/// The stream that a process waits for.
enum Of<'a> {
    Order,
    Stock(&'a WarehouseId, &'a Sku),
    Payment,
    Invoice,
    Shipment(&'a WarehouseId),
}

impl Process {
    /// The outcomes that the process of `order` waits for, as far as it knows.
    #[must_use]
    pub fn awaited(&self, order: &OrderId) -> Vec<Awaited> {
        let awaited = |(of, wait): (Of<'_>, Wait)| {
            let stream = match of {
                Of::Order => StreamName::of::<Order>(order),
                Of::Stock(warehouse, sku) => {
                    StreamName::of::<Stock>(&StockId { warehouse: warehouse.clone(), sku: sku.clone() })
                }
                Of::Payment => StreamName::of::<Payment>(order),
                Of::Invoice => StreamName::of::<Invoice>(order),
                Of::Shipment(warehouse) => StreamName::of::<Shipment>(&ShipmentId::of(order, warehouse)),
            };
            let intent = match wait {
                Wait::Intent(intent) => Some(intent),
                Wait::Others => None,
            };
            Awaited { intent, stream }
        };
        self.all_awaited().map(awaited).collect()
    }

    fn all_awaited(&self) -> impl Iterator<Item = (Of<'_>, Wait)> {
        let order = self.order.wait().map(|wait| (Of::Order, wait));
        let parts = self.lines.iter().flat_map(|line| line.parts.iter().map(move |part| (&line.sku, part)));
        let parts = parts.filter_map(|(sku, part)| Some((Of::Stock(&part.warehouse, sku), part.wait()?)));
        let payment = self.payment.wait().map(|wait| (Of::Payment, wait));
        let invoice = self.invoice.wait().map(|wait| (Of::Invoice, wait));
        let shipments = self.shipments.iter();
        let shipments = shipments.filter_map(|(warehouse, progress)| Some((Of::Shipment(warehouse), progress.wait()?)));
        order.into_iter().chain(parts).chain(payment).chain(invoice).chain(shipments)
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

    /// Whether the process has ended: no event of another stream can change it.
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
