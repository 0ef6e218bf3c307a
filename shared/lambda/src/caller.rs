//! Who calls: the claims of a token that the gateway has checked.

use aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use eventsourcing::Actor;
use eventsourcing::identity::subject_id;

/// The subject of a checked token. The gateway has checked that it has one of its route's scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    issuer: String,
    subject: String,
    scopes: Vec<String>,
}

impl Caller {
    /// The caller of a request, if its route asks for a token.
    #[must_use]
    pub fn of(context: &ApiGatewayV2httpRequestContext) -> Option<Self> {
        let token = context.authorizer.as_ref()?.jwt.as_ref()?;
        let (issuer, subject) = (token.claims.get("iss")?.clone(), token.claims.get("sub")?.clone());
        Some(Self { issuer, subject, scopes: token.scopes.clone().unwrap_or_default() })
    }

    /// Whether the token has this scope: what a route that several may call lets each of them do.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|has| has == scope)
    }

    /// The id under which the caller's own things are kept: 32 hex digits, the same for the same issuer and subject.
    #[must_use]
    pub fn id(&self) -> String {
        subject_id(&self.issuer, &self.subject)
    }

    /// The caller as a commit's actor.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor(self.subject.clone())
    }
}
