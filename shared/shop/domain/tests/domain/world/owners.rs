//! What the owners of the other streams do about the intents of the processes.

use crate::world::shop::{Message, Provider, World, execute};
use shop_domain::fulfilment::{
    Event, PaymentRequest, Request, of_invoice, of_order, of_payment, of_shipment, of_stock, request_of,
};
use shop_domain::payment::Answer;
use shop_domain::values::{OrderId, ShipmentId, Sku, WarehouseId};
use shop_domain::{invoice, order, payment, shipment, stock};

impl World {
    pub(crate) fn react(&mut self, id: &OrderId, event: Event) {
        match request_of(id, event) {
            Some(Request::Placement(placement)) => {
                let account = self.accounts[id].clone();
                self.order(id, &order::Command::Place { placement, account });
            }
            Some(Request::Order(command)) => self.order(id, &command),
            Some(Request::Stock { warehouse, sku, command }) => self.stock((warehouse, sku), &command),
            Some(Request::Payment(request)) => self.ask(id, request),
            Some(Request::Invoice(command)) => self.invoice(id, &command),
            Some(Request::Shipment { warehouse, command }) => self.shipment(&ShipmentId::of(id, &warehouse), &command),
            None => {}
        }
    }

    /// Asks the provider, and records what it answers.
    fn ask(&mut self, id: &OrderId, request: PaymentRequest) {
        let provider = self.providers[id];
        let command = match (request, provider) {
            (PaymentRequest::Authorise(charge), _) => {
                let answer = match provider {
                    Provider::Declines => Answer::Declined("no".parse().unwrap()),
                    Provider::AuthorisesLate => Answer::Unknown,
                    Provider::Captures | Provider::Authorises | Provider::FailsToCapture => Answer::Authorised,
                };
                match provider {
                    Provider::AuthorisesLate => self.later(id, payment::Command::Authorise),
                    Provider::Captures => self.later(id, payment::Command::Capture),
                    Provider::Declines | Provider::Authorises | Provider::FailsToCapture => {}
                }
                payment::Command::Create { charge, answer }
            }
            (PaymentRequest::Capture, Provider::FailsToCapture) => {
                self.later(id, payment::Command::Capture);
                payment::Command::FailCapture { reason: "later".parse().unwrap() }
            }
            (PaymentRequest::Capture, _) => payment::Command::Capture,
            (PaymentRequest::Void, _) => payment::Command::Void,
            (PaymentRequest::Refund, _) => payment::Command::Refund,
        };
        self.pay(id, &command);
    }

    fn later(&mut self, id: &OrderId, command: payment::Command) {
        self.on_the_way.push(Message::Payment(id.clone(), command));
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
