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

    /// A token that is accepted, for a subject with scopes.
    pub(crate) fn sign(&self, subject: &str, scopes: &[&str]) -> Result<String, IssuerError> {
        let authorizer = self.authorizer.as_ref().ok_or(IssuerError::NoAuthorizer)?;
        self.issuer.token(authorizer, subject, scopes)
    }

    /// A token of the issuer with other claims than those that are accepted.
    pub(crate) fn sign_with(&self, subject: &str, scopes: &[&str], others: &Value) -> Result<String, IssuerError> {
        let authorizer = self.authorizer.as_ref().ok_or(IssuerError::NoAuthorizer)?;
        self.issuer.token_with(authorizer, subject, scopes, others)
    }

    /// Checks a request with this header. If the route requires no token, no token is read.
    pub(crate) fn admit(&self, route: &Route, header: Option<&str>) -> Result<Option<Accepted>, GatewayError> {
        if !route.authorized {
            return Ok(None);
        }
        let authorizer = self.authorizer.as_ref().ok_or(GatewayError::Unauthorized)?;
        let header = header.ok_or(GatewayError::Unauthorized)?;
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => header,
        };
        let claims = self.issuer.claims(authorizer, token).ok_or(GatewayError::Unauthorized)?;
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
