//! The OpenAPI 3.1 document.

use crate::answer::{Answer, Content, Header, meaning};
use crate::examples::example;
use crate::problem::{GatewayMessage, Problem, ProblemDocument};
use crate::route::Route;
use crate::routes::groups;
use crate::schemas::Schemas;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};
use shop_api::PROBLEM_NAMESPACE;
use std::collections::{BTreeMap, BTreeSet};
use strum::VariantArray;

/// The name of the security scheme in the document.
const TOKEN: &str = "token";
/// The statuses with which the gateway can answer on any route.
const GATEWAYS_OWN: [u16; 3] = [429, 500, 503];

/// The OpenAPI 3.1 document of all routes.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let (mut paths, mut tags) = (Map::new(), vec![]);
    for group in groups() {
        tags.push(json!({ "name": group.name, "description": group.about }));
        for route in &group.routes {
            let operation = operation(route, group.name, &mut schemas);
            let path = paths.entry(route.path).or_insert_with(|| json!({}));
            path[route.method.to_lowercase()] = operation;
        }
    }
    let headers: BTreeMap<&str, _> = Header::VARIANTS.iter().map(|header| (header.into(), header.document())).collect();
    let named = schemas.named();
    illustrate(&mut paths, &named);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The shop",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": named,
            "headers": headers,
            "securitySchemes": { TOKEN: {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "A token of the shop's issuer. Its `scope` says which routes it opens.",
            } },
        },
    })
}

const ABOUT: &str = "An online shop as event-sourced functions.

Money is `{\"amount\": 1299, \"currency\": \"EUR\"}`, in whole minor units. The shop refuses a body with unknown fields.

Send an `Idempotency-Key` with a command. If you repeat the request with the same key and the same body, the shop carries \
it out once and answers as it did the first time. With `If-Match`, the shop carries out the command only on the version \
that you name.

If a function refuses a request or fails, it answers with a problem (RFC 9457) that has a stable `type`. The gateway \
answers some requests itself, with `{\"message\": \"…\"}`: 401 without a valid token, 403 without the scope, 404 for an \
unknown route, and 413 and 429.";

fn operation(route: &Route, group: &str, schemas: &mut Schemas) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [group],
        "parameters": parameters(route, schemas),
        "responses": responses(route, schemas),
    });
    if !route.about.is_empty() {
        operation["description"] = route.about.into();
    }
    if !route.scopes.is_empty() {
        operation["security"] = route.scopes.iter().map(|scope| json!({ TOKEN: [scope] })).collect();
    }
    if let Some(body) = &route.body {
        let schema = schemas.taken(body.schema);
        operation["requestBody"] =
            json!({ "required": body.required, "content": { "application/json": { "schema": schema } } });
    }
    operation
}

/// Adds an example to each body and to each required parameter.
fn illustrate(paths: &mut Map<String, Value>, named: &Map<String, Value>) {
    let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(|methods| methods.values_mut());
    for operation in operations {
        let parameters = operation["parameters"].as_array_mut().into_iter().flatten();
        for parameter in parameters.filter(|parameter| parameter["required"] == true) {
            parameter["example"] = example(&parameter["schema"], named);
        }
        if let Some(body) = operation.pointer_mut("/requestBody/content/application~1json") {
            body["example"] = example(&body["schema"], named);
        }
    }
}

/// An id such as `postCartsItems`.
fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '.', '_']).map(|segment| segment.trim_matches(['{', '}']));
    let capitalised = words.filter(|word| !word.is_empty()).map(|word| word[..1].to_uppercase() + &word[1..]);
    route.method.to_lowercase() + &capitalised.collect::<String>()
}

