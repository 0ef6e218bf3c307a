//! The provider's webhooks: signed and timestamped, and verified when they are read.
//!
//! A webhook may come more than once, late, and out of order. Its id is the same each time, so a command id that is
//! derived from it recognises a repetition. A webhook shows the payment at the moment of a change. To know its current
//! status, read it by its reference.

use crate::payment::Payment;
use crate::values::{Reference, Secret};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use foldlog::{Timestamp, json};
use hmac::{Hmac, KeyInit, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::time::Duration;

/// The header with the signature.
pub const SIGNATURE: &str = "payment-signature";
/// The header with the moment of the signature, in milliseconds since the epoch.
pub const TIMESTAMP: &str = "payment-timestamp";
/// The largest accepted difference between the moment of the signature and now, for clock differences and delays.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// The only signature scheme so far.
const SCHEME: &str = "v1=";

/// A change of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Notice")]
pub struct Webhook {
    /// Its id. A repetition has the same id.
    pub id: String,
    /// The reference of the payment.
    pub reference: Reference,
    /// The payment after the change.
    #[serde(flatten)]
    pub payment: Payment,
}

impl Webhook {
    /// The webhook for a status of a payment. A payment takes each status once for each number of partial refunds, so
    /// the id follows from all three.
    #[must_use]
    pub fn new(reference: Reference, payment: Payment) -> Self {
        let standing: &str = payment.standing.into();
        let refunds = match payment.refunds.len() {
            0 => String::new(),
            number => format!(":{number}"),
        };
        Self { id: format!("{reference}:{standing}{refunds}"), reference, payment }
    }
}

/// A webhook as it arrived, with each part as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The header [`SIGNATURE`].
    pub signature: &'a str,
    /// The header [`TIMESTAMP`].
    pub timestamp: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// Why a webhook is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    /// None of the secrets made the signature.
    #[error("the signature is not the provider's")]
    Forged,
    /// The signature is too old, or its clock is too far ahead.
    #[error("signed at {0}, which is too far from now")]
    Stale(Timestamp),
    /// The signature is right, but the body is no webhook of this protocol.
    #[error("not a webhook: {0}")]
    Unreadable(String),
}

/// Reads a webhook that one of the secrets signed: the current secret, or the previous one during a change of secrets.
/// It checks the signature before it reads anything else.
pub fn verify(delivery: Delivery<'_>, secrets: &[Secret], now: Timestamp) -> Result<Webhook, Disbelief> {
    let Delivery { signature, timestamp, body } = delivery;
    let signature = signature.strip_prefix(SCHEME).ok_or(Disbelief::Forged)?;
    let signature = BASE64_STANDARD.decode(signature).map_err(|_| Disbelief::Forged)?;
    let signed = |secret: &Secret| code(secret, timestamp, body).verify_slice(&signature).is_ok();
    if !secrets.iter().any(signed) {
        return Err(Disbelief::Forged);
    }
    let unreadable = |reason: &dyn std::error::Error| Disbelief::Unreadable(reason.to_string());
    let moment = timestamp.parse().map(Timestamp).map_err(|error| unreadable(&error))?;
    if u128::from(moment.0.abs_diff(now.0)) > TOLERANCE.as_millis() {
        return Err(Disbelief::Stale(moment));
    }
    json::sent(body).map_err(|unfit| Disbelief::Unreadable(unfit.place()))
}

/// The signature of a body that is sent now.
#[must_use]
pub fn sign(secret: &Secret, now: Timestamp, body: &[u8]) -> String {
    let code = code(secret, &now.0.to_string(), body).finalize();
    format!("{SCHEME}{}", BASE64_STANDARD.encode(code.into_bytes()))
}

/// The timestamp has no dot, so two different pairs of timestamp and body never give the same text.
fn code(secret: &Secret, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let code = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("a key of any length");
    code.chain_update(timestamp).chain_update(".").chain_update(body)
}
