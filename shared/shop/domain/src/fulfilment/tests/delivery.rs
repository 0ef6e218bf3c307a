//! From confirmation to the end.

use super::super::*;
use super::story::*;

#[test]
fn a_confirmed_order_is_billed_and_has_a_shipment_from_each_warehouse() {
    let mut story = Story::begun(&["mug", "pot"], 100);
    let candidates = candidates(&[("mug", &[("a", 3), ("b", 1)]), ("pot", &[("b", 4)])]);
    story.note(Outcome::Placed { candidates, means: means() });
    let held = [asked(4, "a", "mug"), asked(5, "b", "mug"), asked(6, "b", "pot")].map(reserved);
    let mut story = story.after(&held).after(&[paid(PaymentOutcome::Authorised { expires_at: None })]);
    let Placement { account, lines, totals, .. } = placement(&["mug", "pot"], 100);
    let parcel = |place: &str, contents: &[(&str, u64)]| {
        let contents = contents.iter().map(|(name, number)| (sku(name), (*number).try_into().unwrap())).collect();
        let (warehouse, account, address) = (warehouse(place), account.clone(), means().address);
        Event::ShipmentRequested(Parcel { warehouse, account, address, contents })
    };
    assert_eq!(
        without_deadlines(story.note(Outcome::Confirmed)),
        [
            Event::ConfirmationNoted {},
            Event::InvoiceRequested(crate::invoice::Bill { account: account.clone(), lines, totals }),
            parcel("a", &[("mug", 3)]),
            parcel("b", &[("mug", 1), ("pot", 4)]),
        ]
    );
}

#[test]
fn once_the_order_is_shipped_money_and_stock_are_taken_and_shipments_leave() {
    let dispatch = |name| Event::StockDispatchRequested(at("berlin", name));
    let leave = |tracking: Option<&str>| Event::ShipmentDispatchRequested {
        warehouse: warehouse("berlin"),
        tracking: tracking.map(|number| number.parse().unwrap()),
    };
    let shipping = without_deadlines(Story::confirmed().note(shipped()));
    assert_eq!(
        shipping[1..],
        [Event::PaymentCaptureRequested(OfPayment::default()), dispatch("mug"), dispatch("pot"), leave(Some("1Z"))]
    );
    // Before its invoice and shipment are known of, and even before the confirmation is.
    let mut early = Story::confirming();
    let shipping = without_deadlines(early.note(shipped()));
    assert!(
        matches!(
            shipping[..],
            [
                Event::ShippingNoted { .. },
                Event::InvoiceRequested(_),
                Event::ShipmentRequested(_),
                Event::PaymentCaptureRequested(_),
                Event::StockDispatchRequested(_),
                Event::StockDispatchRequested(_),
            ]
        ),
        "{shipping:?}"
    );
    assert_eq!(early.note(Outcome::Confirmed), []);
    let created = early.note(created("berlin"));
    assert_eq!(created[1..], [leave(Some("1Z"))]);
}

fn left() -> Story {
    Story::confirmed().after(&[
        shipped(),
        Outcome::StockDispatched(at("berlin", "mug")),
        Outcome::StockDispatched(at("berlin", "pot")),
        parcel("berlin", ShipmentOutcome::Dispatched),
    ])
}

#[test]
fn it_is_delivered_and_its_invoice_settled_when_all_arrived_and_is_paid() {
    let mut story = left().after(&[paid(PaymentOutcome::Captured)]);
    let arrived = without_deadlines(story.note(parcel("berlin", ShipmentOutcome::Delivered)));
    assert_eq!(arrived[1..], [Event::OrderDeliveryRequested {}]);
    assert_eq!(story.note(Outcome::Delivered), [Event::OrderDeliveryNoted {}, Event::InvoiceSettlementRequested {}]);
    assert!(!story.process().finished());
    assert_eq!(story.note(Outcome::Invoice(InvoiceOutcome::Paid)), [Event::InvoiceSettlementNoted {}]);
    assert!(story.process().finished());
    assert_eq!((story.awaited(), story.process().next_deadline()), (vec![], None));
}

#[test]
fn an_arrival_may_come_before_the_departure() {
    let mut story = Story::confirmed().after(&[shipped()]);
    let arrived = without_deadlines(story.note(parcel("berlin", ShipmentOutcome::Delivered)));
    assert_eq!(arrived[1..], [Event::OrderDeliveryRequested {}]);
    assert_eq!(story.note(parcel("berlin", ShipmentOutcome::Dispatched)), []);
}

#[test]
fn a_capture_that_failed_is_given_up_and_made_anew_but_what_the_provider_says_in_the_end_counts() {
    let first = OfPayment::default();
    let mut story = left();
    assert_eq!(
        story.note(paid(PaymentOutcome::CaptureFailed)),
        [Event::CaptureFailureNoted(first), Event::PaymentVoidRequested(first)]
    );
    let mut captured = story.clone();
    assert_eq!(captured.note(paid(PaymentOutcome::Captured)), [Event::CaptureNoted(first)]);
    assert_eq!(captured.note(paid(PaymentOutcome::CaptureFailed)), [], "it comes late");
    let voided = story.note(paid(PaymentOutcome::Voided));
    assert!(
        matches!(voided[..], [Event::VoidNoted(_), Event::PaymentRequested { of, .. }] if of != first),
        "{voided:?}"
    );
}

#[test]
fn between_its_own_intents_it_waits_for_others() {
    let order = format!("order-{}", "b".repeat(32));
    assert_eq!(Story::confirmed().awaited(), [(None, order)]);
    let story = left().after(&[paid(PaymentOutcome::Captured)]);
    assert_eq!(story.awaited(), [(None, format!("shipment-{}", shipment("berlin")))]);
}
