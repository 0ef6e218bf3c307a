//! Keys, and what is encrypted with them.

use crate::hash::Digest;
use crate::ports::Randomness;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// The length of a nonce, in bytes.
const NONCE: usize = 12;

/// A secret key of 256 bits. Its memory is cleared when it is dropped, and it is never written to errors or logs.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

/// A text that the key did not seal, at least not for this context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value was not sealed with this key for this place")]
pub struct Unreadable;

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key(…)")
    }
}

impl Key {
    /// A key with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Its bytes, to be wrapped under another key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// A random key.
    #[must_use]
    pub fn fresh(host: &impl Randomness) -> Self {
        let mut bytes = [0; 32];
        for half in bytes.chunks_exact_mut(16) {
            half.copy_from_slice(&host.bits().to_be_bytes());
        }
        Self::new(bytes)
    }

    /// Another key, which only the holder of this one can compute from these parts. It does not lead back to this one.
    #[must_use]
    pub fn derive(&self, parts: &[&str]) -> Self {
        Self::new(self.authenticated("derive", parts))
    }

    /// A text encrypted for a context: the nonce, and what AES-256-GCM makes of the text (NIST SP 800-38D). Only
    /// [`Self::open`] with the same context reads it.
    ///
    /// The nonce is random, so one key seals at most 2^32 texts (section 8.3 there).
    ///
    /// # Panics
    /// If the text is longer than 64 GB.
    #[must_use]
    pub fn seal(&self, host: &impl Randomness, context: &[&str], text: &[u8]) -> Vec<u8> {
        let bits = host.bits().to_be_bytes();
        let nonce: [u8; NONCE] = *bits.first_chunk().unwrap_or(&[0; NONCE]);
        let aad = joined(context);
        #[expect(clippy::expect_used, reason = "it fails for texts of more than 64 GB only")]
        let sealed =
            self.cipher().encrypt(&Nonce::from(nonce), Payload { msg: text, aad: &aad }).expect("a short text");
        [&nonce[..], &sealed].concat()
    }

    /// The text that was sealed for this context.
    pub fn open(&self, context: &[&str], sealed: &[u8]) -> Result<Vec<u8>, Unreadable> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Unreadable)?;
        let aad = joined(context);
        self.cipher().decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: &aad }).map_err(|_| Unreadable)
    }

    /// A number that only the key's holder can compute from these parts.
    #[must_use]
    pub fn mark(&self, parts: &[&str]) -> u128 {
        u128::from_be_bytes(*self.authenticated("mark", parts).first_chunk().unwrap_or(&[0; 16]))
    }

    /// The digest of a content that only the key's holder can compute. Without the key, a guess cannot be checked.
    #[must_use]
    pub fn digest(&self, content: &Digest) -> Digest {
        Digest(self.authenticated("digest", &[&content.to_string()]))
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.derived("seal").into())
    }

    /// A key for one purpose: no key serves two algorithms.
    fn derived(&self, purpose: &str) -> [u8; 32] {
        authenticated(&self.0, &[purpose])
    }

    fn authenticated(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        authenticated(&self.derived(purpose), parts)
    }
}

fn authenticated(key: &[u8; 32], parts: &[&str]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("a key");
    mac.chain_update(joined(parts)).finalize().into_bytes().into()
}

/// Each part after its length, so that no two different lists give the same bytes.
fn joined(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A source of the same bits over and over.
    pub(in crate::seal) struct Bits(pub(in crate::seal) u128);

    impl Randomness for Bits {
        fn bits(&self) -> u128 {
            self.0
        }
    }

    pub(in crate::seal) fn key(seed: u8) -> Key {
        Key::new([seed; 32])
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_in_its_place_and_with_its_key_only(
            text in any::<Vec<u8>>(), context in "[a-z]{0,8}", other in "[a-z]{0,8}", bits: u128,
        ) {
            prop_assume!(context != other);
            let sealed = key(1).seal(&Bits(bits), &[&context, "b"], &text);
            prop_assert_eq!(key(1).open(&[&context, "b"], &sealed), Ok(text));
            prop_assert_eq!(key(2).open(&[&context, "b"], &sealed), Err(Unreadable));
            for place in [&[&*other, "b"][..], &[&context], &[&context, "b", ""], &["", &context, "b"]] {
                prop_assert_eq!(key(1).open(place, &sealed), Err(Unreadable));
            }
        }

        #[test]
        fn no_flipped_bit_and_no_shortened_text_opens(text in any::<[u8; 12]>(), bits: u128) {
            let sealed = key(1).seal(&Bits(bits), &["a"], &text);
            for bit in 0..sealed.len() * 8 {
                let mut flipped = sealed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                prop_assert_eq!(key(1).open(&["a"], &flipped), Err(Unreadable));
            }
            for length in 0..sealed.len() {
                prop_assert_eq!(key(1).open(&["a"], &sealed[..length]), Err(Unreadable));
            }
        }
    }

    #[test]
    fn a_mark_and_a_digest_depend_on_the_key_and_on_every_part() {
        let mark = key(1).mark(&["a", "b"]);
        assert_eq!(key(1).mark(&["a", "b"]), mark);
        assert!(
            [key(2).mark(&["a", "b"]), key(1).mark(&["ab"]), key(1).mark(&["a"])].iter().all(|other| *other != mark)
        );
        let content = Digest::of_text("Ada");
        assert_ne!(key(1).digest(&content), content);
        assert_ne!(key(1).digest(&content), key(2).digest(&content));
    }

    #[test]
    fn a_derived_key_depends_on_the_key_and_on_every_part() {
        let mark = |key: Key| key.mark(&[]);
        assert_eq!(mark(key(1).derive(&["a", "b"])), mark(key(1).derive(&["a", "b"])));
        let others = [key(1), key(2).derive(&["a", "b"]), key(1).derive(&["ab"]), key(1).derive(&["a"])];
        assert!(others.into_iter().all(|other| mark(other) != mark(key(1).derive(&["a", "b"]))));
    }

    #[test]
    fn a_fresh_key_has_256_random_bits_and_does_not_show_them() {
        let fresh = Key::fresh(&Bits(7));
        assert_eq!(format!("{fresh:?}"), "Key(…)");
        assert_ne!(fresh.mark(&[]), Key::new([0; 32]).mark(&[]));
    }
}
