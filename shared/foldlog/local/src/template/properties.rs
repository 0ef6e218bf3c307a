//! No property is silently ignored: each is imitated, warned about, or refused by name.

use super::known::{KNOWN, Known};
use super::{Resource, TemplateError};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// An event of a function or state machine: its path, its type and its properties.
type Event = (String, String, Map<String, Value>);
/// Property names without meaning, by type.
type Meaningless = BTreeMap<&'static str, BTreeSet<String>>;

/// Refuses unknown types and properties. Returns the properties without meaning on one machine, one line for each type.
pub(crate) fn check(resources: &[Resource]) -> Result<Vec<String>, TemplateError> {
    let mut found = Meaningless::new();
    for resource in resources {
        let known = known(&resource.kind)
            .ok_or_else(|| TemplateError::Kind { resource: resource.logical.clone(), kind: resource.kind.clone() })?;
        let mut properties = resource.properties.clone();
        let suffix = match resource.kind.as_str() {
            "AWS::Serverless::Function" => Some("event"),
            "AWS::Serverless::StateMachine" => Some("event of a state machine"),
            _ => None,
        };
        if let Some(suffix) = suffix {
            for (event, kind, properties) in events(&mut properties, resource, suffix)? {
                let known = self::known(&kind)
                    .ok_or_else(|| TemplateError::Kind { resource: event.clone(), kind: kind.clone() })?;
                check_one(&event, known, &Value::Object(properties), &mut found)?;
            }
        }
        check_one(&resource.logical, known, &Value::Object(properties), &mut found)?;
    }
    Ok(found.into_iter().map(|(kind, names)| line(kind, &names)).collect())
}

fn known(kind: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.kind == kind)
}

fn line(kind: &str, names: &BTreeSet<String>) -> String {
    if names.contains("") {
        return format!("{kind} has no meaning on one machine");
    }
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    format!("{kind}: without meaning on one machine: {}", names.join(", "))
}

/// Takes the properties of a resource's events out of its own. Each event is a type of its own, named with the suffix.
fn events(properties: &mut Map<String, Value>, resource: &Resource, suffix: &str) -> Result<Vec<Event>, TemplateError> {
    let mut found = Vec::new();
    let Some(Value::Object(events)) = properties.get_mut("Events") else { return Ok(found) };
    for (name, event) in events {
        let wrong = || resource.wrong(&format!("Events.{name}"), "an event needs a Type");
        let kind = event.get("Type").and_then(Value::as_str).ok_or_else(wrong)?;
        let kind = format!("{kind} {suffix}");
        let own = event.as_object_mut().and_then(|event| event.remove("Properties"));
        let own = if let Some(Value::Object(own)) = own { own } else { Map::new() };
        found.push((format!("{}.{name}", resource.logical), kind, own));
    }
    Ok(found)
}

fn check_one(
    resource: &str,
    known: &'static Known,
    properties: &Value,
    found: &mut Meaningless,
) -> Result<(), TemplateError> {
    let mut leaves = Vec::new();
    collect(properties, &mut Vec::new(), &mut leaves);
    for (path, empty) in leaves {
        let matches = |pattern: &&str| covers(pattern, &path, empty);
        if known.imitated.iter().any(matches) {
            continue;
        }
        let meaningless = known.meaningless.iter().find(|pattern| matches(pattern));
        let Some(pattern) = meaningless else {
            return Err(TemplateError::Property {
                resource: resource.to_owned(),
                kind: known.kind.to_owned(),
                property: path.join("."),
            });
        };
        let name = pattern.trim_end_matches("**").trim_end_matches('.');
        found.entry(known.kind).or_default().insert(name.to_owned());
    }
    Ok(())
}

/// The paths of all scalars and empty containers, without list positions. An empty container is marked.
fn collect<'a>(value: &'a Value, path: &mut Vec<&'a str>, leaves: &mut Vec<(Vec<String>, bool)>) {
    let mut leaf = |empty| leaves.push((path.iter().map(|&part| part.to_owned()).collect(), empty));
    match value {
        Value::Object(map) if map.is_empty() => leaf(true),
        Value::Array(items) if items.is_empty() => leaf(true),
        Value::Object(map) => {
            for (key, value) in map {
                path.push(key);
                collect(value, path, leaves);
                path.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, path, leaves)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => leaf(false),
    }
}

/// Whether a pattern covers a path. A pattern for the content of a container covers the empty container too.
fn covers(pattern: &str, path: &[String], empty: bool) -> bool {
    let mut parts = pattern.split('.');
    for name in path {
        match parts.next() {
            Some("**") => return true,
            Some(part) if part == "*" || part == name => {}
            _ => return false,
        }
    }
    match parts.next() {
        None | Some("**") => true,
        Some(_) => empty,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Stack;

    fn resolve(text: &str) -> Result<Stack, super::TemplateError> {
        Stack::resolve(text, &std::collections::BTreeMap::new())
    }

    #[test]
    fn what_has_no_meaning_is_warned_about_one_line_a_type() {
        let stack = resolve(
            "Resources:
  A: {Type: AWS::SQS::Queue, Properties: {SqsManagedSseEnabled: true, Tags: [{Key: k, Value: v}]}}
  B: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: 60, Tags: []}}
  L: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 3}}
",
        )
        .unwrap();
        assert_eq!(
            stack.warnings,
            [
                "AWS::Logs::LogGroup has no meaning on one machine",
                "AWS::SQS::Queue: without meaning on one machine: MessageRetentionPeriod, SqsManagedSseEnabled, Tags",
            ]
        );
    }

    #[test]
    fn an_unknown_property_is_refused_with_its_path() {
        let refused = resolve("Resources: {Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {other: 1}}}}");
        assert_eq!(
            refused.unwrap_err().to_string(),
            "Q (AWS::SQS::Queue): the property RedrivePolicy.other is not imitated on one machine"
        );
    }

    #[test]
    fn an_unknown_type_and_an_unknown_event_are_refused() {
        let refused = resolve("Resources: {T: {Type: AWS::SNS::Topic}}").unwrap_err().to_string();
        assert_eq!(refused, "T is of type AWS::SNS::Topic, which is not imitated on one machine");
        let refused = resolve(
            "Resources: {F: {Type: AWS::Serverless::Function, Properties: {Events: {E: {Type: S3, Properties: {}}}}}}",
        );
        assert_eq!(refused.unwrap_err().to_string(), "F.E is of type S3 event, which is not imitated on one machine");
    }

    #[test]
    fn a_property_of_an_event_is_checked_by_the_events_type() {
        let refused = resolve(
            "Resources: {F: {Type: AWS::Serverless::Function, Properties: {Events: {E: {Type: SQS, Properties: {FilterCriteria: {Filters: []}}}}}}}",
        );
        assert_eq!(
            refused.unwrap_err().to_string(),
            "F.E (SQS event): the property FilterCriteria.Filters is not imitated on one machine"
        );
    }
}
