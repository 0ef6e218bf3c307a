//! Goods that the staff withdraw from a confirmed order.

use super::super::*;
use super::story::*;
use crate::order::Failure;

/// The mugs in berlin are withdrawn, and these warehouses seem to have others.
fn withdrawn(number: u32, of: &[(&str, u64)]) -> Outcome {
    let candidates = candidates(&[("mug", of)]).remove(&sku("mug")).unwrap_or_default();
    Outcome::Withdrawn { warehouse: warehouse("berlin"), sku: sku("mug"), number, candidates }
}

/// The story of a confirmed order whose mugs bonn has reserved anew; what the process asked for.
fn replaced() -> (Story, Vec<Event>) {
    let mut story = Story::confirmed();
    let noted = without_deadlines(story.note(withdrawn(1, &[("bonn", 9)])));
    let asked = asked(story.last_asked(), "bonn", "mug");
    let held = story.note(reserved(asked));
    assert_eq!(held[1..], [Event::ReservationReplacementRequested { number: 1 }]);
    (story, noted)
}

#[test]
fn what_is_withdrawn_is_released_and_reserved_elsewhere() {
    let (_, noted) = replaced();
    assert!(matches!(noted[0], Event::WithdrawalNoted { number: 1, .. }), "{noted:?}");
    assert_eq!(
        noted[1..],
        [
            release("berlin", "mug"),
            Event::ReservationRequested {
                warehouse: warehouse("bonn"),
                sku: sku("mug"),
                quantity: 4.try_into().unwrap()
            },
        ]
    );
}

#[test]
fn once_the_goods_are_replaced_each_warehouse_packs_what_it_holds() {
    let (mut story, _) = replaced();
    let repacked = Event::ShipmentRepackingRequested {
        warehouse: warehouse("berlin"),
        contents: [(sku("pot"), 4.try_into().unwrap())].into(),
        number: 1,
    };
    assert_eq!(story.note(Outcome::Replaced { number: 0 }), [], "an earlier answer comes again");
    let packing = story.note(Outcome::Replaced { number: 1 });
    assert!(
        matches!(&packing[..], [Event::ReservationReplacementNoted {}, repacking, Event::ShipmentRequested(_)] if *repacking == repacked),
        "{packing:?}"
    );
    assert_eq!(story.note(created("berlin")), [], "the answer to the first request comes again");
    let noted = story.note(packed("berlin", 1));
    assert!(matches!(noted[..], [Event::ShipmentNoted { .. }]), "{noted:?}");
    assert_eq!(story.note(withdrawn(1, &[("bonn", 9)])), [], "the withdrawal comes again");
}

#[test]
fn a_shipment_whose_packing_is_unknown_leaves_once_it_is_packed() {
    let (mut story, _) = replaced();
    // The order was shipped, and the process hears of that first.
    let shipping = without_deadlines(story.note(shipped()));
    let leaves = |events: &[Event]| {
        events.iter().any(|event| matches!(event, Event::ShipmentDispatchRequested { warehouse: of, .. } if *of == warehouse("berlin")))
    };
    assert!(!leaves(&shipping), "{shipping:?}");
    assert_eq!(story.note(Outcome::Replaced { number: 1 }), []);
    assert!(leaves(&story.note(packed("berlin", 1))));
}

#[test]
fn a_shipment_without_goods_is_cancelled() {
    let story = Story::begun(&["mug"], 100);
    let candidates = candidates(&[("mug", &[("berlin", 9)])]);
    let placed = Outcome::Placed { candidates, means: means() };
    let mut story = story.after(&[placed]);
    let held = asked(story.last_asked(), "berlin", "mug");
    let confirmed = [
        reserved(held),
        paid(PaymentOutcome::Authorised { expires_at: None }),
        Outcome::Confirmed,
        created("berlin"),
        withdrawn(1, &[("bonn", 9)]),
    ];
    story = story.after(&confirmed);
    let held = asked(story.last_asked(), "bonn", "mug");
    let packing = story.after(&[reserved(held)]).note(Outcome::Replaced { number: 1 });
    assert!(
        packing.contains(&Event::ShipmentCancellationRequested { warehouse: warehouse("berlin"), number: 1 }),
        "{packing:?}"
    );
}

#[test]
fn an_order_that_nobody_can_serve_any_more_ends() {
    let mut story = Story::confirmed();
    let noted = without_deadlines(story.note(withdrawn(1, &[("berlin", 9), ("bonn", 0)])));
    let asked = asked(story.last_asked(), "bonn", "mug");
    assert!(matches!(noted[2], Event::ReservationRequested { .. }), "{noted:?}");
    let failing = without_deadlines(story.note(rejected(asked)));
    assert_eq!(failing[1..], [stop(Failure::OutOfStock { sku: sku("mug") })], "it is still confirmed");
    let undone = without_deadlines(story.note(Outcome::Cancelled));
    assert!(undone.contains(&release("berlin", "pot")), "{undone:?}");
    assert!(undone.contains(&Event::InvoiceCreditRequested {}), "{undone:?}");
}

#[test]
fn a_cancellation_undoes_a_withdrawal_that_is_open() {
    let mut story = Story::confirmed();
    story.note(withdrawn(1, &[("bonn", 9)]));
    let asked = asked(story.last_asked(), "bonn", "mug");
    let undone = without_deadlines(story.note(Outcome::Cancelled));
    assert!(!undone.contains(&release("berlin", "mug")), "it is being released: {undone:?}");
    let late = story.note(reserved(asked.clone()));
    assert_eq!(late[1..], [Event::ReservationReleaseRequested(asked)]);
}