fn parameters(route: &Route, schemas: &mut Schemas) -> Vec<Value> {
    let in_path = route.path_parameters().map(|name| {
        let schema = schemas.in_path(route.path, name).unwrap_or_else(|| json!({ "type": "string" }));
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    });
    let mut parameters: Vec<_> = in_path.collect();
    parameters.extend(route.query.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": parameter.about,
            "schema": schemas.taken(parameter.schema),
        })
    }));
    let mut header = |name: &str, (pattern, example): (&str, &str), about: &str| {
        let schema = json!({ "type": "string", "pattern": pattern });
        parameters
            .push(json!({ "name": name, "in": "header", "description": about, "schema": schema, "example": example }));
    };
    if route.command.is_some() {
        let about = "The version that the resource must have, as written in its ETag.";
        header("If-Match", ("^\"(0|[1-9][0-9]{0,17})\"$", "\"3\""), about);
    }
    if route.command.is_some() || route.recorded {
        let about =
            "A name of your choice for this request, with or without quotes. It is unique for you and this route.";
        header("Idempotency-Key", ("^[!#-~]{1,200}$", "order-7"), about);
    }
    if route.answers.iter().any(|answer| answer.status == 304) {
        let about = "The tag of the document that you have. If it is still the same, the answer is 304.";
        header("If-None-Match", (".*", "\"9f86d081\""), about);
    }
    let about = "Your id for this request. The shop returns it, and stores it with every event that follows. \
                 It takes one of its own instead of an id with other characters, and refuses one of 32 hex digits, as \
                 its own are.";
    header("X-Correlation-Id", ("^(?![0-9a-f]{32}$)", "from-alice"), about);
    parameters
}

fn responses(route: &Route, schemas: &mut Schemas) -> Value {
    let reads = route.method == "GET";
    let answers = route.answers.iter();
    let mut responses: Map<String, Value> =
        answers.map(|answer| (answer.status.to_string(), of_answer(answer, reads, schemas))).collect();
    let mut problems: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for Problem { status, name } in of_route(route) {
        problems.entry(status).or_default().insert(name);
    }
    let mut contents: BTreeMap<u16, Value> = BTreeMap::new();
    for (status, names) in problems {
        let problem = json!({ "schema": of_problem(status, &names, schemas) });
        contents.insert(status, json!({ "application/problem+json": problem }));
    }
    for status in of_gateway(route) {
        let message = schemas.answered(SchemaGenerator::subschema_for::<GatewayMessage>);
        contents.entry(status).or_default()["application/json"] = json!({ "schema": message });
    }
    for (status, content) in contents {
        let response = json!({ "description": meaning(status, reads), "content": content });
        responses.insert(status.to_string(), response);
    }
    responses.into()
}

fn of_answer(answer: &Answer, reads: bool, schemas: &mut Schemas) -> Value {
    let content = match answer.body {
        Content::Json(schema) => json!({ "application/json": { "schema": schemas.answered(schema) } }),
        Content::Text("application/json") => json!({ "application/json": { "schema": { "type": "object" } } }),
        Content::Text(kind) => json!({ kind: { "schema": { "type": "string" } } }),
        Content::Nothing => Value::Null,
    };
    let headers = answer.headers.iter().chain(&[Header::Correlation]).map(|header| {
        let component: &str = header.into();
        (header.name(), json!({ "$ref": format!("#/components/headers/{component}") }))
    });
    let headers: BTreeMap<_, _> = headers.collect();
    let mut response = json!({ "description": meaning(answer.status, reads), "headers": headers });
    if !content.is_null() {
        response["content"] = content;
    }
    response
}

fn of_problem(status: u16, names: &BTreeSet<&str>, schemas: &mut Schemas) -> Value {
    let types: Vec<_> = names.iter().map(|name| format!("{PROBLEM_NAMESPACE}{name}")).collect();
    // The schema for readers, because not every problem has all fields.
    let problem = schemas.taken(SchemaGenerator::subschema_for::<ProblemDocument>);
    json!({ "allOf": [problem, { "properties": { "type": { "enum": types }, "status": { "const": status } } }] })
}

/// All problems of a route: its own, and those of all routes of its kind.
fn of_route(route: &Route) -> impl Iterator<Item = Problem> {
    let in_path = route.path_parameters().next().map_or(&[][..], |_| Problem::OF_PATHS);
    let serves = |answer: &Answer| matches!(answer.body, Content::Text(_));
    let asks = !route.scopes.is_empty() || !route.query.is_empty() || route.path.contains('{');
    let stores = if asks && !route.answers.iter().any(serves) { Problem::OF_STORES } else { &[] };
    route.problems.iter().chain(in_path).chain(stores).chain(Problem::OF_ALL).copied()
}

/// The statuses with which the gateway itself can answer on a route.
fn of_gateway(route: &Route) -> impl Iterator<Item = u16> {
    let token = if route.scopes.is_empty() { &[][..] } else { &[401, 403] };
    let path = route.path_parameters().next().map(|_| 404);
    let body = route.command.is_some() || route.body.is_some();
    token.iter().copied().chain(path).chain(body.then_some(413)).chain(GATEWAYS_OWN)
}
