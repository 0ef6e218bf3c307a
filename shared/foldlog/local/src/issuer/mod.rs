//! The local issuer of tokens. It signs with RSA keys of its own, publishes them as every issuer does, and shapes
//! access tokens as Cognito does, so that gateway and functions see what they see on AWS.

mod error;
mod keys;

pub use error::IssuerError;
pub(crate) use error::TokenError;

use crate::lock::lock;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use keys::Key;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// How long a token is valid. A token of Cognito is valid for a day at most.
const LIFETIME_SECONDS: i64 = 12 * 60 * 60;

/// Signs and checks tokens.
pub(crate) struct Issuer {
    directory: PathBuf,
    /// The newest first.
    keys: Mutex<Vec<Key>>,
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
    /// The issuer with the keys in a directory. It makes a key if there is none.
    pub(crate) fn open(directory: &Path) -> Result<Self, IssuerError> {
        Ok(Self { directory: directory.to_owned(), keys: Mutex::new(keys::open(directory)?) })
    }

    /// The issuer of a host whose directory is thrown away.
    pub(crate) fn open_temporary(directory: &Path) -> Result<Self, IssuerError> {
        Ok(Self { directory: directory.to_owned(), keys: Mutex::new(keys::open_temporary(directory)?) })
    }

    /// Signs with a new key from now on. Tokens of the key before it are still accepted, older ones are not.
    pub(crate) fn rotate(&self) -> Result<(), IssuerError> {
        let mut keys = lock(&self.keys);
        *keys = keys::rotate(&self.directory, &keys)?;
        Ok(())
    }

    /// The public keys: the answer of `/.well-known/jwks.json`.
    pub(crate) fn published(&self) -> Value {
        json!({ "keys": lock(&self.keys).iter().map(|key| &key.public).collect::<Vec<_>>() })
    }

    /// A token with these claims, whatever they are.
    pub(crate) fn sign(&self, claims: &Map<String, Value>) -> Result<String, IssuerError> {
        let keys = lock(&self.keys);
        let newest = keys.first().ok_or(IssuerError::Generation)?;
        let header = Header { kid: Some(newest.id.clone()), ..Header::new(Algorithm::RS256) };
        Ok(encode(&header, claims, &newest.encoding)?)
    }

    /// The claims of a token that the authorizer accepts.
    ///
    /// The checks are those of an HTTP API. (Developer guide of API Gateway, "Control access to HTTP APIs with JWT
    /// authorizers": "Validate claims".)
    pub(crate) fn claims(&self, authorizer: &Authorizer, token: &str) -> Result<Map<String, Value>, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Malformed)?;
        if header.alg != Algorithm::RS256 {
            return Err(TokenError::Algorithm);
        }
        let named = |key: &&Key| Some(&key.id) == header.kid.as_ref();
        let key = lock(&self.keys).iter().find(named).map(|key| key.decoding.clone()).ok_or(TokenError::UnknownKey)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&authorizer.issuer]);
        validation.set_required_spec_claims(&["exp", "iss"]);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.validate_aud = false;
        let claims = decode::<Map<String, Value>>(token, &key, &validation).map_err(refused)?.claims;
        let now = jiff::Timestamp::now().as_second();
        if claims.get("iat").is_some_and(|at| at.as_i64().is_none_or(|at| at > now)) {
            return Err(TokenError::NotYet);
        }
        // An access token of Cognito has no `aud`.
        let audience = claims.get("aud").or_else(|| claims.get("client_id")).ok_or(TokenError::Audience)?;
        let accepted = |one: &Value| one.as_str().is_some_and(|one| authorizer.audience.iter().any(|all| all == one));
        let accepts = audience.as_array().map_or_else(|| accepted(audience), |several| several.iter().any(accepted));
        accepts.then_some(claims).ok_or(TokenError::Audience)
    }
}

