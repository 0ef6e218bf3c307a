//! The forms of requests to `DynamoDB`: what is asked, without the data. Of two requests of one form, an engine takes
//! both or none, so a form that ran on Amazon's own engine is one that it understands.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The fields that say nothing about what is asked: the data, and what a meter adds.
const LEFT_OUT: [&str; 5] = [
    "ClientRequestToken",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnConsumedCapacity",
    "TableName",
];

/// The form of a request. `role` says what a table is for, by its name.
///
/// ```
/// # use foldlog_testing::requests::form;
/// # use serde_json::json;
/// let request = json!({"TableName": "log-7", "Limit": 20, "KeyConditionExpression": "#a = :a", "ConsistentRead": true});
/// let form = form("Query", &request, |table| table.trim_end_matches("-7").to_owned());
/// assert_eq!(form, "Query log ConsistentRead=true KeyConditionExpression=#a = :a Limit");
/// ```
#[must_use]
pub fn form(operation: &str, request: &Value, role: impl Fn(&str) -> String) -> String {
    let fields = request.as_object().map(|fields| fields_of(fields, &role)).unwrap_or_default();
    [operation.to_owned()].into_iter().chain(fields).collect::<Vec<_>>().join(" ")
}

fn fields_of(fields: &Map<String, Value>, role: &dyn Fn(&str) -> String) -> Vec<String> {
    let table = fields.get("TableName").and_then(Value::as_str).map(role);
    let named: BTreeSet<&String> = fields.keys().filter(|name| !LEFT_OUT.contains(&name.as_str())).collect();
    table.into_iter().chain(named.into_iter().map(|name| field(name, &fields[name], role))).collect()
}

fn field(name: &str, value: &Value, role: &dyn Fn(&str) -> String) -> String {
    match (name, value) {
        (_, Value::String(text)) if name.ends_with("Expression") => format!("{name}={}", expression(text)),
        ("ReturnValues" | "ReturnValuesOnConditionCheckFailure" | "Select", Value::String(text)) => {
            format!("{name}={text}")
        }
        (_, Value::Bool(flag)) => format!("{name}={flag}"),
        ("TransactItems", Value::Array(items)) => {
            format!("[{}]", different(items.iter().flat_map(|item| kinds(item, role))).join("; "))
        }
        ("RequestItems", Value::Object(tables)) => {
            let of_table = |(table, asked): (&String, &Value)| {
                let writes = asked.as_array().map(|writes| different(writes.iter().flat_map(|one| kinds(one, role))));
                let reads = || asked.as_object().map(|keys| fields_of(keys, role));
                let asked = writes.or_else(reads).unwrap_or_default();
                format!("{} {}", role(table), asked.join(" "))
            };
            format!("[{}]", different(tables.iter().map(of_table)).join("; "))
        }
        _ => name.to_owned(),
    }
}

/// The parts of a transaction or a batch, each with what it asks.
fn kinds<'a>(item: &'a Value, role: &'a dyn Fn(&str) -> String) -> impl Iterator<Item = String> + 'a {
    let kinds = item.as_object().into_iter().flatten();
    kinds.map(|(kind, asked)| {
        let fields = asked.as_object().map(|fields| fields_of(fields, role)).unwrap_or_default();
        [kind.clone()].into_iter().chain(fields).collect::<Vec<_>>().join(" ")
    })
}

fn different(parts: impl Iterator<Item = String>) -> Vec<String> {
    parts.collect::<BTreeSet<_>>().into_iter().collect()
}

/// An expression in which a list of equal clauses, numbered, is as long as one.
fn expression(text: &str) -> String {
    let unnumbered = text.replace(|letter: char| letter.is_ascii_digit(), "N");
    let mut clauses: Vec<&str> = Vec::new();
    for clause in unnumbered.split(", ") {
        if !clauses.last().is_some_and(|last| last.ends_with(clause)) {
            clauses.push(clause);
        }
    }
    clauses.join(", ")
}
