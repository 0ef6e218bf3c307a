//! The next intents of a process. They follow from its progress alone.

use super::{
    Deadline, Event, InvoiceProgress, LineProgress, OfPayment, OrderProgress, PartProgress, PaymentProgress, Process,
    ShipmentProgress, Step, StockPosition,
};
use crate::invoice::Bill;
use crate::order::Failure;
use crate::payment::Charge;
use crate::values::{Quantity, ShipmentId, Sku, WarehouseId};
use std::collections::BTreeMap;

impl Process {
    /// The intents that follow now. While a confirmation is outstanding, the process undoes nothing. It undoes only
    /// steps that it knows were taken.
    pub(super) fn intents(&self) -> Vec<Event> {
        match self.order {
            OrderProgress::PlacementRequested(_) | OrderProgress::ConfirmationRequested(_) => vec![],
            OrderProgress::Placed => self.towards_confirmation(),
            OrderProgress::Confirmed if self.withdrawals.is_open() => self.replacing(),
            OrderProgress::Confirmed
            | OrderProgress::Shipped
            | OrderProgress::DeliveryRequested(_)
            | OrderProgress::Delivered => self.towards_delivery(),
            // It is still confirmed.
            OrderProgress::FailureRequested(_) if self.withdrawals.is_open() => vec![],
            OrderProgress::FailureRequested(_) | OrderProgress::Failed | OrderProgress::Cancelled => self.undoing(),
        }
    }

    fn towards_confirmation(&self) -> Vec<Event> {
        if let Some(reason) = self.reason_to_stop() {
            return [vec![Event::FailureRequested { reason }], self.undoing()].concat();
        }
        if !self.lines.iter().all(LineProgress::held) {
            return self.lines.iter().flat_map(LineProgress::reservations).collect();
        }
        match (self.charge(), self.payment) {
            (Some(charge), PaymentProgress::None) => {
                vec![Event::PaymentRequested { charge, of: OfPayment::default() }]
            }
            (Some(_), PaymentProgress::Authorised | PaymentProgress::Captured) | (None, _) => {
                vec![Event::ConfirmationRequested {}]
            }
            (Some(_), _) => vec![],
        }
    }

    /// The reason why the order can no longer be confirmed. A passed deadline is a reason, although it is no outcome.
    /// An order that was placed before the shop took payments has no card.
    fn reason_to_stop(&self) -> Option<Failure> {
        let nobody_has = self.lines.iter().find(|line| line.unservable());
        if self.deadline == (Deadline::Passed { step: Step::Confirmation }) {
            Some(Failure::DeadlinePassed)
        } else if let Some(line) = nobody_has {
            Some(Failure::OutOfStock { sku: line.sku.clone() })
        } else if self.payment.is_refused() {
            Some(Failure::PaymentDeclined)
        } else if self.is_due() && self.means.card.is_none() {
            Some(Failure::NoCard)
        } else {
            None
        }
    }

    const fn is_due(&self) -> bool {
        self.placement.totals.total.amount() > 0
    }

    pub(super) fn charge(&self) -> Option<Charge> {
        let card = self.means.card.clone().filter(|_| self.is_due())?;
        Some(Charge { amount: self.placement.totals.total, card })
    }

    /// Goods leave, stock is taken and money is captured only after the order's stream has accepted the shipping.
    fn towards_delivery(&self) -> Vec<Event> {
        let mut wanted = self.invoicing();
        wanted.extend(self.packing());
        wanted.extend(self.paying(self.charge()));
        if self.order.left() {
            wanted.extend(self.parts_in(PartProgress::Held, Event::StockDispatchRequested));
            let goods = self.goods();
            let packed = self.created().filter(|(warehouse, _)| self.is_packed(warehouse, goods.get(*warehouse)));
            wanted.extend(packed.map(|(warehouse, shipment)| {
                let (warehouse, tracking) = (warehouse.clone(), self.tracking.get(shipment).cloned());
                Event::ShipmentDispatchRequested { warehouse, tracking }
            }));
        }
        if self.order == OrderProgress::Shipped && self.arrived() {
            wanted.push(Event::OrderDeliveryRequested {});
        }
        wanted.extend(self.billing());
        wanted.extend(self.returning());
        wanted
    }

    pub(super) fn invoicing(&self) -> Vec<Event> {
        let missing = (self.invoice == InvoiceProgress::None).then(|| Event::InvoiceRequested(self.bill()));
        missing.into_iter().collect()
    }

    /// The process undoes each step that it knows was taken, independently of the others.
    fn undoing(&self) -> Vec<Event> {
        let releases = [PartProgress::Held, PartProgress::Withdrawn];
        let releases = releases.map(|progress| self.parts_in(progress, Event::ReservationReleaseRequested)).concat();
        let payments = self.payments().filter_map(|(attempt, progress)| progress.undoing(attempt.into()));
        let invoice = (self.invoice == InvoiceProgress::Issued).then_some(Event::InvoiceCreditRequested {});
        let shipments = self.created().map(|(warehouse, _)| self.unpacking(warehouse));
        releases.into_iter().chain(payments).chain(invoice).chain(shipments).collect()
    }

    /// An intent for each part in this progress.
    pub(super) fn parts_in(&self, progress: PartProgress, want: impl Fn(StockPosition) -> Event) -> Vec<Event> {
        self.lines.iter().flat_map(|line| line.positions(progress)).map(want).collect()
    }

    /// The shipments that were created, and not dispatched or cancelled.
    pub(super) fn created(&self) -> impl Iterator<Item = (&WarehouseId, &ShipmentId)> {
        self.shipments.iter().filter_map(|(warehouse, progress)| match progress {
            ShipmentProgress::Created(shipment) => Some((warehouse, shipment)),
            ShipmentProgress::Requested(_)
            | ShipmentProgress::DispatchRequested(_)
            | ShipmentProgress::Dispatched
            | ShipmentProgress::Delivered
            | ShipmentProgress::CancellationRequested(_)
            | ShipmentProgress::Cancelled => None,
        })
    }

    /// The goods that each warehouse dispatches or dispatched. Several parts of a line may come from one warehouse.
    pub(super) fn goods(&self) -> BTreeMap<WarehouseId, BTreeMap<Sku, Quantity>> {
        let mut goods: BTreeMap<_, BTreeMap<_, Quantity>> = BTreeMap::new();
        for line in &self.lines {
            for part in line.parts.iter().filter(|part| part.is_goods()) {
                let of_warehouse = goods.entry(part.warehouse.clone()).or_default();
                let before = of_warehouse.get(&line.sku).map_or(0, |quantity| quantity.get());
                // The parts of a line add up to its quantity.
                if let Ok(sum) = (before + part.quantity.get()).try_into() {
                    of_warehouse.insert(line.sku.clone(), sum);
                }
            }
        }
        goods
    }

    /// Whether every warehouse's shipment arrived.
    fn arrived(&self) -> bool {
        let delivered = |warehouse| self.shipments.get(warehouse) == Some(&ShipmentProgress::Delivered);
        self.goods().keys().all(delivered)
    }

    fn bill(&self) -> Bill {
        let (account, lines) = (self.placement.account.clone(), self.placement.lines.clone());
        Bill { account, lines, totals: self.placement.totals }
    }
}