impl Authorizer {
    /// The claims of an access token as Cognito gives them to a user who has just signed in.
    pub(crate) fn access(&self, subject: &str, scopes: &[&str]) -> Map<String, Value> {
        let now = jiff::Timestamp::now().as_second();
        let id = || uuid::Uuid::new_v4().to_string();
        let claims = json!({
            "sub": subject,
            "iss": self.issuer,
            "client_id": self.audience.first(),
            "origin_jti": id(),
            "token_use": "access",
            "scope": scopes.join(" "),
            "auth_time": now,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": id(),
            "username": subject,
        });
        if let Value::Object(claims) = claims { claims } else { Map::new() }
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

#[expect(clippy::wildcard_enum_match_arm, reason = "the library's errors grow; what is unknown is malformed")]
fn refused(error: jsonwebtoken::errors::Error) -> TokenError {
    match error.into_kind() {
        ErrorKind::ExpiredSignature => TokenError::Expired,
        ErrorKind::ImmatureSignature => TokenError::NotYet,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidAlgorithm => TokenError::Algorithm,
        _ => TokenError::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TokenError::{Audience, Expired, Issuer as OtherIssuer, Malformed, NotYet, Signature, UnknownKey};

    fn authorizer() -> Authorizer {
        Authorizer {
            issuer: "https://issuer".to_owned(),
            audience: vec!["api".to_owned()],
            header: "authorization".to_owned(),
        }
    }

    fn opened(directory: &tempfile::TempDir) -> Issuer {
        Issuer::open(directory.path()).unwrap()
    }

    fn token(issuer: &Issuer) -> String {
        issuer.sign(&authorizer().access("alice", &["a/b", "c"])).unwrap()
    }

    #[test]
    fn a_token_is_accepted_again_after_the_issuer_was_opened_again() {
        let directory = tempfile::tempdir().unwrap();
        let token = token(&opened(&directory));
        let claims = opened(&directory).claims(&authorizer(), &token).unwrap();
        assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("alice"), &json!("api")));
        assert_eq!((&claims["token_use"], claims.get("aud")), (&json!("access"), None));
        assert_eq!(scopes(&claims), ["a/b", "c"]);
    }

    #[test]
    fn each_claim_that_is_wrong_has_its_reason() {
        let directory = tempfile::tempdir().unwrap();
        let issuer = opened(&directory);
        let now = jiff::Timestamp::now().as_second();
        let good = authorizer().access("alice", &["a/b"]);
        let with = |claim: &str, value: Value| {
            let mut claims = good.clone();
            claims.insert(claim.to_owned(), value);
            issuer.claims(&authorizer(), &issuer.sign(&claims).unwrap()).map(|_| ())
        };
        assert_eq!(with("aud", json!(["x", "api"])), Ok(()));
        for (claim, value, reason) in [
            ("iss", json!("https://other"), OtherIssuer),
            ("aud", json!("other"), Audience),
            ("aud", json!(null), Audience),
            ("client_id", json!("other"), Audience),
            ("exp", json!(now - 1), Expired),
            ("exp", json!(null), Malformed),
            ("nbf", json!(now + 600), NotYet),
            ("iat", json!(now + 600), NotYet),
            ("iat", json!("soon"), NotYet),
        ] {
            assert_eq!(with(claim, value.clone()), Err(reason), "{claim}: {value}");
        }
    }

    #[test]
    fn another_key_or_algorithm_is_not_accepted() {
        let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (issuer, stranger) = (opened(&directory), opened(&elsewhere));
        let refused = |token: &str| issuer.claims(&authorizer(), token).unwrap_err();
        assert_eq!(refused(&token(&stranger)), UnknownKey);
        assert_eq!(refused("rubbish"), Malformed);
        let good = token(&issuer);
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let (_, other) = token(&stranger).rsplit_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert_eq!(refused(&format!("{signed}.{other}")), Signature);
        assert_eq!(refused(&format!("{header}.{}.{signature}", &claims[..claims.len() - 4])), Signature);
        // {"alg":"none"} and {"alg":"HS256"}
        assert_eq!(refused(&format!("eyJhbGciOiJub25lIn0.{claims}.")), Malformed);
        assert_eq!(refused(&format!("eyJhbGciOiJIUzI1NiJ9.{claims}.{signature}")), TokenError::Algorithm);
    }

    #[test]
    fn a_token_outlives_one_rotation_of_keys_and_not_two() {
        let directory = tempfile::tempdir().unwrap();
        let issuer = opened(&directory);
        let first = token(&issuer);
        issuer.rotate().unwrap();
        let second = token(&issuer);
        let accepts = |token: &str| opened(&directory).claims(&authorizer(), token).is_ok();
        assert!(accepts(&first) && accepts(&second));
        issuer.rotate().unwrap();
        assert_eq!(issuer.claims(&authorizer(), &first), Err(UnknownKey));
        assert!(!accepts(&first) && accepts(&second) && accepts(&token(&issuer)));
        assert_eq!(issuer.published()["keys"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn temporary_directories_share_a_key() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let token = token(&Issuer::open_temporary(one.path()).unwrap());
        assert!(Issuer::open_temporary(two.path()).unwrap().claims(&authorizer(), &token).is_ok());
    }
}
