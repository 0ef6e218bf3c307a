//! The HTTP API of a stack: its authorizer, and its routes to functions.

use super::deployed::{Stack, items, text, texts};
use super::finding::{Finding, RESTORE, missing, or_good};
use crate::failure::Failure;
use foldlog_local::inventory::{Function, HttpApi, HttpRoute};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the API has, by id; routes by key.
struct There {
    routes: BTreeMap<String, Value>,
    integrations: BTreeMap<String, Value>,
    authorizers: BTreeMap<String, Value>,
}

/// Compares the routes and the authorizer of an API.
pub(super) async fn examine(stack: &Stack<'_>, api: &HttpApi, functions: &[Function]) -> Result<Vec<Finding>, Failure> {
    // A resource that the stack does not have is a finding already.
    let Some(id) = stack.physical(&api.logical) else { return Ok(Vec::new()) };
    let list = async |operation: &str, key: &str| {
        let answer = stack.aws.find(&["apigatewayv2", operation, "--api-id", id]).await?;
        let items = answer.iter().flat_map(|answer| items(answer, "Items"));
        Ok::<BTreeMap<_, _>, Failure>(items.map(|item| (text(item, key).to_owned(), item.clone())).collect())
    };
    let there = There {
        routes: list("get-routes", "RouteKey").await?,
        integrations: list("get-integrations", "IntegrationId").await?,
        authorizers: list("get-authorizers", "AuthorizerId").await?,
    };
    let mut findings = vec![authorizer(stack, api, &there)];
    let mut bad = Vec::new();
    for route in &api.routes {
        let alias =
            functions.iter().find(|function| function.logical == route.function).and_then(|f| f.alias.as_deref());
        let detail = match there.routes.get(&route.key) {
            Some(found) => difference(stack, route, alias, found, &there),
            None => Some(missing()),
        };
        bad.extend(detail.map(|detail| Finding::bad(format!("route {}", route.key), detail)));
    }
    let expected: BTreeSet<_> = api.routes.iter().map(|route| &route.key).collect();
    let others = there.routes.keys().filter(|key| !expected.contains(key));
    bad.extend(others.map(|key| Finding::bad(format!("route {key}"), format!("the template has none; {RESTORE}"))));
    findings.extend(or_good("routes", [api.routes.len(); 2], bad));
    Ok(findings)
}

/// The authorizer accepts the tokens that the template says.
fn authorizer(stack: &Stack<'_>, api: &HttpApi, there: &There) -> Finding {
    let Some((issuer, audience)) = &api.authorizer else { return Finding::good("authorizer", "none is needed") };
    let jwt = |authorizer: &Value| authorizer["JwtConfiguration"].clone();
    let (issuer, audience): (_, BTreeSet<_>) = match &api.users {
        // The ids of the stack's own pool and clients are those that AWS gave them.
        Some((pool, clients)) => (
            format!(
                "https://cognito-idp.{}.amazonaws.com/{}",
                region(stack, pool),
                stack.physical(pool).unwrap_or(pool)
            ),
            clients.iter().filter_map(|client| stack.physical(client)).collect(),
        ),
        None => (issuer.clone(), audience.iter().map(String::as_str).collect()),
    };
    let fits = |jwt: &Value| text(jwt, "Issuer") == issuer && texts(jwt, "Audience") == audience;
    if there.authorizers.values().map(jwt).any(|jwt| fits(&jwt)) {
        return Finding::good("authorizer", format!("accepts tokens of {issuer}"));
    }
    Finding::bad(
        "authorizer",
        match there.authorizers.values().next().map(jwt) {
            Some(jwt) => {
                format!("it accepts tokens of {} for {:?}; {RESTORE}", text(&jwt, "Issuer"), texts(&jwt, "Audience"))
            }
            None => format!(
                "there is none: the gateway found no issuer at {issuer} when it was deployed. Give JwtIssuer the address \
             of an OpenID issuer, and deploy again"
            ),
        },
    )
}

/// The region of a user pool. Its id begins with it.
fn region<'a>(stack: &'a Stack<'_>, pool: &str) -> &'a str {
    stack.physical(pool).and_then(|id| id.split_once('_')).map_or("", |(region, _)| region)
}

/// How a route differs; none if it does not.
fn difference(
    stack: &Stack<'_>,
    route: &HttpRoute,
    alias: Option<&str>,
    found: &Value,
    there: &There,
) -> Option<String> {
    let authorized =
        text(found, "AuthorizationType") == "JWT" && there.authorizers.contains_key(text(found, "AuthorizerId"));
    if authorized != route.authorized {
        let (is, should) = if authorized { ("a token", "none") } else { ("no token", "one") };
        return Some(format!("it takes {is} and should take {should}; {RESTORE}"));
    }
    let scopes: BTreeSet<_> = route.scopes.iter().map(String::as_str).collect();
    let found_scopes = texts(found, "AuthorizationScopes");
    if found_scopes != scopes {
        return Some(format!("it takes the scopes {found_scopes:?} and not {scopes:?}; {RESTORE}"));
    }
    let integration = text(found, "Target").strip_prefix("integrations/").and_then(|id| there.integrations.get(id));
    let uri = integration.map(|integration| text(integration, "IntegrationUri")).unwrap_or_default();
    let to_alias = alias.is_none_or(|alias| uri.split([':', '/']).any(|part| part == alias));
    let fits = stack.is_of(uri, &route.function) && to_alias;
    (!fits).then(|| {
        let alias = alias.map(|alias| format!(", alias {alias}")).unwrap_or_default();
        let uri = if uri.is_empty() { "nothing" } else { uri };
        format!("it leads to {uri} and not to {}{alias}; {RESTORE}", route.function)
    })
}
