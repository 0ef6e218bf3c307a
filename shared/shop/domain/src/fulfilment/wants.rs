//! The next intents of a process. They follow from its progress alone.

use super::{
    Deadline, Event, InvoiceProgress, LineProgress, OrderProgress, Parcel, PaymentProgress, Process, ShipmentProgress,
    Step,
};
use crate::invoice::Bill;
use crate::order::Failure;
use crate::payment::Charge;
use crate::values::{Quantity, Sku, TrackingNumber, WarehouseId};
use std::collections::BTreeMap;

impl Process {
    /// The intents that follow now. While a confirmation is outstanding, the process undoes nothing. It undoes only
    /// steps that it knows were taken.
    pub(super) fn intents(&self) -> Vec<Event> {
        match self.order {
            OrderProgress::PlacementRequested(_) | OrderProgress::ConfirmationRequested(_) => vec![],
            OrderProgress::Placed => self.towards_confirmation(),
            OrderProgress::Confirmed
            | OrderProgress::Shipped
            | OrderProgress::DeliveryRequested(_)
            | OrderProgress::Delivered => self.towards_delivery(),
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
            (Some(charge), PaymentProgress::None) => vec![Event::PaymentRequested(charge)],
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
        } else if self.payment == PaymentProgress::Declined {
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

    fn charge(&self) -> Option<Charge> {
        let card = self.means.card.clone().filter(|_| self.is_due())?;
        Some(Charge { amount: self.placement.totals.total, card })
    }

    /// Goods leave, stock is taken and money is captured only after the order's stream has accepted the shipping.
    fn towards_delivery(&self) -> Vec<Event> {
        let invoice = (self.invoice == InvoiceProgress::None).then(|| Event::InvoiceRequested(self.bill()));
        let missing = self.goods().into_iter().filter(|(warehouse, _)| !self.shipments.contains_key(warehouse));
        let shipments = missing.map(|(warehouse, contents)| {
            let (account, address) = (self.placement.account.clone(), self.means.address.clone());
            Event::ShipmentRequested(Parcel { warehouse, account, address, contents })
        });
        let mut wanted: Vec<Event> = invoice.into_iter().chain(shipments).collect();
        if self.order.left() {
            wanted.extend((self.payment == PaymentProgress::Authorised).then_some(Event::PaymentCaptureRequested {}));
            wanted.extend(self.held(|warehouse, sku| Event::StockDispatchRequested { warehouse, sku }));
            wanted.extend(self.created(|warehouse, tracking| Event::ShipmentDispatchRequested { warehouse, tracking }));
        }
        if self.order == OrderProgress::Shipped && self.arrived() {
            wanted.push(Event::OrderDeliveryRequested {});
        }
        // An order that was confirmed before the shop took payments has no payment to wait for.
        let paid = matches!(self.payment, PaymentProgress::None | PaymentProgress::Captured);
        if self.order == OrderProgress::Delivered && self.invoice == InvoiceProgress::Issued && paid {
            wanted.push(Event::InvoiceSettlementRequested {});
        }
        wanted
    }

    /// The process undoes each step that it knows was taken, independently of the others.
    fn undoing(&self) -> Vec<Event> {
        let releases = self.held(|warehouse, sku| Event::ReservationReleaseRequested { warehouse, sku });
        let payment = match self.payment {
            PaymentProgress::Authorised | PaymentProgress::CaptureFailed => Some(Event::PaymentVoidRequested {}),
            PaymentProgress::Captured => Some(Event::PaymentRefundRequested {}),
            PaymentProgress::None
            | PaymentProgress::Requested(_)
            | PaymentProgress::Declined
            | PaymentProgress::CaptureRequested(_)
            | PaymentProgress::VoidRequested(_)
            | PaymentProgress::Voided
            | PaymentProgress::RefundRequested(_)
            | PaymentProgress::Refunded => None,
        };
        let invoice = (self.invoice == InvoiceProgress::Issued).then_some(Event::InvoiceCreditRequested {});
        let shipments = self.created(|warehouse, _| Event::ShipmentCancellationRequested { warehouse });
        releases.into_iter().chain(payment).chain(invoice).chain(shipments).collect()
    }

    /// An intent for each part that is held.
    fn held(&self, want: impl Fn(WarehouseId, Sku) -> Event) -> Vec<Event> {
        let of_line = |line: &LineProgress| {
            line.held_parts().map(|part| want(part.warehouse.clone(), line.sku.clone())).collect::<Vec<_>>()
        };
        self.lines.iter().flat_map(of_line).collect()
    }

    /// An intent for each shipment that was created and not dispatched or cancelled.
    fn created(&self, want: impl Fn(WarehouseId, Option<TrackingNumber>) -> Event) -> Vec<Event> {
        let of_shipment = |(warehouse, progress): (&WarehouseId, &ShipmentProgress)| match progress {
            ShipmentProgress::Created(shipment) => Some(want(warehouse.clone(), self.tracking.get(shipment).cloned())),
            ShipmentProgress::Requested(_)
            | ShipmentProgress::DispatchRequested(_)
            | ShipmentProgress::Dispatched
            | ShipmentProgress::Delivered
            | ShipmentProgress::CancellationRequested(_)
            | ShipmentProgress::Cancelled => None,
        };
        self.shipments.iter().filter_map(of_shipment).collect()
    }

    /// The goods that each warehouse dispatches or dispatched.
    fn goods(&self) -> BTreeMap<WarehouseId, BTreeMap<Sku, Quantity>> {
        let mut goods: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for line in &self.lines {
            for part in line.parts.iter().filter(|part| part.is_goods()) {
                goods.entry(part.warehouse.clone()).or_default().insert(line.sku.clone(), part.quantity);
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
