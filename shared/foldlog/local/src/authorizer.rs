//! The template's JWT authorizer as a function, for gateways on one machine that support only Lambda authorizers.

use crate::error::HostError;
use crate::gateway::{Route, Tokens};
use crate::issuer::Issuer;
use crate::plan::Plan;
use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerSimpleResponse as Told;
use aws_lambda_events::apigw::ApiGatewayV2CustomAuthorizerV2Request as Asked;
use foldlog_lambda::{Error, Function};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Decides as the local host's own gateway does: by its issuer's key and the scopes of the template's routes. The
/// context of its answer holds the accepted token, in the shape that a JWT authorizer gives it.
pub struct JwtAuthorizer {
    tokens: Tokens,
    routes: BTreeMap<String, Route>,
}

impl JwtAuthorizer {
    /// The authorizer of a template, with the key that a host has in its directory.
    pub fn open(template: &str, parameters: &BTreeMap<String, String>, directory: &Path) -> Result<Self, HostError> {
        let api = Plan::read(template, parameters)?.api;
        let issuer = Issuer::open(directory)?;
        let routes = api.routes.into_iter().map(|route| (route.key(), route)).collect();
        Ok(Self { tokens: Tokens { authorizer: api.authorizer, issuer }, routes })
    }

    fn accepted(&self, asked: &Asked) -> Option<Value> {
        let route = self.routes.get(asked.route_key.as_ref()?)?;
        let header = asked.headers.get(self.tokens.header()?)?.to_str().ok();
        Some(self.tokens.admit(route, header).ok()??.shown(route))
    }
}

impl Function for JwtAuthorizer {
    type Event = Asked;
    type Answer = Told;

    async fn call(&self, asked: Asked) -> Result<Told, Error> {
        let accepted = self.accepted(&asked);
        let mut told = Told::default();
        told.is_authorized = accepted.is_some();
        told.context = accepted.unwrap_or_default();
        Ok(told)
    }
}
