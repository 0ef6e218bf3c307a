//! What the owners of the other streams do about the intents of the processes.

use crate::world::shop::{Message, Place, Provider, Reservation, World, execute};
use foldlog::{Timestamp, Version};
use shop_domain::fulfilment::{
    Event, PaymentRequest, Request, StockRequest, of_invoice, of_order, of_payment, of_shipment, of_stock, request_of,
};
use shop_domain::payment::{Answer, Hold};
use shop_domain::stock::Held;
use shop_domain::values::{Money, OrderId, PaymentId, ShipmentId};
use shop_domain::{invoice, order, payment, shipment, stock};

impl World {
    pub(crate) fn react(&mut self, id: &OrderId, version: Version, event: Event) {
        match request_of(id, event) {
            Some(Request::Placement(placement)) => {
                let account = self.accounts[id].clone();
                self.order_for(id, &order::Command::Place { placement, account }, Some(version));
            }
            Some(Request::Order(command)) => self.order_for(id, &command, Some(version)),
            Some(Request::Stock { warehouse, sku, request }) => {
                let command = self.completed(&(warehouse.clone(), sku.clone()), id, version, request);
                self.stock(&(warehouse, sku), &command);
            }
            Some(Request::Payment { payment, request }) => self.ask(&payment, request),
            Some(Request::Invoice(command)) => self.invoice(id, &command),
            Some(Request::Shipment { warehouse, command }) => self.shipment(&ShipmentId::of(id, &warehouse), &command),
            None => {}
        }
    }

    /// The command of a request, as the log of the stock completes it. A reservation is closed once.
    fn completed(&mut self, place: &Place, id: &OrderId, version: Version, request: StockRequest) -> stock::Command {
        let order = id.clone();
        let mut close = |reservation: Option<Version>| {
            let reservation = reservation.expect("every stock names it here");
            let held = self.reservations.get_mut(&(place.clone(), order.clone(), reservation)).expect("it was made");
            assert!(!std::mem::replace(&mut held.closed, true), "{order} closes {reservation} of {place:?} again");
            Held::Named { reservation, quantity: held.quantity.try_into().unwrap() }
        };
        match request {
            StockRequest::Reserve(quantity) => stock::Command::Reserve { order, reservation: version, quantity },
            StockRequest::Release(reservation) => stock::Command::Release { held: close(reservation), order },
            StockRequest::Dispatch(reservation) => stock::Command::Dispatch { held: close(reservation), order },
            StockRequest::TakeBack { number, quantity } => stock::Command::TakeBack { order, number, quantity },
        }
    }

    /// Asks the provider, and records what it answers.
    fn ask(&mut self, id: &PaymentId, request: PaymentRequest) {
        let reason = || "no".parse().unwrap();
        // Only the first two attempts go wrong.
        let provider = self.providers[&id.order];
        let fails_at_first = matches!(provider, Provider::Lapses | Provider::Expires | Provider::TakesLess);
        let provider = if fails_at_first && id.attempt.earlier() >= 2 { Provider::Authorises } else { provider };
        let command = match (request, provider) {
            (PaymentRequest::Authorise(charge), _) => {
                let hold = Hold { amount: charge.amount, expires_at: Some(Timestamp(1_000)) };
                let answer = match provider {
                    Provider::Declines => Answer::Declined(reason()),
                    Provider::AuthorisesLate => Answer::Unknown,
                    Provider::Captures
                    | Provider::Authorises
                    | Provider::FailsToCapture
                    | Provider::Lapses
                    | Provider::Expires
                    | Provider::TakesLess
                    | Provider::Returns
                    | Provider::ReturnsPart
                    | Provider::RefusesParts => Answer::Authorised(hold),
                };
                match provider {
                    Provider::AuthorisesLate => self.later(id, payment::Command::Authorise(hold)),
                    Provider::Captures => self.later(id, payment::Command::Capture { amount: charge.amount }),
                    Provider::Lapses => self.later(id, payment::Command::Void),
                    Provider::Declines
                    | Provider::Authorises
                    | Provider::FailsToCapture
                    | Provider::Expires
                    | Provider::TakesLess
                    | Provider::Returns
                    | Provider::ReturnsPart
                    | Provider::RefusesParts => {}
                }
                payment::Command::Create { charge, answer }
            }
            (PaymentRequest::Capture, Provider::FailsToCapture) => {
                let amount = self.amount(id);
                self.later(id, payment::Command::Capture { amount });
                payment::Command::FailCapture { reason: reason() }
            }
            (PaymentRequest::Capture, Provider::TakesLess) => {
                let amount = self.amount(id);
                let less = Money::new(amount.amount() - 1, amount.currency()).unwrap();
                payment::Command::Capture { amount: less }
            }
            (PaymentRequest::Capture | PaymentRequest::Void, Provider::Expires) => {
                payment::Command::Lapse { reason: reason() }
            }
            (PaymentRequest::Capture, _) => {
                if matches!(provider, Provider::Returns) {
                    self.later(id, payment::Command::Refund);
                }
                if matches!(provider, Provider::ReturnsPart) {
                    self.give_by_hand(id, 1);
                }
                payment::Command::Capture { amount: self.amount(id) }
            }
            (PaymentRequest::Void, _) => payment::Command::Void,
            (PaymentRequest::Refund, _) => payment::Command::Refund,
            (PaymentRequest::RefundPart { number, amount }, Provider::RefusesParts) => {
                self.give_by_hand(id, amount.amount());
                payment::Command::FailRefundPart { number, amount, reason: reason() }
            }
            (PaymentRequest::RefundPart { number, amount }, _) => self.refund_part(id, number, amount),
        };
        self.pay(id, &command);
    }

