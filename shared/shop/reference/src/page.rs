//! The page for readers: one HTML file without scripts, made from the document alone.

use crate::examples::example;
use crate::kind::Kind;
use askama::Template;
use serde_json::{Map, Value};

/// The page that shows a document.
pub(crate) fn page(document: &Value) -> String {
    let none = Map::new();
    let named = document["components"]["schemas"].as_object().unwrap_or(&none);
    // Writing into a string cannot fail.
    Page::of(document, named).render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Page<'a> {
    title: &'a str,
    version: &'a str,
    about: Vec<&'a str>,
    groups: Vec<Group<'a>>,
    types: Vec<Type<'a>>,
}

struct Group<'a> {
    name: &'a str,
    about: &'a str,
    operations: Vec<Operation<'a>>,
}

struct Operation<'a> {
    id: &'a str,
    method: String,
    path: &'a str,
    summary: &'a str,
    about: &'a str,
    scopes: Vec<&'a str>,
    parameters: Vec<Field<'a>>,
    body: Option<Body>,
    answers: Vec<Answer<'a>>,
    /// The answers with a status of 400 and above.
    problems: Vec<Answer<'a>>,
}

/// A parameter of a route, or a field of a type.
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    /// Whether a parameter is in the path, the query or a header.
    place: &'a str,
    pub(crate) required: bool,
    pub(crate) kind: Kind,
    pub(crate) about: &'a str,
}

struct Body {
    required: bool,
    kind: Kind,
    example: String,
}

struct Answer<'a> {
    status: &'a str,
    about: &'a str,
    headers: Vec<&'a str>,
    body: Option<Body>,
    problems: Vec<&'a str>,
}

/// A type with its fields, on this page or on the one of the events.
pub(crate) struct Type<'a> {
    pub(crate) name: &'a str,
    pub(crate) about: &'a str,
    pub(crate) kind: Kind,
    pub(crate) fields: Vec<Field<'a>>,
}

impl<'a> Page<'a> {
    fn of(document: &'a Value, named: &'a Map<String, Value>) -> Self {
        let group = |tag: &'a Value| Group {
            name: text(&tag["name"]),
            about: text(&tag["description"]),
            operations: operations(document)
                .filter(|(_, _, operation)| operation["tags"][0] == tag["name"])
                .map(|(path, method, operation)| Operation::of(path, method, operation, named))
                .collect(),
        };
        Self {
            title: text(&document["info"]["title"]),
            version: text(&document["info"]["version"]),
            about: text(&document["info"]["description"]).split("\n\n").collect(),
            groups: list(&document["tags"]).map(group).collect(),
            types: Type::all(named),
        }
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        methods.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    })
}

impl<'a> Operation<'a> {
    fn of(path: &'a str, method: &str, operation: &'a Value, named: &Map<String, Value>) -> Self {
        let scopes = list(&operation["security"]).flat_map(|scheme| list(&scheme["token"]));
        let request = &operation["requestBody"];
        let schema = &request["content"]["application/json"]["schema"];
        let responses = operation["responses"].as_object().into_iter().flatten();
        let (answers, problems) = responses
            .map(|(status, response)| Answer::of(status, response, named))
            .partition(|answer| answer.status < "400");
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path,
            summary: text(&operation["summary"]),
            about: text(&operation["description"]),
            scopes: scopes.map(text).collect(),
            parameters: list(&operation["parameters"]).map(Field::of_parameter).collect(),
            body: request.is_object().then(|| Body::of(schema, request["required"] == true, named)),
            answers,
            problems,
        }
    }
}

impl Body {
    fn of(schema: &Value, required: bool, named: &Map<String, Value>) -> Self {
        let example = serde_json::to_string_pretty(&example(schema, named)).unwrap_or_default();
        Self { required, kind: Kind::of(schema), example }
    }
}

impl<'a> Answer<'a> {
    fn of(status: &'a str, response: &'a Value, named: &Map<String, Value>) -> Self {
        let schema = &response["content"]["application/json"]["schema"];
        let problem = &response["content"]["application/problem+json"]["schema"];
        let types = list(&problem["allOf"]).flat_map(|part| list(&part["properties"]["type"]["enum"]));
        Self {
            status,
            about: text(&response["description"]),
            headers: response["headers"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect(),
            body: schema.get("$ref").filter(|_| status < "400").map(|_| Body::of(schema, true, named)),
            problems: types.map(text).collect(),
        }
    }
}

impl<'a> Field<'a> {
    fn of_parameter(parameter: &'a Value) -> Self {
        Self {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            required: parameter["required"] == true,
            kind: Kind::of(&parameter["schema"]),
            about: text(&parameter["description"]),
        }
    }
}

impl<'a> Type<'a> {
    /// The types of these schemas, by name.
    pub(crate) fn all(named: &'a Map<String, Value>) -> Vec<Self> {
        named.iter().map(|(name, schema)| Self::of(name, schema)).collect()
    }

    pub(crate) fn of(name: &'a str, schema: &'a Value) -> Self {
        let required = |name: &str| list(&schema["required"]).any(|required| required == name);
        let fields = schema["properties"].as_object().into_iter().flatten().map(|(name, field)| Field {
            name,
            place: "",
            required: required(name),
            kind: Kind::of(field),
            about: text(&field["description"]),
        });
        Self { name, about: text(&schema["description"]), kind: Kind::of(schema), fields: fields.collect() }
    }
}

/// The pieces of a text, each with whether it is between backticks.
fn pieces(text: &str) -> impl Iterator<Item = (bool, &str)> {
    text.split('`').enumerate().map(|(place, piece)| (place % 2 == 1, piece))
}

/// The segments of a path. The page may break a line between two of them.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_has_a_place_for_each_route_and_each_type_that_it_refers_to() {
        let document = crate::document();
        let page = super::page(&document).replace("<wbr>", "");
        for route in crate::routes() {
            assert!(page.contains(&format!("<span class=\"path\">{}</span>", route.path)), "{}", route.path);
        }
        for link in page.split("href=\"#").skip(1) {
            let anchor = link.split('"').next().unwrap();
            assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
        }
        assert!(
            !page.contains("<script") && !page.contains("http:") && !page.contains("https:"),
            "it needs nothing else"
        );
    }
}
