//! What a provider tells of itself: signed, timestamped webhooks, and who is to be believed.
//!
//! A webhook may come more than once, late, and out of order. Its id is the same each time, so whoever derives a
//! command's id from it recognises a repetition. It is news of the moment it tells of: what holds is asked by reference.

use crate::payment::Payment;
use crate::values::{Reference, Secret};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use foldlog::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::time::Duration;

/// The header with the signature.
pub const SIGNATURE: &str = "payment-signature";
/// The header with the moment of the signature, in milliseconds since the epoch.
pub const TIMESTAMP: &str = "payment-timestamp";
/// How far the two clocks and the way between may make the moment of the signature differ from now.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// The only scheme of signatures so far.
const SCHEME: &str = "v1=";

/// That something became of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Notice")]
pub struct Webhook {
    /// The same whenever the same is told.
    pub id: String,
    /// Of which payment.
    pub reference: Reference,
    /// How it stood then.
    #[serde(flatten)]
    pub payment: Payment,
}

impl Webhook {
    /// That a payment came to stand so. It does so once, hence the id.
    #[must_use]
    pub fn new(reference: Reference, payment: Payment) -> Self {
        let standing: &str = payment.standing.into();
        Self { id: format!("{reference}:{standing}"), reference, payment }
    }
}

/// A webhook as it arrives, each part as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The header [`SIGNATURE`].
    pub signature: &'a str,
    /// The header [`TIMESTAMP`].
    pub timestamp: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// Why a webhook is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    /// None of the secrets signed this.
    #[error("the signature is not the provider's")]
    Forged,
    /// Signed too long ago, or by a clock too far ahead.
    #[error("signed at {0}, which is too far from now")]
    Stale(Timestamp),
    /// Signed, and not a webhook of this protocol.
    #[error("not a webhook: {0}")]
    Unreadable(String),
}

/// Reads a webhook that one of the secrets signed: today's, and while it is being changed the one before. Nothing of it is
/// looked at before its signature is.
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
    serde_json::from_slice(body).map_err(|error| unreadable(&error))
}

/// The signature of a body that is sent now.
#[must_use]
pub fn sign(secret: &Secret, now: Timestamp, body: &[u8]) -> String {
    let code = code(secret, &now.0.to_string(), body).finalize();
    format!("{SCHEME}{}", BASE64_STANDARD.encode(code.into_bytes()))
}

/// The timestamp has no dot, so no two pairs of timestamp and body read the same.
fn code(secret: &Secret, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let code = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("a key of any length");
    code.chain_update(timestamp).chain_update(".").chain_update(body)
}
