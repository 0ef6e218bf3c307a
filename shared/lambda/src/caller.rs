//! Who calls: the claims of a token that the gateway has checked.

use aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use eventsourcing::Actor;
use eventsourcing::identity::subject_id;

/// The subject of a checked token. Its scopes were checked against the route by the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    issuer: String,
    subject: String,
}

impl Caller {
    /// The caller of a request, if its route asks for a token.
    #[must_use]
    pub fn of(context: &ApiGatewayV2httpRequestContext) -> Option<Self> {
        let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
        Some(Self { issuer: claims.get("iss")?.clone(), subject: claims.get("sub")?.clone() })
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
