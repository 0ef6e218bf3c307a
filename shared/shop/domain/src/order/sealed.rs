//! The reason why a person cancelled an order: sealed under the key of the order's account.

use crate::values::{Personal, Reason};
use foldlog::seal::Unreadable;
use foldlog::{Opener, Randomness, Sealer};

const REASON: &str = "reason";

/// A reason of a person, sealed for an order.
pub fn sealed_reason(
    reason: &Reason,
    sealer: &Sealer<'_, impl Randomness>,
) -> Result<Personal<Reason>, serde_json::Error> {
    sealer.seal(REASON, reason)
}

/// The reason why an order was cancelled; none if it was erased.
pub fn opened_reason(reason: &Personal<Reason>, opener: &Opener<'_>) -> Result<Option<Reason>, Unreadable> {
    opener.open(REASON, reason)
}
