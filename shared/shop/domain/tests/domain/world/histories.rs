//! What holds of one stream's random histories.

use crate::world::rules::follows;
use crate::world::{means, placement};
use foldlog::Decider;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shop_domain::order::{Command, Failure, State, Status, Stream};
use shop_domain::{payment, stock};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Carries out a command, tells of each event that it led to, and sees that it changes nothing when it comes again.
fn carry_out<D>(state: &mut D::State, command: &D::Command, mut told: impl FnMut(&D::State, &D::Event, &D::State))
where
    D: Decider<State: PartialEq + Debug>,
{
    for event in D::decide(state, command).unwrap_or_default() {
        let after = D::evolve(state.clone(), &event);
        told(state, &event, &after);
        *state = after;
    }
    let again = D::decide(state, command).unwrap_or_default();
    assert_eq!(again.iter().fold(state.clone(), D::evolve), *state, "again");
}

fn of_order() -> impl Strategy<Value = Command> {
    let account = placement(&[], 0).account;
    select(vec![
        Command::Place { placement: placement(&[1, 2], 100), account: Ok(means()) },
        Command::Place { placement: placement(&[1, 2], 0), account: Ok(means()) },
        Command::Place { placement: placement(&[1, 2], 100), account: Err(Failure::NoCard) },
        Command::Confirm,
        Command::Ship { tracking: BTreeMap::new() },
        Command::Deliver,
        Command::Cancel { by: account, reason: None },
        Command::Fail(Failure::OutOfStock { sku: "mug".parse().unwrap() }),
        Command::Fail(Failure::PaymentDeclined),
        Command::Fail(Failure::DeadlinePassed),
    ])
}

fn of_payment() -> impl Strategy<Value = payment::Command> {
    let charge =
        |amount| payment::Charge { amount: placement(&[1], amount).totals.total, card: "tok_ok".parse().unwrap() };
    let reason = || "no".parse().unwrap();
    select(vec![
        payment::Command::Create { charge: charge(100), answer: payment::Answer::Unknown },
        payment::Command::Create { charge: charge(100), answer: payment::Answer::Authorised },
        payment::Command::Create { charge: charge(99), answer: payment::Answer::Authorised },
        payment::Command::Authorise,
        payment::Command::Decline { reason: reason() },
        payment::Command::Capture,
        payment::Command::FailCapture { reason: reason() },
        payment::Command::Void,
        payment::Command::Refund,
    ])
}

fn of_stock() -> impl Strategy<Value = stock::Command> {
    let order = || (0..4_usize).prop_map(crate::world::id);
    prop_oneof![
        (order(), 1..6_u64)
            .prop_map(|(order, number)| { stock::Command::Reserve { order, quantity: number.try_into().unwrap() } }),
        order().prop_map(|order| stock::Command::Release { order }),
        order().prop_map(|order| stock::Command::Dispatch { order }),
        (0..12_u64).prop_map(|on_hand| stock::Command::Adjust {
            on_hand,
            cause: stock::Discrepancy::Miscount,
            reason: "count".parse().unwrap(),
        }),
    ]
}

const fn status(state: &State) -> Option<&Status> {
    match state {
        State::Placed { status, .. } => Some(status),
        State::Unplaced => None,
    }
}

proptest! {
    #[test]
    fn an_order_moves_along_the_diagram_only(commands in vec(of_order(), 0..30)) {
        let mut state = State::default();
        for command in commands {
            carry_out::<Stream>(&mut state, &command, |before, event, after| match (status(before), status(after)) {
                (Some(before), Some(after)) => assert!(follows(before, after), "{before:?} {event:?} {after:?}"),
                (before, after) => assert_eq!((before, after), (None, Some(&Status::Purchased))),
            });
        }
    }

    #[test]
    fn an_order_is_charged_once_and_given_back_at_most_that(commands in vec(of_payment(), 0..30)) {
        let (mut state, mut created, mut held, mut charged) = (payment::State::default(), 0, 0, 0);
        for command in commands {
            carry_out::<payment::Stream>(&mut state, &command, |_, event, _| {
                match event {
                    payment::Event::PaymentCreated(charge) => created += charge.amount.amount(),
                    payment::Event::PaymentAuthorised {} => held += 1,
                    payment::Event::PaymentCaptured {} => charged += 1,
                    payment::Event::PaymentVoided {} => held -= 1,
                    payment::Event::PaymentRefunded {} => charged -= 1,
                    payment::Event::PaymentDeclined { .. } | payment::Event::PaymentCaptureFailed { .. } => {}
                }
                assert!(created <= 100 && (0..=1).contains(&held) && (0..=held).contains(&charged), "{event:?}");
            });
            let captured = matches!(state, payment::State::Created { status: payment::Status::Captured, .. });
            prop_assert_eq!(charged == 1, captured);
        }
    }

    #[test]
    fn what_is_reserved_is_on_hand(commands in vec(of_stock(), 0..60)) {
        let mut state = stock::State::default();
        for command in commands {
            carry_out::<stock::Stream>(&mut state, &command, |_, event, after| {
                assert!(after.reserved() <= after.on_hand, "{event:?} {after:?}");
            });
        }
    }
}
