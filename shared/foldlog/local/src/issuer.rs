//! The local issuer of tokens: it signs with a key of its own, stored beside the data, and accepts only its own tokens.

use crate::hs256;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

/// Length of the signing key.
const KEY_BYTES: usize = 32;
/// How long a token is valid.
const LIFETIME_SECONDS: i64 = 12 * 60 * 60;

/// The errors of signing a token.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The key cannot be read or stored.
    #[error("the signing key cannot be used: {0}")]
    Key(#[from] std::io::Error),
    /// No random bits are available for a key.
    #[error("no signing key can be made: {0}")]
    Randomness(String),
    /// A token cannot be signed.
    #[error("the token cannot be signed: {0}")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// The template has no authorizer to sign a token for.
    #[error("the template declares no JWT authorizer")]
    NoAuthorizer,
}

/// Signs and checks tokens.
pub(crate) struct Issuer {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// The requirements of the template's authorizer.
#[derive(Clone, Debug)]
pub(crate) struct Authorizer {
    /// The issuer's URL.
    pub(crate) issuer: String,
    /// Accepted audiences.
    pub(crate) audience: Vec<String>,
    /// The request header that carries the token, in lower case.
    pub(crate) header: String,
}

impl Issuer {
    /// The issuer with the key in a directory. It creates a key if there is none.
    pub(crate) fn open(directory: &Path) -> Result<Self, IssuerError> {
        let path = directory.join("issuer.key");
        let key = match std::fs::read(&path) {
            Ok(key) if key.len() == KEY_BYTES => key,
            Ok(_) => return Err(std::io::Error::other("issuer.key does not hold a key").into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut key = vec![0; KEY_BYTES];
                getrandom::fill(&mut key).map_err(|error| IssuerError::Randomness(error.to_string()))?;
                private(&path)?.write_all(&key)?;
                key
            }
            Err(error) => return Err(error.into()),
        };
        hs256::install();
        Ok(Self { encoding: EncodingKey::from_secret(&key), decoding: DecodingKey::from_secret(&key) })
    }

    /// A token for a subject with scopes.
    pub(crate) fn token(&self, authorizer: &Authorizer, subject: &str, scopes: &[&str]) -> Result<String, IssuerError> {
        self.token_with(authorizer, subject, scopes, &Value::Null)
    }

    /// The same with other claims: an object, with null for a claim that is left out.
    pub(crate) fn token_with(
        &self,
        authorizer: &Authorizer,
        subject: &str,
        scopes: &[&str],
        others: &Value,
    ) -> Result<String, IssuerError> {
        let now = jiff::Timestamp::now().as_second();
        let mut claims = json!({
            "iss": authorizer.issuer,
            "aud": authorizer.audience.first(),
            "sub": subject,
            "scope": scopes.join(" "),
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": uuid::Uuid::new_v4().to_string(),
        });
        for (name, value) in others.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        if let Some(claims) = claims.as_object_mut() {
            claims.retain(|_, value| !value.is_null());
        }
        Ok(encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)?)
    }

    /// The claims of a token that the authorizer accepts.
    pub(crate) fn claims(&self, authorizer: &Authorizer, token: &str) -> Option<Map<String, Value>> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&authorizer.issuer]);
        validation.set_required_spec_claims(&["exp", "iss"]);
        validation.validate_nbf = true;
        validation.validate_aud = false;
        let claims = decode::<Map<String, Value>>(token, &self.decoding, &validation).ok()?.claims;
        // As on AWS, `client_id` replaces an absent `aud`.
        let audience = claims.get("aud").or_else(|| claims.get("client_id"))?;
        let accepted = |one: &Value| one.as_str().is_some_and(|one| authorizer.audience.iter().any(|all| all == one));
        let accepts = audience.as_array().map_or_else(|| accepted(audience), |several| several.iter().any(accepted));
        accepts.then_some(claims)
    }
}

/// The scopes of a token: `scope` or `scp`, a text of words or a list.
pub(crate) fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(scopes)) => scopes.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(scopes)) => scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// A new file that only its owner can read.
fn private(path: &Path) -> Result<std::fs::File, std::io::Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorizer() -> Authorizer {
        Authorizer {
            issuer: "https://issuer".to_owned(),
            audience: vec!["api".to_owned()],
            header: "authorization".to_owned(),
        }
    }

    fn signed(issuer: &Issuer, claims: &Value) -> String {
        encode(&Header::new(Algorithm::HS256), claims, &issuer.encoding).unwrap()
    }

    #[test]
    fn a_token_is_accepted_again_after_the_issuer_was_opened_again() {
        let directory = tempfile::tempdir().unwrap();
        let token = Issuer::open(directory.path()).unwrap().token(&authorizer(), "alice", &["a/b", "c"]).unwrap();
        let claims = Issuer::open(directory.path()).unwrap().claims(&authorizer(), &token).unwrap();
        assert_eq!(claims["sub"], "alice");
        assert_eq!(scopes(&claims), ["a/b", "c"]);
    }

    #[test]
    fn another_key_issuer_audience_or_time_is_not_accepted() {
        let directory = tempfile::tempdir().unwrap();
        let issuer = Issuer::open(directory.path()).unwrap();
        let now = jiff::Timestamp::now().as_second();
        let good = json!({"iss": "https://issuer", "aud": ["x", "api"], "exp": now + 600});
        assert!(issuer.claims(&authorizer(), &signed(&issuer, &good)).is_some());
        for (claim, value) in [
            ("iss", json!("https://other")),
            ("aud", json!("other")),
            ("aud", json!(null)),
            ("exp", json!(now - 600)),
            ("exp", json!(null)),
            ("nbf", json!(now + 600)),
        ] {
            let mut claims = good.clone();
            claims[claim] = value;
            assert!(issuer.claims(&authorizer(), &signed(&issuer, &claims)).is_none(), "{claims}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let stranger = Issuer::open(elsewhere.path()).unwrap();
        assert!(issuer.claims(&authorizer(), &signed(&stranger, &good)).is_none());
        assert!(issuer.claims(&authorizer(), "rubbish").is_none());
    }
}
