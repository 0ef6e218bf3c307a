//! The numbers of refunds of parts. Under a defect, each request has another one, and nobody notices.

use super::Defect;
use crate::world::World;
use shop_payments::{Payment, Reference, Step};

/// Larger than the number of any return.
const NUMBERS: u32 = 1_000;

/// The step, with a number that was never used if it refunds a part.
pub(super) fn numbered<'a>(world: &World, reference: &Reference, step: Step<'a>) -> Step<'a> {
    match step {
        Step::RefundPart { number, amount } if world.has(Defect::FreshPart) => {
            let asked = u32::try_from(world.books.sandbox.asked(reference).len()).unwrap_or(u32::MAX);
            Step::RefundPart { number: number.saturating_add(asked.saturating_mul(NUMBERS)), amount }
        }
        Step::RefundPart { .. } | Step::Authorise { .. } | Step::Capture | Step::Void | Step::Refund => step,
    }
}

/// The payment with the numbers that the shop gave its parts.
pub(crate) fn unnumbered(world: &World, mut payment: Payment) -> Payment {
    if world.has(Defect::FreshPart) {
        for part in &mut payment.refunds {
            part.number = part.number.map(|number| number % NUMBERS);
        }
    }
    payment
}
