//! What the sandbox does, by the token of the card.

use crate::payment::{Decline, Payment, Standing, Step};
use crate::refusal::ProviderRefusal;
use crate::values::Reference;
use shop_domain::values::Money;
use std::time::Duration;

/// How long a hold lasts, and how long that of `tok_brief` does.
const WEEK: Duration = Duration::from_hours(7 * 24);
const BRIEF: Duration = Duration::from_mins(10);

/// The behaviour of a card at one attempt to pay. `tok_<one>_then_<other>` is `tok_<one>` at the first attempt of an
/// order, and `tok_<other>` at each later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Card {
    /// Everything is possible.
    Ok,
    /// The authorisation is declined.
    Declined,
    /// The answer to the first request is lost.
    TimeoutThenCharged,
    /// The first two requests are turned away.
    Unavailable,
    /// A capture is refused as expired.
    Expires,
    /// The hold ends at once and without notice: a capture or void is refused as expired.
    Gone,
    /// The hold ends after ten minutes, with a notice.
    Brief,
    /// The hold can neither be captured nor voided.
    Stuck,
    /// A capture takes one minor unit less.
    OtherAmount,
    /// Somebody refunds the amount as soon as it is captured.
    Refunded,
    /// A refund is refused.
    Unrefundable,
    /// The sandbox does not know it.
    Unknown,
}

impl Card {
    /// The card of a token at an attempt. The shop names the first attempt like the order, and later ones with a hyphen
    /// and a number.
    pub(super) fn of(token: &str, reference: &Reference) -> Self {
        let name = token.strip_prefix("tok_").unwrap_or_default();
        let is_later = reference.as_str().contains('-');
        let whole = name.parse().ok();
        let part = || {
            let (first, later) = name.split_once("_then_")?;
            if is_later { later } else { first }.parse().ok()
        };
        whole.or_else(part).unwrap_or(Self::Unknown)
    }

    /// The standing after the first authorisation.
    pub(super) const fn first(self) -> Standing {
        match self {
            Self::Declined => Standing::Declined { reason: Decline::CardDeclined },
            Self::Unknown => Standing::Declined { reason: Decline::UnknownCard },
            Self::Ok
            | Self::TimeoutThenCharged
            | Self::Unavailable
            | Self::Expires
            | Self::Gone
            | Self::Brief
            | Self::Stuck
            | Self::OtherAmount
            | Self::Refunded
            | Self::Unrefundable => Standing::Authorised,
        }
    }

    pub(super) const fn lifetime(self) -> Duration {
        if matches!(self, Self::Brief) { BRIEF } else { WEEK }
    }

    /// The changes that a step of an authorised payment leads to, in order.
    pub(super) fn moves(self, payment: &Payment, step: Step<'_>) -> Result<Vec<Payment>, ProviderRefusal> {
        let after = payment.clone().after(step)?;
        if after == *payment {
            return Ok(vec![]);
        }
        match (self, step) {
            (Self::Expires | Self::Gone, Step::Capture) | (Self::Gone, Step::Void) => Err(ProviderRefusal::Expired),
            (Self::Stuck, Step::Capture | Step::Void)
            | (Self::Unrefundable, Step::Refund | Step::RefundPart { .. }) => Err(ProviderRefusal::NotPossible),
            (Self::OtherAmount, Step::Capture) => Ok(vec![Payment { amount: less(after.amount), ..after }]),
            (Self::Refunded, Step::Capture) => {
                Ok(vec![after.clone(), Payment { standing: Standing::Refunded, ..after }])
            }
            _ => Ok(vec![after]),
        }
    }
}

/// One minor unit less.
fn less(amount: Money) -> Money {
    Money::new(amount.amount().saturating_sub(1), amount.currency()).unwrap_or(amount)
}
