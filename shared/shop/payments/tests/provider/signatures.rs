//! Which webhooks are accepted.

use crate::stage::{START, eur, reference};
use foldlog::Timestamp;
use proptest::prelude::*;
use shop_payments::webhook::{Delivery, Disbelief, TOLERANCE, Webhook, sign, verify};
use shop_payments::{Payment, Secret, Standing};

const BODY: &str =
    r#"{"id":"cafe:authorised","reference":"cafe","amount":{"amount":7699,"currency":"EUR"},"standing":"authorised"}"#;
/// By another program: `printf '%s' "1763718723045.$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64`.
const SIGNATURE: &str = "v1=+2fCW4YpYezbhq7IDgbI21G50OsAQ291GvB0DFTEW9c=";

fn secret(text: &str) -> Secret {
    text.parse().unwrap()
}

fn ours() -> [Secret; 1] {
    [secret("a-secret-of-the-webhook")]
}

fn webhook() -> Webhook {
    Webhook::new(
        reference("cafe"),
        Payment { amount: eur(7_699), standing: Standing::Authorised, expires_at: None, refunds: vec![] },
    )
}

fn delivery<'a>(signature: &'a str, timestamp: &'a str, body: &'a [u8]) -> Delivery<'a> {
    Delivery { signature, timestamp, body }
}

#[test]
fn a_notice_reads_as_documented_and_is_signed_as_others_sign_it() {
    assert_eq!(serde_json::to_string(&webhook()).unwrap(), BODY);
    assert_eq!(sign(&ours()[0], START, BODY.as_bytes()), SIGNATURE);
    let verified = verify(delivery(SIGNATURE, "1763718723045", BODY.as_bytes()), &ours(), START);
    assert_eq!(verified, Ok(webhook()));
}

#[test]
fn while_a_secret_is_changed_the_one_before_is_still_believed_and_no_other() {
    let (before, after, other) =
        (secret("the-secret-of-may"), secret("the-secret-of-june"), secret("somebody-elses-secret"));
    let secrets = [after.clone(), before.clone()];
    let believed = |signed_with: &Secret, secrets: &[Secret]| {
        let signature = sign(signed_with, START, BODY.as_bytes());
        verify(delivery(&signature, &START.0.to_string(), BODY.as_bytes()), secrets, START)
    };
    assert_eq!(believed(&before, &secrets), Ok(webhook()));
    assert_eq!(believed(&after, &secrets), Ok(webhook()));
    assert_eq!(believed(&other, &secrets), Err(Disbelief::Forged));
    assert_eq!(believed(&before, &[after]), Err(Disbelief::Forged));
    assert_eq!(believed(&before, &[]), Err(Disbelief::Forged));
}

#[test]
fn a_notice_is_believed_for_five_minutes_before_and_after_the_moment_of_its_signature() {
    let signed_at = |signed: i64| {
        let signature = sign(&ours()[0], Timestamp(signed), BODY.as_bytes());
        verify(delivery(&signature, &signed.to_string(), BODY.as_bytes()), &ours(), START)
    };
    let tolerance = i64::try_from(TOLERANCE.as_millis()).unwrap();
    assert_eq!(tolerance, 300_000);
    for edge in [START.0 - tolerance, START.0 + tolerance] {
        assert_eq!(signed_at(edge), Ok(webhook()), "{edge}");
    }
    for beyond in [START.0 - tolerance - 1, START.0 + tolerance + 1, i64::MIN, i64::MAX, 0] {
        assert_eq!(signed_at(beyond), Err(Disbelief::Stale(Timestamp(beyond))), "{beyond}");
    }
}

#[test]
fn what_is_signed_and_no_notice_is_told_from_what_is_forged() {
    for body in [
        "",
        "{}",
        "null",
        r#"{"id":"x","reference":"a/b","amount":{"amount":1,"currency":"EUR"},"standing":"authorised"}"#,
    ] {
        let signature = sign(&ours()[0], START, body.as_bytes());
        let signed = verify(delivery(&signature, &START.0.to_string(), body.as_bytes()), &ours(), START);
        assert!(matches!(signed, Err(Disbelief::Unreadable(_))), "{signed:?}");
        let forged = verify(delivery(SIGNATURE, &START.0.to_string(), body.as_bytes()), &ours(), START);
        assert_eq!(forged, Err(Disbelief::Forged), "{body}");
    }
}

#[test]
fn signatures_of_other_schemes_and_parts_of_one_are_refused() {
    let naked = SIGNATURE.trim_start_matches("v1=");
    let part = format!("v1={}", &naked[..32]);
    for signature in
        ["", "v1=", "v1", naked, &part, &format!("v0={naked}"), &format!("v1={}", naked.trim_end_matches('='))]
    {
        let refused = verify(delivery(signature, &START.0.to_string(), BODY.as_bytes()), &ours(), START);
        assert_eq!(refused, Err(Disbelief::Forged), "{signature}");
    }
}

/// One byte somewhere becomes another one, is taken out, or is put in.
fn changed(text: &[u8], at: usize, byte: u8, how: u8) -> Vec<u8> {
    let mut text = text.to_vec();
    let at = at % text.len();
    match how % 3 {
        0 => text[at] ^= byte.max(1),
        1 => drop(text.remove(at)),
        _ => text.insert(at, byte),
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn a_notice_of_which_any_byte_was_changed_is_refused(part in 0..3_u8, at: usize, byte: u8, how: u8) {
        let (mut signature, mut timestamp, mut body) = (SIGNATURE.to_owned(), START.0.to_string(), BODY.as_bytes().to_vec());
        let readable = |text: Vec<u8>| String::from_utf8_lossy(&text).into_owned();
        match part {
            0 => signature = readable(changed(signature.as_bytes(), at, byte, how)),
            1 => timestamp = readable(changed(timestamp.as_bytes(), at, byte, how)),
            _ => body = changed(&body, at, byte, how),
        }
        let verified = verify(delivery(&signature, &timestamp, &body), &ours(), START);
        prop_assert_eq!(verified, Err(Disbelief::Forged));
    }
}
