//! What the owners of the other streams do about the intents of the processes.

use crate::world::{Message, Provider, World, execute};
use domain::fulfilment::{Event, Parcel, of_invoice, of_order, of_payment, of_shipment, of_stock};
use domain::payment::Answer;
use domain::shipment::Consignment;
use domain::values::{OrderId, ShipmentId, Sku, WarehouseId};
use domain::{invoice, order, payment, shipment, stock};

impl World {
    pub(crate) fn react(&mut self, id: &OrderId, intent: Event) {
        match intent {
            Event::OrderPlacementRequested(placement) => {
                let account = self.accounts[id].clone();
                self.order(id, &order::Command::Place { placement, account });
            }
            Event::ConfirmationRequested {} => self.order(id, &order::Command::Confirm),
            Event::FailureRequested { reason } => self.order(id, &order::Command::Fail(reason)),
            Event::OrderDeliveryRequested {} => self.order(id, &order::Command::Deliver),
            Event::ReservationRequested { warehouse, sku, quantity } => {
                self.stock((warehouse, sku), &stock::Command::Reserve { order: id.clone(), quantity });
            }
            Event::ReservationReleaseRequested { warehouse, sku } => {
                self.stock((warehouse, sku), &stock::Command::Release { order: id.clone() });
            }
            Event::StockDispatchRequested { warehouse, sku } => {
                self.stock((warehouse, sku), &stock::Command::Dispatch { order: id.clone() });
            }
            Event::PaymentRequested(charge) => {
                let answer = match self.providers[id] {
                    Provider::Declines => Answer::Declined("no".parse().unwrap()),
                    Provider::AuthorisesLate => Answer::Unknown,
                    Provider::Captures | Provider::Authorises | Provider::FailsToCapture => Answer::Authorised,
                };
                self.pay(id, &payment::Command::Create { charge, answer });
                match self.providers[id] {
                    Provider::AuthorisesLate => {
                        self.on_the_way.push(Message::Payment(id.clone(), payment::Command::Authorise));
                    }
                    Provider::Captures => self.pay(id, &payment::Command::Capture),
                    Provider::Authorises | Provider::FailsToCapture | Provider::Declines => {}
                }
            }
            Event::PaymentCaptureRequested {} => match self.providers[id] {
                Provider::FailsToCapture => {
                    self.pay(id, &payment::Command::FailCapture { reason: "later".parse().unwrap() });
                    self.on_the_way.push(Message::Payment(id.clone(), payment::Command::Capture));
                }
                Provider::Authorises | Provider::AuthorisesLate | Provider::Captures | Provider::Declines => {
                    self.pay(id, &payment::Command::Capture);
                }
            },
            Event::PaymentVoidRequested {} => self.pay(id, &payment::Command::Void),
            Event::PaymentRefundRequested {} => self.pay(id, &payment::Command::Refund),
            Event::InvoiceRequested(bill) => self.invoice(id, &invoice::Command::Issue(bill)),
            Event::InvoiceSettlementRequested {} => self.invoice(id, &invoice::Command::MarkPaid),
            Event::InvoiceCreditRequested {} => self.invoice(id, &invoice::Command::Credit),
            Event::ShipmentRequested(Parcel { warehouse, account, address, contents }) => {
                let shipment = ShipmentId::of(id, &warehouse);
                let consignment = Consignment { order: id.clone(), warehouse, account, address, contents };
                self.shipment(&shipment, &shipment::Command::Create(consignment));
            }
            Event::ShipmentDispatchRequested { warehouse, tracking } => {
                self.shipment(&ShipmentId::of(id, &warehouse), &shipment::Command::Dispatch { tracking });
            }
            Event::ShipmentCancellationRequested { warehouse } => {
                self.shipment(&ShipmentId::of(id, &warehouse), &shipment::Command::Cancel);
            }
            Event::PlacementNoted { .. }
            | Event::ReservationNoted { .. }
            | Event::RejectionNoted { .. }
            | Event::ReleaseNoted { .. }
            | Event::StockDispatchNoted { .. }
            | Event::AuthorisationNoted {}
            | Event::DeclineNoted {}
            | Event::CaptureNoted {}
            | Event::CaptureFailureNoted {}
            | Event::VoidNoted {}
            | Event::RefundNoted {}
            | Event::ConfirmationNoted {}
            | Event::InvoiceNoted {}
            | Event::InvoiceSettlementNoted {}
            | Event::InvoiceCreditNoted {}
            | Event::ShipmentNoted { .. }
            | Event::ShippingNoted { .. }
            | Event::ShipmentDispatchNoted { .. }
            | Event::ShipmentDeliveryNoted { .. }
            | Event::ShipmentCancellationNoted { .. }
            | Event::OrderDeliveryNoted {}
            | Event::FailureNoted {}
            | Event::CancellationNoted {}
            | Event::DeadlineSet { .. }
            | Event::DeadlinePassed { .. } => {}
        }
    }

    pub(crate) fn order(&mut self, id: &OrderId, command: &order::Command) {
        let events = execute::<order::Stream>(self.orders.entry(id.clone()).or_default(), command);
        let outcomes = events.iter().filter_map(of_order).map(|outcome| Message::Outcome(id.clone(), outcome));
        self.on_the_way.extend(outcomes);
    }

    pub(crate) fn pay(&mut self, id: &OrderId, command: &payment::Command) {
        let events = execute::<payment::Stream>(self.payments.entry(id.clone()).or_default(), command);
        let outcomes = events.iter().filter_map(of_payment).map(|outcome| Message::Outcome(id.clone(), outcome));
        self.on_the_way.extend(outcomes);
    }

    fn invoice(&mut self, id: &OrderId, command: &invoice::Command) {
        let events = execute::<invoice::Stream>(self.invoices.entry(id.clone()).or_default(), command);
        let outcomes = events.iter().filter_map(of_invoice).map(|outcome| Message::Outcome(id.clone(), outcome));
        self.on_the_way.extend(outcomes);
    }

    pub(crate) fn shipment(&mut self, id: &ShipmentId, command: &shipment::Command) {
        let events = execute::<shipment::Stream>(self.shipments.entry(id.clone()).or_default(), command);
        let outcomes = events.iter().map(|event| of_shipment(id.clone(), event));
        self.on_the_way.extend(outcomes.map(|(order, outcome)| Message::Outcome(order, outcome)));
    }

    pub(crate) fn stock(&mut self, (warehouse, sku): (WarehouseId, Sku), command: &stock::Command) {
        let stream = self.stocks.entry((warehouse.clone(), sku.clone())).or_default();
        let events = execute::<stock::Stream>(stream, command);
        let outcomes = events.iter().filter_map(|event| of_stock((warehouse.clone(), sku.clone()), event));
        self.on_the_way.extend(outcomes.map(|(order, outcome)| Message::Outcome(order, outcome)));
    }
}
