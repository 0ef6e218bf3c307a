//! What is undone, and when.

use super::super::*;
use super::story::*;
use crate::order::Failure;

fn cancel(story: &mut Story) -> Vec<Event> {
    without_deadlines(story.note(Outcome::Cancelled))
}

#[test]
fn a_cancellation_releases_what_is_held_and_later_what_becomes_held() {
    let mut story = Story::reserving().after(&[reserved(at("berlin", "mug"))]);
    assert_eq!(cancel(&mut story), [Event::CancellationNoted {}, release("berlin", "mug")]);
    let late = story.note(reserved(at("berlin", "pot")));
    assert_eq!(late[1..], [release("berlin", "pot")]);
    assert!(!story.process().finished());
    let story = story.after(&[Outcome::Released(at("berlin", "mug")), Outcome::Released(at("berlin", "pot"))]);
    assert!(story.process().finished());
}

#[test]
fn what_was_rejected_needs_no_release() {
    let mut story = Story::reserving();
    cancel(&mut story);
    let noted = story.note(rejected(at("berlin", "mug")));
    assert!(matches!(noted[..], [Event::RejectionNoted { .. }]), "{noted:?}");
    assert!(!story.process().finished(), "a rejection may still be a reservation");
    assert!(story.after(&[rejected(at("berlin", "pot"))]).process().finished());
}

#[test]
fn a_declined_payment_fails_the_order_and_releases_everything() {
    assert_eq!(
        without_deadlines(Story::paying().note(paid(PaymentOutcome::Declined))),
        [
            Event::DeclineNoted(OfPayment::default()),
            stop(Failure::PaymentDeclined),
            release("berlin", "mug"),
            release("berlin", "pot"),
        ]
    );
}

#[test]
fn a_payment_is_voided_only_once_it_is_known_to_be_authorised() {
    let mut story = Story::paying();
    assert_eq!(cancel(&mut story)[1..], [release("berlin", "mug"), release("berlin", "pot")]);
    assert_eq!(
        story.note(paid(PaymentOutcome::Authorised { expires_at: None })),
        [Event::AuthorisationNoted(OfPayment::default()), Event::PaymentVoidRequested(OfPayment::default())]
    );
    assert_eq!(story.note(paid(PaymentOutcome::Voided)), [Event::VoidNoted(OfPayment::default())]);
}

#[test]
fn what_was_taken_meanwhile_is_given_back() {
    let mut story = Story::paying();
    cancel(&mut story);
    assert_eq!(
        story.note(paid(PaymentOutcome::Captured)),
        [Event::CaptureNoted(OfPayment::default()), Event::PaymentRefundRequested(OfPayment::default())]
    );
    assert_eq!(story.note(paid(PaymentOutcome::Refunded)), [Event::RefundNoted(OfPayment::default())]);
    let mut story = Story::paying().after(&[paid(PaymentOutcome::Authorised { expires_at: None }), Outcome::Cancelled]);
    assert_eq!(
        story.note(paid(PaymentOutcome::Captured)),
        [Event::CaptureNoted(OfPayment::default()), Event::PaymentRefundRequested(OfPayment::default())],
        "though it was to be voided"
    );
}

#[test]
fn while_a_confirmation_is_outstanding_nothing_is_undone() {
    let mut story = Story::confirming();
    assert_eq!(story.pass_deadline(), [Event::DeadlinePassed { step: Step::Confirmation }]);
    let confirmed = without_deadlines(story.note(Outcome::Confirmed));
    assert!(
        matches!(confirmed[..], [Event::ConfirmationNoted {}, Event::InvoiceRequested(_), Event::ShipmentRequested(_)]),
        "{confirmed:?}"
    );
}

#[test]
fn a_cancelled_order_answers_what_was_asked_of_it() {
    let mut story = Story::confirming();
    assert_eq!(
        cancel(&mut story),
        [
            Event::CancellationNoted {},
            release("berlin", "mug"),
            release("berlin", "pot"),
            Event::PaymentVoidRequested(OfPayment::default()),
        ]
    );
    assert_eq!(story.note(Outcome::Confirmed), [], "it came first, and comes late");
}

#[test]
fn a_cancellation_after_the_confirmation_undoes_each_step_by_itself() {
    let mut story = Story::confirmed();
    assert_eq!(
        cancel(&mut story),
        [
            Event::CancellationNoted {},
            release("berlin", "mug"),
            release("berlin", "pot"),
            Event::PaymentVoidRequested(OfPayment::default()),
            Event::InvoiceCreditRequested {},
            Event::ShipmentCancellationRequested { warehouse: warehouse("berlin"), number: 0 },
        ]
    );
    let undone = [
        parcel("berlin", ShipmentOutcome::Cancelled { number: 0 }),
        Outcome::Invoice(InvoiceOutcome::Credited),
        Outcome::Released(at("berlin", "pot")),
        paid(PaymentOutcome::Voided),
        Outcome::Released(at("berlin", "mug")),
    ];
    let story = story.after(&undone[..4]);
    assert!(!story.process().finished());
    assert!(story.after(&undone[4..]).process().finished());
}

#[test]
fn an_invoice_and_a_shipment_that_become_known_after_the_cancellation_are_undone_then() {
    let mut story = Story::confirming().after(&[Outcome::Confirmed, Outcome::Cancelled]);
    assert_eq!(
        story.note(Outcome::Invoice(InvoiceOutcome::Issued)),
        [Event::InvoiceNoted {}, Event::InvoiceCreditRequested {}]
    );
    let created = story.note(created("berlin"));
    assert_eq!(created[1..], [Event::ShipmentCancellationRequested { warehouse: warehouse("berlin"), number: 0 }]);
}

#[test]
fn whatever_was_shipped_cannot_be_undone() {
    let mut story = Story::confirmed().after(&[shipped()]);
    assert_eq!(story.note(Outcome::Cancelled), []);
    assert_eq!(story.note(Outcome::Failed), []);
}
