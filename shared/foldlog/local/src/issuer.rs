//! The local issuer of tokens: it signs with a key of its own, kept beside the data, and checks what it signed.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;
use std::io::Write;
use std::path::Path;

/// Length of the signing key.
const KEY_BYTES: usize = 32;
/// How long a token is valid.
const LIFETIME_SECONDS: i64 = 12 * 60 * 60;
/// How far the clocks of issuer and checker may differ.
const LEEWAY_SECONDS: i64 = 60;
/// The header of every token: a key that only this issuer has needs no other algorithm than HMAC (RFC 7518, HS256).
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

/// Why no token can be signed.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The key cannot be read or kept.
    #[error("the signing key cannot be used: {0}")]
    Key(#[from] std::io::Error),
    /// There is no randomness to make a key of.
    #[error("no signing key can be made: {0}")]
    Randomness(String),
    /// The template has no authorizer that a token would be for.
    #[error("the template declares no JWT authorizer")]
    NoAuthorizer,
}

/// Signs and checks tokens.
pub(crate) struct Issuer(Hmac<Sha256>);

/// What the template's authorizer asks of a token.
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
    /// The issuer whose key is in a directory; a key is made where there is none.
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
        let keyed = Hmac::new_from_slice(&key).map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(Self(keyed))
    }

    /// A token for a subject with scopes.
    pub(crate) fn token(&self, authorizer: &Authorizer, subject: &str, scopes: &[&str]) -> String {
        let now = jiff::Timestamp::now().as_second();
        self.signed(&json!({
            "iss": authorizer.issuer,
            "aud": authorizer.audience.first(),
            "sub": subject,
            "scope": scopes.join(" "),
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": uuid::Uuid::new_v4().to_string(),
        }))
    }

    /// A token of these claims.
    fn signed(&self, claims: &Value) -> String {
        let signed = format!("{}.{}", BASE64.encode(HEADER), BASE64.encode(claims.to_string()));
        let signature = BASE64.encode(self.0.clone().chain_update(&signed).finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    /// The claims of a token that this issuer signed, whatever they say.
    fn verified(&self, token: &str) -> Option<Map<String, Value>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = BASE64.decode(signature).ok()?;
        self.0.clone().chain_update(signed).verify_slice(&signature).ok()?;
        let claims = signed.strip_prefix(&BASE64.encode(HEADER))?.strip_prefix('.')?;
        serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
    }

    /// The claims of a token that the authorizer accepts.
    pub(crate) fn claims(&self, authorizer: &Authorizer, token: &str) -> Option<Map<String, Value>> {
        let claims = self.verified(token)?;
        let now = jiff::Timestamp::now().as_second();
        let is_valid = claims.get("exp")?.as_i64()? + LEEWAY_SECONDS >= now
            && claims.get("nbf").is_none_or(|from| from.as_i64().is_some_and(|from| from - LEEWAY_SECONDS <= now))
            && claims.get("iss")?.as_str()? == authorizer.issuer;
        if !is_valid {
            return None;
        }
        // As on AWS, `client_id` stands in for an absent `aud`.
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
            audience: vec!["shop".to_owned()],
            header: "authorization".to_owned(),
        }
    }

    #[test]
    fn a_token_is_accepted_again_after_the_issuer_was_opened_again() {
        let directory = tempfile::tempdir().unwrap();
        let token = Issuer::open(directory.path()).unwrap().token(&authorizer(), "alice", &["a/b", "c"]);
        let claims = Issuer::open(directory.path()).unwrap().claims(&authorizer(), &token).unwrap();
        assert_eq!(claims["sub"], "alice");
        assert_eq!(scopes(&claims), ["a/b", "c"]);
    }

    #[test]
    fn another_key_issuer_audience_or_time_is_not_accepted() {
        let directory = tempfile::tempdir().unwrap();
        let issuer = Issuer::open(directory.path()).unwrap();
        let now = jiff::Timestamp::now().as_second();
        let good = json!({"iss": "https://issuer", "aud": ["x", "shop"], "exp": now + 600});
        assert!(issuer.claims(&authorizer(), &issuer.signed(&good)).is_some());
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
            assert!(issuer.claims(&authorizer(), &issuer.signed(&claims)).is_none(), "{claims}");
        }
        let elsewhere = tempfile::tempdir().unwrap();
        let stranger = Issuer::open(elsewhere.path()).unwrap();
        assert!(issuer.claims(&authorizer(), &stranger.signed(&good)).is_none());
        assert!(issuer.claims(&authorizer(), "rubbish").is_none());
    }

    /// The expected token was computed with Python's `hmac`.
    #[test]
    fn a_token_is_three_parts_of_which_the_last_signs_the_others() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("issuer.key"), [7; KEY_BYTES]).unwrap();
        let issuer = Issuer::open(directory.path()).unwrap();
        let token = issuer.signed(&json!({ "iss": "joe" }));
        assert_eq!(
            token,
            "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.o5zGVE6WfFrNxvWA89fEPnrNipT3aZGNHpJDCf41s_c"
        );
        assert!(issuer.verified(&token).is_some());
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
        let none = BASE64.encode(r#"{"alg":"none"}"#);
        for forged in
            [format!("{header}.{claims}."), format!("{none}.{claims}."), format!("{none}.{claims}.{signature}")]
        {
            assert_eq!(issuer.verified(&forged), None, "{forged}");
        }
    }
}