    /// What the provider says of a part: it gives back at most what is left. Otherwise somebody gives back the rest by
    /// hand.
    fn refund_part(&mut self, id: &PaymentId, number: u32, amount: Money) -> payment::Command {
        let payment::State::Created { charge, refunds, .. } = &self.payments[id].state else { panic!("not created") };
        let by_hand = self.by_hand.get(id).copied().unwrap_or_default();
        if refunds.on_request() + by_hand + amount.amount() <= charge.amount.amount() {
            return payment::Command::RefundPart { number, amount };
        }
        self.later(id, payment::Command::Refund);
        let reason = "no".parse().unwrap();
        payment::Command::FailRefundPart { number, amount, reason }
    }

    /// Somebody gives a part back by hand, of which the shop hears later.
    fn give_by_hand(&mut self, id: &PaymentId, amount: i64) {
        let sum = self.by_hand.entry(id.clone()).or_default();
        *sum += amount;
        let amount = Money::new(*sum, "EUR".parse().unwrap()).unwrap();
        self.later(id, payment::Command::NoteRefundByHand { amount });
    }

    fn amount(&self, id: &PaymentId) -> Money {
        match &self.payments[id].state {
            payment::State::Created { charge, .. } => charge.amount,
            payment::State::Uncreated => panic!("{id} was not created"),
        }
    }

    fn later(&mut self, id: &PaymentId, command: payment::Command) {
        self.on_the_way.push(Message::Payment(id.clone(), command));
    }

    /// What a person asks of an order.
    pub(crate) fn order(&mut self, id: &OrderId, command: &order::Command) {
        self.order_for(id, command, None);
    }

    /// What the intent of this version asks of an order.
    fn order_for(&mut self, id: &OrderId, command: &order::Command, intent: Option<Version>) {
        let events = execute::<order::Order>(self.orders.entry(id.clone()).or_default(), command);
        let outcomes = events.iter().filter_map(|event| of_order(event, intent));
        let outcomes = outcomes.map(|outcome| Message::Outcome(id.clone(), outcome));
        self.on_the_way.extend(outcomes);
    }

    pub(crate) fn pay(&mut self, id: &PaymentId, command: &payment::Command) {
        let events = execute::<payment::Payment>(self.payments.entry(id.clone()).or_default(), command);
        let outcomes = events.iter().filter_map(|event| of_payment(id.attempt, event));
        let outcomes = outcomes.map(|outcome| Message::Outcome(id.order.clone(), outcome));
        self.on_the_way.extend(outcomes);
    }

    fn invoice(&mut self, id: &OrderId, command: &invoice::Command) {
        let events = execute::<invoice::Invoice>(self.invoices.entry(id.clone()).or_default(), command);
        let outcomes = events.iter().filter_map(of_invoice).map(|outcome| Message::Outcome(id.clone(), outcome));
        self.on_the_way.extend(outcomes);
    }

    pub(crate) fn shipment(&mut self, id: &ShipmentId, command: &shipment::Command) {
        let events = execute::<shipment::Shipment>(self.shipments.entry(id.clone()).or_default(), command);
        let outcomes = events.iter().map(|event| of_shipment(id.clone(), event));
        self.on_the_way.extend(outcomes.map(|(order, outcome)| Message::Outcome(order, outcome)));
    }

    pub(crate) fn stock(&mut self, place: &Place, command: &stock::Command) {
        let events = execute::<stock::Stock>(self.stocks.entry(place.clone()).or_default(), command);
        for event in &events {
            if let stock::Event::StockReserved { order, reservation: Some(reservation), quantity, .. } = event {
                let made = Reservation { quantity: quantity.get(), closed: false };
                let before = self.reservations.insert((place.clone(), order.clone(), *reservation), made);
                assert!(before.is_none(), "{event:?} is made twice");
            }
        }
        let outcomes = events.iter().filter_map(|event| of_stock(place.clone(), event));
        self.on_the_way.extend(outcomes.map(|(order, outcome)| Message::Outcome(order, outcome)));
    }
}
