//! The SAM template as it is written: YAML with `CloudFormation`'s tags, converted to JSON with the long forms.

pub(crate) mod globals;
pub(crate) mod identity;
mod known;
pub(crate) mod loose;
mod parameters;
pub(crate) mod properties;
pub(crate) mod resolve;
mod resource;
mod stack;

pub(crate) use resource::{Resource, read};
pub(crate) use stack::Stack;

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Why a template cannot run on this machine.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not YAML, or not a template.
    #[error("the template cannot be read: {0}")]
    Unreadable(String),
    /// A section or attribute that is not imitated.
    #[error("{place}: {name} is not imitated on one machine")]
    Unknown {
        /// Its position.
        place: String,
        /// The section or attribute.
        name: String,
    },
    /// A reference to something that the template does not declare.
    #[error("{place}: {reference} refers to nothing in this template")]
    Reference {
        /// Resource and property.
        place: String,
        /// The target of the reference.
        reference: String,
    },
    /// A property, or an intrinsic function, with an invalid value.
    #[error("{place}: {reason}")]
    Value {
        /// Resource and property.
        place: String,
        /// The reason.
        reason: String,
    },
    /// A resource of a type that is not imitated.
    #[error("{resource} is of type {kind}, which is not imitated on one machine")]
    Kind {
        /// The resource's logical id.
        resource: String,
        /// Its type.
        kind: String,
    },
    /// A property that is neither imitated nor known to have no meaning here.
    #[error("{resource} ({kind}): the property {property} is not imitated on one machine")]
    Property {
        /// The resource's logical id.
        resource: String,
        /// Its type.
        kind: String,
        /// The property's path.
        property: String,
    },
    /// A parameter without a value, or with a value that it does not allow.
    #[error("parameter {name}: {reason}")]
    Parameter {
        /// The parameter.
        name: String,
        /// The reason.
        reason: String,
    },
}

impl TemplateError {
    /// The error for an invalid value.
    pub(crate) fn value(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Value { place: place.into(), reason: reason.into() }
    }
}

/// A template before anything in it is resolved.
#[derive(Debug)]
pub(crate) struct Template {
    /// Declared parameters.
    pub(crate) parameters: Map<String, Value>,
    /// Declared mappings.
    pub(crate) mappings: Map<String, Value>,
    /// What must hold before anything is created.
    pub(crate) rules: Map<String, Value>,
    /// Declared conditions.
    pub(crate) conditions: Map<String, Value>,
    /// SAM's defaults for all resources of a type.
    pub(crate) globals: Map<String, Value>,
    /// Resources by logical id.
    pub(crate) resources: BTreeMap<String, Declared>,
    /// Declared outputs.
    pub(crate) outputs: Map<String, Value>,
}

/// A resource as it is declared.
#[derive(Debug)]
pub(crate) struct Declared {
    /// Its type, such as `AWS::SQS::Queue`.
    pub(crate) kind: String,
    /// Its properties, unresolved.
    pub(crate) properties: Map<String, Value>,
    /// How it is built.
    pub(crate) metadata: Value,
    /// The condition under which it exists.
    pub(crate) condition: Option<String>,
    /// Attributes about the creation and deletion of the resource, which have no meaning on one machine.
    pub(crate) meaningless: Vec<&'static str>,
}

impl Template {
    /// Parses a template, and refuses unsupported sections.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let yaml: yaml_serde::Value =
            yaml_serde::from_str(text).map_err(|error| TemplateError::Unreadable(error.to_string()))?;
        let mut sections = object(long_form(yaml)?, "the template")?;
        let mut take = |name: &str| match sections.remove(name) {
            Some(section) => object(section, name),
            None => Ok(Map::new()),
        };
        let (parameters, mappings, conditions) = (take("Parameters")?, take("Mappings")?, take("Conditions")?);
        let rules = take("Rules")?;
        let (globals, resources, outputs) = (take("Globals")?, take("Resources")?, take("Outputs")?);
        for known in ["AWSTemplateFormatVersion", "Transform", "Description", "Metadata"] {
            sections.remove(known);
        }
        if let Some((name, _)) = sections.into_iter().next() {
            return Err(TemplateError::Unknown { place: "the template".to_owned(), name });
        }
        let resources = resources
            .into_iter()
            .map(|(id, resource)| Ok((id.clone(), Declared::parse(&id, resource)?)))
            .collect::<Result<_, TemplateError>>()?;
        Ok(Self { parameters, mappings, rules, conditions, globals, resources, outputs })
    }
}

impl Declared {
    fn parse(id: &str, resource: Value) -> Result<Self, TemplateError> {
        let mut attributes = object(resource, id)?;
        let Some(Value::String(kind)) = attributes.remove("Type") else {
            return Err(TemplateError::value(id, "a resource needs a Type"));
        };
        let properties = match attributes.remove("Properties") {
            Some(properties) => object(properties, id)?,
            None => Map::new(),
        };
        let metadata = attributes.remove("Metadata").unwrap_or_default();
        let condition = attributes.remove("Condition").and_then(|name| name.as_str().map(str::to_owned));
        let comes_and_goes = ["DependsOn", "DeletionPolicy", "UpdateReplacePolicy"];
        let meaningless = comes_and_goes.into_iter().filter(|name| attributes.remove(*name).is_some()).collect();
        if let Some((name, _)) = attributes.into_iter().next() {
            return Err(TemplateError::Unknown { place: id.to_owned(), name });
        }
        Ok(Self { kind, properties, metadata, condition, meaningless })
    }
}

fn object(value: Value, place: &str) -> Result<Map<String, Value>, TemplateError> {
    if let Value::Object(map) = value { Ok(map) } else { Err(TemplateError::value(place, "a mapping is expected")) }
}

/// YAML to JSON, `!Sub text` as `{"Fn::Sub": "text"}`.
fn long_form(value: yaml_serde::Value) -> Result<Value, TemplateError> {
    use yaml_serde::Value as Yaml;
    let unreadable = |error: &dyn std::fmt::Display| TemplateError::Unreadable(error.to_string());
    Ok(match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => serde_json::to_value(number).map_err(|error| unreadable(&error))?,
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(long_form).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                let key = match long_form(key)? {
                    Value::String(text) => text,
                    Value::Number(number) => number.to_string(),
                    other @ (Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                        return Err(unreadable(&format!("{other} cannot be a key")));
                    }
                };
                map.insert(key, long_form(value)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = match tag.trim_start_matches('!') {
                name @ ("Ref" | "Condition") => name.to_owned(),
                name => format!("Fn::{name}"),
            };
            Value::Object(Map::from_iter([(name, long_form(tagged.value)?)]))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_tags_become_long_forms() {
        let template = Template::parse(
            "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      A: !GetAtt X.Arn\n      B: !If [C, !Ref D, 1]\n",
        )
        .unwrap();
        let properties = Value::Object(template.resources["Q"].properties.clone());
        assert_eq!(properties, json!({"A": {"Fn::GetAtt": "X.Arn"}, "B": {"Fn::If": ["C", {"Ref": "D"}, 1]}}));
    }

    #[test]
    fn a_section_that_nothing_imitates_is_refused_by_name() {
        let refused = Template::parse("Hooks: {A: {Type: AWS::CodeDeploy::BlueGreen}}\nResources: {}\n").unwrap_err();
        assert!(refused.to_string().contains("Hooks"), "{refused}");
        let refused = Template::parse("Resources: {Q: {Type: AWS::SQS::Queue, CreationPolicy: {}}}\n").unwrap_err();
        assert!(refused.to_string().contains("Q: CreationPolicy"), "{refused}");
    }
}
