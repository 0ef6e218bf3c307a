//! The keys of the issuer: the one that signs, and the one before it, whose tokens are still accepted.

use super::error::IssuerError;
use crate::private;
use crate::rs256;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::OnceLock;

/// The file in the data directory: the keys as PKCS #8 in Base64, the newest first.
const FILE: &str = "issuer.json";
/// How many keys are published.
const KEPT: usize = 2;

/// A key pair.
#[derive(Clone)]
pub(super) struct Key {
    /// The id that tokens name it by: its thumbprint (RFC 7638).
    pub(super) id: String,
    /// Signs.
    pub(super) encoding: EncodingKey,
    /// Checks signatures.
    pub(super) decoding: DecodingKey,
    /// The public part as a JSON Web Key.
    pub(super) public: Value,
    pkcs8: Vec<u8>,
}

impl Key {
    fn generated() -> Result<Vec<u8>, IssuerError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| IssuerError::Generation)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| IssuerError::Generation)?;
        Ok(der.as_ref().to_vec())
    }

    fn of(pkcs8: Vec<u8>) -> Result<Self, IssuerError> {
        rs256::install();
        let unusable = |_| IssuerError::Key(std::io::Error::other(format!("{FILE} does not hold RSA keys")));
        let pair = KeyPair::from_pkcs8(&pkcs8).map_err(unusable)?;
        let public: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
        let [n, e] = [public.n, public.e].map(|number| URL_SAFE_NO_PAD.encode(number));
        let thumbprint = Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        let id = URL_SAFE_NO_PAD.encode(thumbprint);
        Ok(Self {
            public: json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": id, "n": n, "e": e }),
            encoding: EncodingKey::from_rsa_der(&pkcs8),
            decoding: DecodingKey::from_rsa_components(&n, &e)?,
            id,
            pkcs8,
        })
    }
}

/// The keys in a directory. Makes one if there is none.
pub(super) fn open(directory: &Path) -> Result<Vec<Key>, IssuerError> {
    // Earlier releases kept another kind of key there.
    let _ = std::fs::remove_file(directory.join("issuer.key"));
    read(directory, Key::generated)
}

/// The keys in a directory that is thrown away. All such directories of this process get the same key, because it takes
/// a while to find one.
pub(super) fn open_temporary(directory: &Path) -> Result<Vec<Key>, IssuerError> {
    static KEY: OnceLock<Vec<u8>> = OnceLock::new();
    read(directory, || match KEY.get() {
        Some(key) => Ok(key.clone()),
        None => Key::generated().map(|key| KEY.get_or_init(|| key).clone()),
    })
}

fn read(directory: &Path, make: impl FnOnce() -> Result<Vec<u8>, IssuerError>) -> Result<Vec<Key>, IssuerError> {
    let first = || Ok(text(&[make().map_err(std::io::Error::other)?]));
    let content = private::read_or_make(&directory.join(FILE), first)?;
    let unusable = |error: &dyn std::fmt::Display| std::io::Error::other(format!("{FILE}: {error}"));
    let keys: Vec<String> = serde_json::from_slice(&content).map_err(|error| unusable(&error))?;
    if keys.is_empty() {
        return Err(unusable(&"it holds no key").into());
    }
    let decoded = keys.iter().map(|key| STANDARD.decode(key).map_err(|error| unusable(&error)));
    decoded.map(|key| Key::of(key?)).collect()
}

/// A new key before these. The oldest one is dropped.
pub(super) fn rotate(directory: &Path, keys: &[Key]) -> Result<Vec<Key>, IssuerError> {
    let mut rotated = vec![Key::of(Key::generated()?)?];
    rotated.extend(keys.iter().take(KEPT - 1).cloned());
    let pkcs8: Vec<_> = rotated.iter().map(|key| key.pkcs8.clone()).collect();
    private::write(&directory.join(FILE), &text(&pkcs8))?;
    Ok(rotated)
}

fn text(keys: &[Vec<u8>]) -> Vec<u8> {
    json!(keys.iter().map(|key| STANDARD.encode(key)).collect::<Vec<_>>()).to_string().into_bytes()
}
