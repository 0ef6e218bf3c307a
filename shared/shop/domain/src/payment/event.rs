//! The events of a payment.

use crate::values::{CardToken, Money, Personal, Reason};
use foldlog::Timestamp;
use foldlog::write::event::Upcaster;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The amount to charge, and the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Charge {
    /// The total of the order.
    pub amount: Money,
    /// The card.
    pub card: Personal<CardToken>,
}

/// An event of a payment.
#[derive(
    Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::VariantNames, strum::IntoStaticStr,
)]
#[serde(tag = "type", content = "data")]
#[expect(missing_docs, reason = "the names are the documentation")]
pub enum Event {
    PaymentCreated(Charge),
    PaymentAuthorised {
        /// The moment at which the hold ends by itself, if the provider says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    },
    PaymentDeclined {
        reason: Reason,
    },
    PaymentCaptured {},
    /// The provider holds the amount, and could not capture it.
    PaymentCaptureFailed {
        reason: Reason,
    },
    PaymentVoided {},
    PaymentRefunded {},
    /// The hold is of no use any more, though the shop did not void it.
    PaymentLapsed {
        reason: Reason,
    },
    /// The provider holds or captured this amount instead of the charge's.
    PaymentDisputed {
        amount: Money,
    },
    /// An open item: the provider captured the amount, and refuses to refund it.
    PaymentRefundFailed {
        reason: Reason,
    },
    /// The provider refunded a part. The number is that of the return.
    PaymentPartlyRefunded {
        number: u32,
        amount: Money,
    },
    /// An open item: the provider refuses to refund a part.
    PaymentPartialRefundFailed {
        number: u32,
        amount: Money,
        reason: Reason,
    },
    /// Somebody refunded parts by hand, which are this amount together. If they settle a refund that was refused, it is
    /// the one for the return of this number.
    PaymentRefundedByHand {
        amount: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settles: Option<u32>,
    },
}

impl foldlog::Event for Event {
    const UPCASTERS: &'static [Upcaster] = &[
        // The older payload does not say when the hold ends: that is optional.
        Upcaster { event: "PaymentAuthorised", from: 1, step: |data| data },
        // The older payload is not sealed, and stays so.
        Upcaster { event: "PaymentCreated", from: 1, step: |data| data },
    ];
}
