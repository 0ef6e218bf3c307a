//! How long it waits, and what follows when that was too long.

use super::super::*;
use super::story::*;
use crate::order::Failure;

fn passed(step: Step) -> Event {
    Event::DeadlinePassed { step }
}

fn steps(story: &Story) -> Vec<Step> {
    let step = |event: &Event| if let Event::DeadlineSet { step, .. } = event { Some(*step) } else { None };
    story.events.iter().filter_map(step).collect()
}

#[test]
fn each_stretch_of_the_way_has_a_deadline_from_when_it_began() {
    let delivered = Story::confirmed().after(&[
        shipped(),
        parcel("berlin", ShipmentOutcome::Dispatched),
        parcel("berlin", ShipmentOutcome::Delivered),
    ]);
    assert_eq!(steps(&delivered), [Step::Confirmation, Step::Shipping, Step::Delivery, Step::Settlement]);
    let Some(Event::DeadlineSet { at, .. }) = delivered.events.last() else { panic!("{:?}", delivered.events) };
    let begun = Timestamp(at.0 - 60 * 60 * 1_000);
    assert!((Timestamp(1_001)..Timestamp(1_020)).contains(&begun), "{begun:?}");
}

#[test]
fn before_its_time_a_deadline_does_not_pass() {
    let mut story = Story::reserving();
    let (step, at) = story.process().next_deadline().unwrap();
    assert_eq!((step, at), (Step::Confirmation, Timestamp(1_000 + 15 * 60_000)));
    assert_eq!(story.decide(&Command::PassDeadline { now: Timestamp(at.0 - 1) }), []);
    assert_ne!(story.decide(&Command::PassDeadline { now: at }), []);
}

#[test]
fn a_deadline_before_the_confirmation_stops_it_and_undoes_what_is_known() {
    let mut story = Story::reserving().after(&[reserved(at("berlin", "mug"))]);
    assert_eq!(
        without_deadlines(story.pass_deadline()),
        [passed(Step::Confirmation), stop(Failure::DeadlinePassed), release("berlin", "mug")]
    );
    let late = story.note(reserved(at("berlin", "pot")));
    assert_eq!(late[1..], [release("berlin", "pot")], "its outcome is still waited for");
    assert_eq!(steps(&story), [Step::Confirmation, Step::Settlement]);
}

#[test]
fn a_payment_that_nothing_is_known_of_is_undone_when_it_is() {
    let mut story = Story::paying();
    story.pass_deadline();
    let story = story.after(&[Outcome::Failed]);
    assert_eq!(story.awaited().len(), 3, "two releases and the payment");
    let mut authorised = story.clone();
    assert_eq!(
        authorised.note(paid(PaymentOutcome::Authorised { expires_at: None }))[1..],
        [Event::PaymentVoidRequested(OfPayment::default())]
    );
    let mut declined = story;
    assert_eq!(declined.note(paid(PaymentOutcome::Declined)), [Event::DeclineNoted(OfPayment::default())]);
}

#[test]
fn no_failure_is_requested_of_an_order_that_may_not_be_placed_yet() {
    let mut story = Story::begun(&["mug"], 1);
    assert_eq!(story.pass_deadline(), [passed(Step::Confirmation)]);
    let candidates = candidates(&[("mug", &[("berlin", 4)])]);
    let placed = without_deadlines(story.note(Outcome::Placed { candidates, means: means() }));
    assert_eq!(placed[1..], [stop(Failure::DeadlinePassed)]);
}

#[test]
fn after_the_confirmation_a_deadline_is_noted_and_changes_nothing_else() {
    let mut story = Story::confirmed();
    assert_eq!(story.pass_deadline(), [passed(Step::Shipping)]);
    let mut story = story.after(&[shipped()]);
    assert_eq!(story.pass_deadline(), [passed(Step::Delivery)]);
    assert_eq!(story.process().next_deadline(), None);
    assert!(story.process().waits());
}
