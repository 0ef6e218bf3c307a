//! Admission: the token of a request against the template's authorizer and the scopes of the route.

use super::answer::GatewayError;
use super::api::Route;
use crate::issuer::{Authorizer, Issuer, IssuerError, scopes};
use serde_json::{Map, Value, json};

/// The tokens that requests need: signed and checked.
pub(crate) struct Tokens {
    /// The template's requirements for a token.
    pub(crate) authorizer: Option<Authorizer>,
    /// The issuer whose tokens are accepted.
    pub(crate) issuer: Issuer,
}

/// The part of an accepted token that a request carries.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    claims: Map<String, Value>,
    scopes: Vec<String>,
}

impl Tokens {
    /// The request header that carries the token, in lower case.
    pub(crate) fn header(&self) -> Option<&str> {
        self.authorizer.as_ref().map(|authorizer| &*authorizer.header)
    }

    /// A token for a subject with scopes. It is accepted unless the other claims say otherwise: each replaces the claim
    /// of its name, or removes it if it is null.
    pub(crate) fn sign(
        &self,
        subject: &str,
        scopes: &[&str],
        others: Map<String, Value>,
    ) -> Result<String, IssuerError> {
        let authorizer = self.authorizer.as_ref().ok_or(IssuerError::NoAuthorizer)?;
        let mut claims = authorizer.access(subject, scopes);
        claims.extend(others);
        claims.retain(|_, value| !value.is_null());
        self.issuer.sign(&claims)
    }

    /// The description of the issuer, whose keys are at this address: the answer of `/.well-known/openid-configuration`.
    /// The issuer has the name that the template gives it, wherever the host listens.
    pub(crate) fn discovery(&self, keys: &str) -> Option<Value> {
        let authorizer = self.authorizer.as_ref()?;
        Some(json!({
            "issuer": authorizer.issuer,
            "jwks_uri": keys,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }))
    }

    /// Checks a request with this header. If the route requires no token, no token is read.
    pub(crate) fn admit(&self, route: &Route, header: Option<&str>) -> Result<Option<Accepted>, GatewayError> {
        if !route.authorized {
            return Ok(None);
        }
        let authorizer = self.authorizer.as_ref().ok_or(GatewayError::NoToken)?;
        let header = header.ok_or(GatewayError::NoToken)?;
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => header,
        };
        let claims = self.issuer.claims(authorizer, token);
        let claims = claims.map_err(|reason| GatewayError::BadToken { scopes: route.scopes.clone(), reason })?;
        let scopes = scopes(&claims);
        if !route.scopes.is_empty() && !route.scopes.iter().any(|scope| scopes.contains(scope)) {
            return Err(GatewayError::Forbidden);
        }
        Ok(Some(Accepted { claims, scopes }))
    }
}

impl Accepted {
    /// The claims as API Gateway passes them to the function: `{claims, scopes}`.
    pub(crate) fn shown(&self, route: &Route) -> Value {
        let scopes = if route.scopes.is_empty() { Value::Null } else { json!(self.scopes) };
        json!({ "claims": self.texts(), "scopes": scopes })
    }

    /// API Gateway gives all claims as texts, lists as `[a b]`.
    fn texts(&self) -> Map<String, Value> {
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = |value: &Value| match value.as_array() {
            Some(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
            None => plain(value),
        };
        self.claims.iter().map(|(name, value)| (name.clone(), Value::String(text(value)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_texts() {
        let claims = json!({"sub": "a", "exp": 5, "aud": ["x", "y"]}).as_object().unwrap().clone();
        let texts = Accepted { claims, scopes: Vec::new() }.texts();
        assert_eq!(Value::Object(texts), json!({"sub": "a", "exp": "5", "aud": "[x y]"}));
    }
}
