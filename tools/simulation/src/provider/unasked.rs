//! What the provider does by itself: it ends holds, captures them, and its staff refund payments by hand.

use crate::executor::Owner;
use crate::faults::Mishap;
use crate::setting::Net;
use crate::world::World;
use futures::FutureExt;
use shop_domain::values::Money;
use shop_payments::{ByItself, Payment, Reference, Standing};
use std::sync::Arc;
use std::time::Duration;

/// The longest time until the provider does something by itself.
const LONGEST_PAUSE_MS: u64 = 1_200_000;

/// Decides whether the provider does something to a payment by itself, later, and tells of it then.
pub(super) fn may_follow(world: &Arc<World>, reference: &Reference, payment: &Payment, tell: fn(&Arc<World>)) {
    let mishaps = match payment.standing {
        Standing::Authorised => {
            vec![Mishap::HoldLapses, Mishap::HoldExpires, Mishap::CapturesUnasked, Mishap::CapturesOtherwise]
        }
        // Only the run through the whole log finds the refund of an order that has ended, if its hint is lost.
        Standing::Captured if world.net == Net::Reconcile => {
            vec![Mishap::RefundedByHand, Mishap::PartRefundedByHand]
        }
        Standing::Captured | Standing::Declined { .. } | Standing::Voided | Standing::Refunded => return,
    };
    let change = match world.at_most_one(mishaps) {
        Some(Mishap::HoldLapses) => ByItself::Lapse,
        Some(Mishap::HoldExpires) => ByItself::Expire,
        Some(Mishap::CapturesUnasked) => ByItself::Capture(payment.amount),
        Some(Mishap::CapturesOtherwise) => ByItself::Capture(less(payment.amount)),
        Some(Mishap::PartRefundedByHand) => ByItself::RefundPart(some(payment.amount, world)),
        Some(_) => ByItself::Refund,
        None => return,
    };
    let ms = world.dice(|dice| dice.u64(1..=LONGEST_PAUSE_MS));
    let (on, reference) = (world.clone(), reference.clone());
    let later = async move {
        on.sleep(Duration::from_millis(ms)).await;
        let changed = on.books.sandbox.by_itself(&reference, change);
        on.say(|| format!("the provider by itself: {change:?} of {reference}: {changed:?}"));
        tell(&on);
    };
    world.spawner.spawn(Owner::World, later.boxed());
}

/// Some of an amount.
fn some(amount: Money, world: &World) -> Money {
    let part = world.dice(|dice| dice.i64(1..=amount.amount().max(1)));
    Money::new(part, amount.currency()).unwrap_or(amount)
}

/// One minor unit less.
fn less(amount: Money) -> Money {
    Money::new(amount.amount().saturating_sub(1), amount.currency()).unwrap_or(amount)
}
