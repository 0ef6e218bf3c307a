//! Intrinsic functions, parameters and conditions: declared values become the plain ones that a resource gets.

use super::identity::{ACCOUNT, Identity, PARTITION, REGION, STACK, URL_SUFFIX};
use super::loose::scalar;
use super::parameters::parameters;
use super::{Template, TemplateError};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Everything that a value may refer to.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    parameters: BTreeMap<String, Value>,
    mappings: Map<String, Value>,
    conditions: BTreeMap<String, bool>,
    identities: BTreeMap<String, Identity>,
}

/// The name and argument of an intrinsic function written in its long form.
pub(crate) fn intrinsic(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = map.iter().next().filter(|_| map.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

impl Scope {
    /// Parameters with their values, and the conditions that follow from them.
    pub(crate) fn new(template: &Template, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let parameters = parameters(&template.parameters, overrides)?;
        let mut scope = Self { parameters, mappings: template.mappings.clone(), ..Self::default() };
        for name in template.conditions.keys() {
            let holds = scope.declared_condition(&template.conditions, name, 0)?;
            scope.conditions.insert(name.clone(), holds);
        }
        Ok(scope)
    }

    /// Registers a resource for `!Ref` and `!GetAtt`.
    pub(crate) fn declare(&mut self, logical: String, identity: Identity) {
        self.identities.insert(logical, identity);
    }

    /// The identity of a resource.
    pub(crate) fn identity(&self, logical: &str) -> Option<&Identity> {
        self.identities.get(logical)
    }

    /// Whether a condition holds.
    pub(crate) fn condition(&self, name: &str, place: &str) -> Result<bool, TemplateError> {
        self.conditions.get(name).copied().ok_or_else(|| unknown(place, name))
    }

    /// All entries of a mapping, resolved; those that are `AWS::NoValue` are left out.
    pub(crate) fn entries(&self, map: &Map<String, Value>, place: &str) -> Result<Map<String, Value>, TemplateError> {
        let mut resolved = Map::new();
        for (key, value) in map {
            if let Some(value) = self.value(value, &format!("{place}.{key}"))? {
                resolved.insert(key.clone(), value);
            }
        }
        Ok(resolved)
    }

    /// A value, resolved; none for `AWS::NoValue`.
    pub(crate) fn value(&self, value: &Value, place: &str) -> Result<Option<Value>, TemplateError> {
        match value {
            Value::Object(map) => match intrinsic(map) {
                Some((name, argument)) => self.function(name, argument, place),
                None => Ok(Some(Value::Object(self.entries(map, place)?))),
            },
            Value::Array(items) => {
                let items = items.iter().map(|item| self.value(item, place)).collect::<Result<Vec<_>, _>>()?;
                Ok(Some(Value::Array(items.into_iter().flatten().collect())))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(Some(value.clone())),
        }
    }

    fn function(&self, name: &str, argument: &Value, place: &str) -> Result<Option<Value>, TemplateError> {
        let wrong = |reason: &str| TemplateError::value(place, format!("{name}: {reason}"));
        let text = |value: String| Ok(Some(Value::String(value)));
        match (name, argument) {
            ("Ref", Value::String(reference)) => self.reference(reference, place),
            ("Fn::GetAtt", Value::String(path)) => {
                let (logical, attribute) =
                    path.split_once('.').ok_or_else(|| wrong("Resource.Attribute is expected"))?;
                text(self.attribute(logical, attribute, place)?)
            }
            ("Fn::GetAtt", Value::Array(path)) => match path.as_slice() {
                [Value::String(logical), Value::String(attribute)] => text(self.attribute(logical, attribute, place)?),
                _ => Err(wrong("two texts are expected")),
            },
            ("Fn::Sub", Value::String(pattern)) => text(self.substitute(pattern, &Map::new(), place)?),
            ("Fn::Sub", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(pattern), Value::Object(own)] => {
                    text(self.substitute(pattern, &self.entries(own, place)?, place)?)
                }
                _ => Err(wrong("a text and a mapping are expected")),
            },
            ("Fn::If", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(condition), yes, no] => {
                    self.value(if self.condition(condition, place)? { yes } else { no }, place)
                }
                _ => Err(wrong("a condition and two values are expected")),
            },
            ("Fn::Join", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(separator), items] => text(self.texts(items, place)?.join(separator)),
                _ => Err(wrong("a separator and a list are expected")),
            },
            ("Fn::Split", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(separator), whole] if !separator.is_empty() => {
                    let whole = self.text(whole, place)?;
                    Ok(Some(whole.split(separator.as_str()).map(Value::from).collect()))
                }
                _ => Err(wrong("a separator and a text are expected")),
            },
            ("Fn::Select", Value::Array(parts)) => match parts.as_slice() {
                [index, items] => {
                    let index: usize = self.text(index, place)?.parse().map_err(|_| wrong("an index is expected"))?;
                    let items = self.texts(items, place)?;
                    text(items.get(index).cloned().ok_or_else(|| wrong("the index is past the end"))?)
                }
                _ => Err(wrong("an index and a list are expected")),
            },
            ("Fn::FindInMap", Value::Array(parts)) => match parts.as_slice() {
                [map, key, name] => Ok(Some(self.mapped([map, key, name], place)?.clone())),
                _ => Err(wrong("a mapping and two keys are expected")),
            },
            _ => Err(wrong("this intrinsic function, or this form of it, is not imitated on one machine")),
        }
    }

    fn reference(&self, name: &str, place: &str) -> Result<Option<Value>, TemplateError> {
        let pseudo = match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::Region" => Some(REGION),
            "AWS::AccountId" => Some(ACCOUNT),
            "AWS::Partition" => Some(PARTITION),
            "AWS::StackName" => Some(STACK),
            "AWS::URLSuffix" => Some(URL_SUFFIX),
            _ => None,
        };
        if let Some(pseudo) = pseudo {
            return Ok(Some(Value::from(pseudo)));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        let identity = self.identities.get(name).ok_or_else(|| unknown(place, name))?;
        Ok(Some(Value::String(identity.reference.clone())))
    }

    /// The value of a mapping under two keys.
    fn mapped(&self, [map, key, name]: [&Value; 3], place: &str) -> Result<&Value, TemplateError> {
        let (map, key, name) = (self.text(map, place)?, self.text(key, place)?, self.text(name, place)?);
        let found = self.mappings.get(&map).and_then(|map| map.get(&key)?.get(&name));
        found.ok_or_else(|| unknown(place, &format!("{map}.{key}.{name}")))
    }

    fn attribute(&self, logical: &str, attribute: &str, place: &str) -> Result<String, TemplateError> {
        let identity = self.identities.get(logical);
        let text = identity.and_then(|identity| identity.attributes.get(attribute));
        text.cloned().ok_or_else(|| unknown(place, &format!("{logical}.{attribute}")))
    }

    /// `${Name}`, `${Name.Attribute}`, `${OwnName}`, and `${!Literal}`.
    fn substitute(&self, pattern: &str, own: &Map<String, Value>, place: &str) -> Result<String, TemplateError> {
        let mut result = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) =
                after.split_once('}').ok_or_else(|| TemplateError::value(place, "Fn::Sub: a } is missing"))?;
            result.push_str(before);
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str("${");
                result.push_str(literal);
                result.push('}');
            } else if let Some(value) = own.get(name) {
                result.push_str(&scalar(value, place)?);
            } else if let Some((logical, attribute)) = name.split_once('.') {
                result.push_str(&self.attribute(logical, attribute, place)?);
            } else {
                let value = self.reference(name, place)?.unwrap_or_default();
                result.push_str(&scalar(&value, place)?);
            }
        }
        result.push_str(rest);
        Ok(result)
    }

    fn text(&self, value: &Value, place: &str) -> Result<String, TemplateError> {
        scalar(&self.value(value, place)?.unwrap_or_default(), place)
    }

    fn texts(&self, value: &Value, place: &str) -> Result<Vec<String>, TemplateError> {
        match self.value(value, place)? {
            Some(Value::Array(items)) => items.iter().map(|item| scalar(item, place)).collect(),
            _ => Err(TemplateError::value(place, "a list is expected")),
        }
    }

    fn declared_condition(
        &self,
        declared: &Map<String, Value>,
        name: &str,
        depth: usize,
    ) -> Result<bool, TemplateError> {
        let place = format!("Conditions.{name}");
        if depth > declared.len() {
            return Err(TemplateError::value(place, "the condition refers to itself"));
        }
        let expression = declared.get(name).ok_or_else(|| unknown(&place, name))?;
        self.holds(declared, expression, &place, depth)
    }

    fn holds(
        &self,
        declared: &Map<String, Value>,
        expression: &Value,
        place: &str,
        depth: usize,
    ) -> Result<bool, TemplateError> {
        let wrong = || TemplateError::value(place, "this form of a condition is not imitated on one machine");
        let (name, argument) =
            expression.as_object().and_then(|map| map.iter().next().filter(|_| map.len() == 1)).ok_or_else(wrong)?;
        let each = |items: &Vec<Value>| {
            items.iter().map(|item| self.holds(declared, item, place, depth)).collect::<Result<Vec<_>, _>>()
        };
        match (name.as_str(), argument) {
            ("Condition", Value::String(other)) => self.declared_condition(declared, other, depth + 1),
            ("Fn::Equals", Value::Array(sides)) => match sides.as_slice() {
                [left, right] => Ok(self.text(left, place)? == self.text(right, place)?),
                _ => Err(wrong()),
            },
            ("Fn::Not", Value::Array(items)) if items.len() == 1 => Ok(!each(items)?.contains(&true)),
            ("Fn::And", Value::Array(items)) => Ok(!each(items)?.contains(&false)),
            ("Fn::Or", Value::Array(items)) => Ok(each(items)?.contains(&true)),
            _ => Err(wrong()),
        }
    }
}

fn unknown(place: &str, reference: &str) -> TemplateError {
    TemplateError::Reference { place: place.to_owned(), reference: reference.to_owned() }
}
