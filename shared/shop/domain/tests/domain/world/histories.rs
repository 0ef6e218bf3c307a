//! What holds of one stream's random histories.

use crate::world::rules::follows;
use crate::world::{means, placement};
use foldlog::write::decider::decide;
use foldlog::{Decider, Version};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shop_domain::order::{Command, Failure, Loss, Order, Sender, State, Status};
use shop_domain::stock::Held;
use shop_domain::values::Personal;
use shop_domain::{payment, stock};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Carries out a command, tells of each event that it led to, and sees that it changes nothing when it comes again.
fn carry_out<D>(state: &mut D::State, command: &D::Command, mut told: impl FnMut(&D::State, &D::Event, &D::State))
where
    D: Decider<State: PartialEq + Debug>,
{
    for event in decide::<D>(state, command).unwrap_or_default() {
        let after = D::evolve(state.clone(), &event);
        told(state, &event, &after);
        *state = after;
    }
    let again = decide::<D>(state, command).unwrap_or_default();
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
        Command::Cancel { by: Sender::Account(account), reason: None },
        Command::WithdrawReservation {
            warehouse: "berlin".parse().unwrap(),
            sku: "mug".parse().unwrap(),
            is_held: true,
            reason: "damaged".parse().unwrap(),
        },
        Command::ReplaceReservation { number: 1 },
        Command::ReplaceReservation { number: 2 },
        Command::Fail(Failure::OutOfStock { sku: "mug".parse().unwrap() }),
        Command::Fail(Failure::PaymentDeclined),
        Command::Fail(Failure::DeadlinePassed),
        Command::LosePayment(Loss::Lapsed),
        Command::LosePayment(Loss::Refunded),
        Command::RegainPayment,
        Command::ReplaceCard { by: Sender::Staff, card: Personal::Clear("tok_ok".parse().unwrap()) },
        Command::WriteOff { reason: "lost".parse().unwrap() },
    ])
}

fn of_payment() -> impl Strategy<Value = payment::Command> {
    let charge = |amount| payment::Charge {
        amount: placement(&[1], amount).totals.total,
        card: Personal::Clear("tok_ok".parse().unwrap()),
    };
    let reason = || "no".parse().unwrap();
    let hold = |amount| payment::Hold { amount: charge(amount).amount, expires_at: None };
    select(vec![
        payment::Command::Create { charge: charge(100), answer: payment::Answer::Unknown },
        payment::Command::Create { charge: charge(100), answer: payment::Answer::Authorised(hold(100)) },
        payment::Command::Create { charge: charge(99), answer: payment::Answer::Authorised(hold(99)) },
        payment::Command::Authorise(hold(100)),
        payment::Command::Authorise(hold(99)),
        payment::Command::Decline { reason: reason() },
        payment::Command::Capture { amount: charge(100).amount },
        payment::Command::Capture { amount: charge(99).amount },
        payment::Command::FailCapture { reason: reason() },
        payment::Command::Void,
        payment::Command::Refund,
        payment::Command::Lapse { reason: reason() },
        payment::Command::FailRefund { reason: reason() },
        payment::Command::RefundPart { number: 1, amount: charge(40).amount },
        payment::Command::RefundPart { number: 2, amount: charge(60).amount },
        payment::Command::FailRefundPart { number: 2, amount: charge(60).amount, reason: reason() },
        payment::Command::NoteRefundByHand { amount: charge(50).amount },
    ])
}

/// What a stock is asked for. Reservations are closed by their number.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Reserve(u64),
    Release(usize),
    Dispatch(usize),
    Adjust(u64),
}

fn of_stock() -> impl Strategy<Value = Asked> {
    prop_oneof![
        (1..6_u64).prop_map(Asked::Reserve),
        any::<usize>().prop_map(Asked::Release),
        any::<usize>().prop_map(Asked::Dispatch),
        (0..12_u64).prop_map(Asked::Adjust),
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
            carry_out::<Order>(&mut state, &command, |before, event, after| match (status(before), status(after)) {
                (Some(before), Some(after)) => assert!(follows(before, after), "{before:?} {event:?} {after:?}"),
                (before, after) => assert_eq!((before, after), (None, Some(&Status::Purchased))),
            });
        }
    }

    #[test]
    fn an_order_is_charged_once_and_given_back_at_most_that(commands in vec(of_payment(), 0..30)) {
        let (mut state, mut created, mut charged) = (payment::State::default(), 0, 0);
        let (mut parts, mut by_hand) = (0, 0);
        for command in commands {
            carry_out::<payment::Payment>(&mut state, &command, |_, event, _| {
                match event {
                    payment::Event::PaymentCreated(charge) => created += charge.amount.amount(),
                    payment::Event::PaymentCaptured {} => charged += 1,
                    payment::Event::PaymentRefunded {} => charged = 0,
                    payment::Event::PaymentPartlyRefunded { amount, .. } => parts += amount.amount(),
                    payment::Event::PaymentRefundedByHand { amount, .. } => by_hand = amount.amount(),
                    payment::Event::PaymentAuthorised { .. }
                    | payment::Event::PaymentVoided {}
                    | payment::Event::PaymentLapsed { .. }
                    | payment::Event::PaymentDisputed { .. }
                    | payment::Event::PaymentRefundFailed { .. }
                    | payment::Event::PaymentPartialRefundFailed { .. }
                    | payment::Event::PaymentDeclined { .. }
                    | payment::Event::PaymentCaptureFailed { .. } => {}
                }
                assert!(created <= 100 && (0..=1).contains(&charged) && parts + by_hand <= 100, "{event:?}");
            });
            let status = match &state {
                payment::State::Created { status, .. } => Some(status),
                payment::State::Uncreated => None,
            };
            let captured = matches!(status, Some(payment::Status::Captured));
            let kept = matches!(status, Some(payment::Status::RefundFailed(_)));
            prop_assert!(captured == (charged == 1) || kept, "{:?}", status);
        }
    }

    #[test]
    fn what_is_reserved_is_on_hand_and_what_open_reservations_hold(asked in vec(of_stock(), 0..60)) {
        let (mut state, mut open) = (stock::State::default(), Vec::new());
        let order = crate::world::id(1);
        for (version, asked) in (1..).map(Version).zip(asked) {
            // The log has each reservation closed once.
            let mut close = |number: usize| (!open.is_empty()).then(|| open.swap_remove(number % open.len()));
            let command = match asked {
                Asked::Reserve(number) => stock::Command::Reserve {
                    order: order.clone(),
                    reservation: version,
                    quantity: number.try_into().unwrap(),
                },
                Asked::Release(number) => match close(number) {
                    Some(held) => stock::Command::Release { order: order.clone(), held },
                    None => continue,
                },
                Asked::Dispatch(number) => match close(number) {
                    Some(held) => stock::Command::Dispatch { order: order.clone(), held },
                    None => continue,
                },
                Asked::Adjust(on_hand) => stock::Command::Adjust {
                    on_hand,
                    cause: stock::Discrepancy::Miscount,
                    reason: "count".parse().unwrap(),
                },
            };
            for event in decide::<stock::Stock>(&state, &command).unwrap_or_default() {
                open.extend(event.held());
                state = stock::Stock::evolve(state, &event);
            }
            let held = open.iter().map(|held| match held {
                Held::Named { quantity, .. } => quantity.get(),
                Held::Unnamed => 0,
            });
            prop_assert_eq!(held.sum::<u64>(), state.reserved());
            prop_assert!(state.reserved() <= state.on_hand);
        }
    }
}
