//! Goods that come back after the delivery.

use super::super::*;
use super::story::*;
use crate::invoice::CreditNote;
use crate::order::Return;
use crate::values::Money;

fn euro(amount: i64) -> Money {
    Money::new(amount, "EUR".parse().unwrap()).unwrap()
}

fn back(number: u32, amount: i64, to: Option<&str>) -> Return {
    let goods = [(sku("mug"), 1.try_into().unwrap())].into();
    Return { number, goods, refund: euro(amount), warehouse: to.map(warehouse), reason: "too big".parse().unwrap() }
}

fn returned(number: u32, amount: i64, to: Option<&str>) -> Outcome {
    Outcome::Returned(back(number, amount, to))
}

fn of_return(number: u32, outcome: ReturnOutcome) -> Outcome {
    Outcome::OfReturn { number, outcome }
}

fn refund(number: u32, amount: i64) -> Event {
    Event::PartialRefundRequested { number, amount: euro(amount), of: OfPayment::default() }
}

fn credit(number: u32, amount: i64) -> Event {
    Event::CreditNoteRequested(CreditNote { number, amount: euro(amount) })
}

fn receive(number: u32) -> Event {
    let (warehouse, sku) = (warehouse("bonn"), sku("mug"));
    Event::StockReturnRequested(Receipt { number, warehouse, sku, quantity: 1.try_into().unwrap() })
}

fn on_its_way() -> Story {
    Story::confirmed().after(&[
        shipped(),
        Outcome::StockDispatched(at("berlin", "mug")),
        Outcome::StockDispatched(at("berlin", "pot")),
        parcel("berlin", ShipmentOutcome::Dispatched),
        parcel("berlin", ShipmentOutcome::Delivered),
    ])
}

fn delivered() -> Story {
    on_its_way().after(&[paid(PaymentOutcome::Captured), Outcome::Delivered])
}

fn finished() -> Story {
    delivered().after(&[Outcome::Invoice(InvoiceOutcome::Paid)])
}

#[test]
fn a_process_that_had_finished_opens_again_until_all_three_are_done() {
    let mut story = finished();
    assert!(story.process().finished());
    let noted = story.note(returned(1, 25, Some("bonn")));
    assert_eq!(noted[0], Event::ReturnNoted(back(1, 25, Some("bonn"))));
    assert_eq!(noted[1..4], [refund(1, 25), credit(1, 25), receive(1)]);
    assert!(matches!(noted[4..], [Event::DeadlineSet { step: Step::Settlement, .. }]), "{noted:?}");
    assert_eq!(story.note(returned(1, 25, Some("bonn"))), []);
    let order = "b".repeat(32);
    let streams: Vec<_> = story.awaited().into_iter().map(|(_, stream)| stream).collect();
    assert_eq!(streams, [format!("payment-{order}"), format!("invoice-{order}"), "stock-bonn.mug".to_owned()]);
    let done = [ReturnOutcome::Received(sku("mug")), ReturnOutcome::Refunded, ReturnOutcome::Credited];
    for outcome in done {
        assert!(!story.process().finished());
        assert_eq!(story.note(of_return(1, outcome)).len(), 1);
    }
    assert!(story.process().finished() && story.process().next_deadline().is_none());
}

#[test]
fn returns_come_in_any_order_and_each_is_acted_on_once() {
    let mut story = finished();
    assert_eq!(story.note(returned(2, 30, None))[1..3], [refund(2, 30), credit(2, 30)]);
    assert_eq!(story.note(returned(1, 20, None))[1..3], [refund(1, 20), credit(1, 20)]);
    assert_eq!(without_deadlines(story.note(returned(3, 0, None))).len(), 1, "nothing is refunded");
    for outcome in [ReturnOutcome::Refunded, ReturnOutcome::Credited] {
        for number in [1, 2] {
            assert_eq!(story.note(of_return(number, outcome.clone())).len(), 1);
        }
        assert_eq!(story.note(of_return(3, outcome.clone())), []);
        assert_eq!(story.note(of_return(4, outcome)), []);
    }
    assert!(story.process().finished());
}

#[test]
fn a_return_may_overtake_the_delivery_and_the_settlement() {
    let mut story = on_its_way();
    let noted = without_deadlines(story.note(returned(1, 25, None)));
    assert_eq!(noted[1..], [credit(1, 25)], "nothing is captured yet");
    let captured = without_deadlines(story.note(paid(PaymentOutcome::Captured)));
    assert_eq!(captured[1..], [refund(1, 25)]);
    let rest = [
        of_return(1, ReturnOutcome::Refunded),
        of_return(1, ReturnOutcome::Credited),
        Outcome::Delivered,
        Outcome::Invoice(InvoiceOutcome::Paid),
    ];
    assert!(story.after(&rest).process().finished());
}

#[test]
fn what_no_card_paid_is_credited_alone_until_a_card_does() {
    let lapsed =
        [paid(PaymentOutcome::Voided), Outcome::PaymentLost { answers: None }, Outcome::Delivered, Outcome::WrittenOff];
    let second = |outcome| Outcome::Payment { attempt: crate::values::Attempt::after(1), outcome };
    let declined = [second(PaymentOutcome::Declined), Outcome::PaymentLost { answers: None }];
    let mut story = on_its_way().after(&lapsed[..1]).after(&declined).after(&lapsed[2..]);
    let noted = without_deadlines(story.note(returned(1, 25, None)));
    assert_eq!(noted[1..], [credit(1, 25)]);
    let captured = story.note(paid(PaymentOutcome::Captured));
    assert!(captured.contains(&refund(1, 25)), "{captured:?}");
}

#[test]
fn a_refused_part_is_an_open_item_until_somebody_refunds_it() {
    let mut story = finished().after(&[returned(1, 25, None), of_return(1, ReturnOutcome::Credited)]);
    assert_eq!(story.note(of_return(1, ReturnOutcome::RefundFailed)), [Event::PartialRefundFailureNoted { number: 1 }]);
    let payment = format!("payment-{}", "b".repeat(32));
    assert_eq!(story.awaited(), [(None, payment)]);
    assert_eq!(story.pass_deadline(), [Event::DeadlinePassed { step: Step::Settlement }]);
    assert_eq!(story.note(of_return(1, ReturnOutcome::Refunded)), [Event::PartialRefundNoted { number: 1 }]);
    assert_eq!(story.note(of_return(1, ReturnOutcome::RefundFailed)), [], "it comes late");
    assert!(story.process().finished());
}

#[test]
fn a_refund_of_all_by_hand_ends_what_is_outstanding() {
    // After the return.
    let mut story = finished().after(&[returned(1, 25, None)]);
    assert_eq!(story.note(paid(PaymentOutcome::Refunded))[1..], [Event::InvoiceCreditRequested {}]);
    assert!(story.after(&[Outcome::Invoice(InvoiceOutcome::Credited)]).process().finished());
    // Before it.
    let before = [paid(PaymentOutcome::Refunded), Outcome::Invoice(InvoiceOutcome::Credited)];
    let mut story = finished().after(&before);
    let noted = without_deadlines(story.note(returned(1, 25, Some("bonn"))));
    assert_eq!(noted[1..], [receive(1)], "the goods are there all the same");
    assert!(story.after(&[of_return(1, ReturnOutcome::Received(sku("mug")))]).process().finished());
}
