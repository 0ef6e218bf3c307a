//! The HTTP API that a template declares: its authorizer, its CORS settings, and the routes of functions' events.

use super::cors::Cors;
use crate::functions::Declared;
use crate::issuer::Authorizer;
use crate::template::{Stack, TemplateError, loose};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The longest that the gateway waits for a function.
const LONGEST_INTEGRATION: Duration = Duration::from_secs(29);

/// The HTTP API of the template.
#[derive(Debug, Default)]
pub(crate) struct Api {
    /// The API's id.
    pub(crate) id: String,
    /// Its JWT authorizer.
    pub(crate) authorizer: Option<Authorizer>,
    /// Its CORS settings.
    pub(crate) cors: Option<Cors>,
    /// All routes.
    pub(crate) routes: Vec<Route>,
}

/// A route to a function.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The method in upper case, or `ANY`.
    pub(crate) method: String,
    /// The path with its variables, such as `/carts/{id}`.
    pub(crate) path: String,
    /// The function's binary.
    pub(crate) binary: String,
    /// Whether it requires a token.
    pub(crate) authorized: bool,
    /// The scopes of which the token must have one. An empty list requires none.
    pub(crate) scopes: Vec<String>,
    /// How long the gateway waits for the function.
    pub(crate) timeout: Duration,
}

impl Route {
    /// The key under which API Gateway knows the route.
    pub(crate) fn key(&self) -> String {
        if self.path == "$default" { self.path.clone() } else { format!("{} {}", self.method, self.path) }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    stage_name: Option<String>,
    #[serde(default)]
    auth: Auth,
    cors_configuration: Option<Cors>,
    #[serde(default)]
    route_settings: BTreeMap<String, RouteSettings>,
}

/// The limits of a route. Nothing is throttled on one machine.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RouteSettings {
    #[serde(default, deserialize_with = "loose::number")]
    throttling_burst_limit: Option<i64>,
    #[serde(default, deserialize_with = "loose::number")]
    throttling_rate_limit: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Auth {
    default_authorizer: Option<String>,
    #[serde(default)]
    authorizers: BTreeMap<String, WrittenAuthorizer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WrittenAuthorizer {
    identity_source: Option<String>,
    #[serde(default, deserialize_with = "loose::texts")]
    authorization_scopes: Vec<String>,
    jwt_configuration: Jwt,
}

#[derive(Clone, Deserialize)]
struct Jwt {
    issuer: String,
    #[serde(deserialize_with = "loose::texts")]
    audience: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    api_id: Option<String>,
    path: String,
    method: String,
    #[serde(default)]
    auth: EventAuth,
    payload_format_version: Option<String>,
    #[serde(default, deserialize_with = "loose::number")]
    timeout_in_millis: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EventAuth {
    authorizer: Option<String>,
    authorization_scopes: Option<Vec<String>>,
}

impl Api {
    /// Reads the API of a template. There is at most one.
    pub(crate) fn declared(stack: &Stack, functions: &[Declared]) -> Result<Self, TemplateError> {
        let mut declared = stack.of_kind("AWS::Serverless::HttpApi");
        let Some(resource) = declared.next() else {
            let mut events =
                functions.iter().flat_map(|function| function.events.iter().map(move |event| (function, event)));
            return match events.find(|(_, (_, kind, _))| kind == "HttpApi") {
                Some((function, (name, ..))) => Err(function.wrong(name, "the template declares no HttpApi for it")),
                None => Ok(Self::default()),
            };
        };
        if let Some(second) = declared.next() {
            return Err(second.wrong("Type", "one HttpApi is imitated on one machine"));
        }
        let written: Written = resource.read()?;
        if written.stage_name.as_deref().is_some_and(|stage| stage != "$default") {
            return Err(resource.wrong("StageName", "only $default is imitated on one machine"));
        }
        let mut authorizers = written.auth.authorizers.iter();
        let authorizer = authorizers.next();
        if authorizers.next().is_some() {
            return Err(resource.wrong("Auth.Authorizers", "one authorizer is imitated on one machine"));
        }
        let accepted = authorizer.map(|(_, authorizer)| {
            let source = authorizer.identity_source.as_deref().unwrap_or("$request.header.Authorization");
            let header = source.strip_prefix("$request.header.").ok_or_else(|| {
                resource.wrong("Auth.Authorizers", format!("the identity source {source} is not imitated"))
            })?;
            let Jwt { issuer, audience } = authorizer.jwt_configuration.clone();
            Ok::<_, TemplateError>(Authorizer { issuer, audience, header: header.to_lowercase() })
        });
        let mut api = Self {
            id: resource.identity.reference.clone(),
            authorizer: accepted.transpose()?,
            cors: written.cors_configuration,
            routes: Vec::new(),
        };
        let default = written.auth.default_authorizer.as_deref();
        for function in functions {
            for (name, _, properties) in function.events.iter().filter(|(_, kind, _)| kind == "HttpApi") {
                let event: Event = crate::template::read(properties.clone(), name)?;
                let wrong = |reason: &str| Err(function.wrong(name, reason));
                if event.api_id.as_ref().is_some_and(|id| *id != api.id) {
                    return wrong("its ApiId is not the template's HttpApi");
                }
                if event.payload_format_version.as_deref().is_some_and(|version| version != "2.0") {
                    return wrong("only payload format 2.0 is imitated on one machine");
                }
                let chosen = event.auth.authorizer.as_deref().or(default).filter(|name| *name != "NONE");
                let chosen = match (chosen, authorizer) {
                    (None, _) => None,
                    (Some(chosen), Some((name, authorizer))) if chosen == name => Some(authorizer),
                    (Some(_), _) => return wrong("its authorizer is not one of the HttpApi's"),
                };
                let scopes = event.auth.authorization_scopes;
                let scopes = chosen.map(|chosen| scopes.unwrap_or_else(|| chosen.authorization_scopes.clone()));
                api.routes.push(Route {
                    method: method(&event.method),
                    path: event.path,
                    binary: function.binary.clone(),
                    authorized: chosen.is_some(),
                    scopes: scopes.unwrap_or_default(),
                    timeout: timeout(event.timeout_in_millis),
                });
            }
        }
        for (key, settings) in written.route_settings {
            let wrong = |reason: &str| Err(resource.wrong(&format!("RouteSettings.{key}"), reason));
            if !api.routes.iter().any(|route| route.key() == key) {
                return wrong("the HttpApi has no such route, so API Gateway fails");
            }
            if settings.throttling_burst_limit.is_none() || settings.throttling_rate_limit.is_none() {
                return wrong("they replace the default ones, so they need both limits");
            }
        }
        Ok(api)
    }
}

fn method(written: &str) -> String {
    let method = written.to_uppercase();
    if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" || method == "*" { "ANY".to_owned() } else { method }
}

fn timeout(milliseconds: Option<i64>) -> Duration {
    let declared = milliseconds.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
    declared.map_or(LONGEST_INTEGRATION, |declared| declared.min(LONGEST_INTEGRATION))
}
