//! Admission: the token of a request against the template's authorizer and the scopes of the route.

use super::api::Route;
use crate::issuer::{Authorizer, Issuer, scopes};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The check of tokens.
pub(crate) struct Tokens {
    /// The template's requirements for a token.
    pub(crate) authorizer: Option<Authorizer>,
    /// The issuer whose tokens are accepted.
    pub(crate) issuer: Arc<Issuer>,
}

/// The part of an accepted token that a request carries.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    claims: Map<String, Value>,
    scopes: Vec<String>,
}

/// Why a request is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It has no accepted token.
    NoToken,
    /// Its token has none of the route's scopes.
    NoScope,
}

impl Tokens {
    /// The request header that carries the token, in lower case.
    pub(crate) fn header(&self) -> Option<&str> {
        self.authorizer.as_ref().map(|authorizer| &*authorizer.header)
    }

    /// Checks a request with this header. If the route requires no token, no token is read.
    pub(crate) fn admit(&self, route: &Route, header: Option<&str>) -> Result<Option<Accepted>, Refused> {
        if !route.authorized {
            return Ok(None);
        }
        let authorizer = self.authorizer.as_ref().ok_or(Refused::NoToken)?;
        let header = header.ok_or(Refused::NoToken)?;
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => header,
        };
        let claims = self.issuer.claims(authorizer, token).ok_or(Refused::NoToken)?;
        let scopes = scopes(&claims);
        if !route.scopes.is_empty() && !route.scopes.iter().any(|scope| scopes.contains(scope)) {
            return Err(Refused::NoScope);
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
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let items: Vec<_> =
                    items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect();
                format!("[{}]", items.join(" "))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
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
