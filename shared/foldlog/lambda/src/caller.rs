//! The caller: the claims of a token that the gateway, or its authorizer, has checked.

use aws_lambda_events::apigw::{ApiGatewayRequestAuthorizerJwtDescription, ApiGatewayV2httpRequestContext};
use foldlog::Actor;
use foldlog::json;
use foldlog::write::identity::subject_id;

/// The subject of a checked token. The gateway has checked that it has one of its route's scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    issuer: String,
    subject: String,
    scopes: Vec<String>,
}

impl Caller {
    /// The caller of a request, if its route requires a token. The claims come from the gateway's JWT authorizer, or in
    /// the same shape, `{claims, scopes}`, from the context of a Lambda authorizer.
    #[must_use]
    pub fn of(context: &ApiGatewayV2httpRequestContext) -> Option<Self> {
        let authorizer = context.authorizer.as_ref()?;
        match &authorizer.jwt {
            Some(token) => Self::with(token),
            None => Self::with(&json::read_value(authorizer.fields.clone().into_iter().collect()).ok()?),
        }
    }

    fn with(token: &ApiGatewayRequestAuthorizerJwtDescription) -> Option<Self> {
        let (issuer, subject) = (token.claims.get("iss")?.clone(), token.claims.get("sub")?.clone());
        Some(Self { issuer, subject, scopes: token.scopes.clone().unwrap_or_default() })
    }

    /// Whether the token has this scope. A handler asks it on a route that several scopes open.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|has| has == scope)
    }

    /// The id under which the caller's own data is stored: 32 hex digits, the same for the same issuer and subject.
    #[must_use]
    pub fn id(&self) -> String {
        subject_id(&self.issuer, &self.subject)
    }

    /// The caller as a commit's actor. A caller who has only these scopes acts under their id: the log keeps it for ever,
    /// so the subject, which a directory connects with a person, is not in it.
    #[must_use]
    pub fn actor(&self, pseudonymous: &[&str]) -> Actor {
        let named = self.scopes.iter().any(|scope| !pseudonymous.contains(&scope.as_str()));
        Actor(if named { self.subject.clone() } else { self.id() })
    }

    /// The subject of the token.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn caller(authorizer: &Value) -> Option<Caller> {
        let http = json!({ "method": "GET", "path": "/", "protocol": "", "sourceIp": "", "userAgent": "" });
        Caller::of(&serde_json::from_value(json!({ "authorizer": authorizer, "http": http })).unwrap())
    }

    #[test]
    fn a_lambda_authorizer_says_who_calls_as_the_gateway_s_own_does() {
        let token = json!({ "claims": { "iss": "https://issuer", "sub": "alice", "exp": "1" }, "scopes": ["api/a"] });
        let by_gateway = caller(&json!({ "jwt": token })).unwrap();
        assert_eq!(by_gateway.actor(&[]), Actor("alice".to_owned()));
        assert_eq!(by_gateway.actor(&["api/a"]), Actor(by_gateway.id()));
        assert_eq!(by_gateway.actor(&["api/b"]), Actor("alice".to_owned()));
        assert!(by_gateway.has_scope("api/a") && !by_gateway.has_scope("api/b"));
        assert_eq!(caller(&json!({ "lambda": token })), Some(by_gateway));
    }

    #[test]
    fn nobody_calls_without_issuer_and_subject_or_in_another_shape() {
        for context in [
            json!({}),
            json!({ "claims": { "sub": "alice" } }),
            json!({ "claims": { "iss": "https://issuer" } }),
            json!({ "claims": "alice" }),
            json!({ "iss": "https://issuer", "sub": "alice" }),
        ] {
            assert_eq!(caller(&json!({ "lambda": context })), None, "{context}");
            assert_eq!(caller(&json!({ "jwt": null, "lambda": context })), None, "{context}");
        }
        assert_eq!(caller(&Value::Null), None);
    }
}
