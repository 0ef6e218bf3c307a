//! Intrinsic functions, parameters and conditions: declared values become the plain ones that a resource gets.

use super::identity::{ACCOUNT, Identity, PARTITION, REGION, STACK, STACK_ID, URL_SUFFIX};
use super::loose::{filled, scalar};
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
        for (name, rule) in &template.rules {
            scope.assert(rule, &format!("Rules.{name}"))?;
        }
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
        let parts = argument.as_array().map(Vec::as_slice);
        match (name, argument.as_str(), parts.unwrap_or_default()) {
            ("Ref", Some(reference), _) => self.reference(reference, place),
            ("Fn::GetAtt", Some(path), _) => {
                let (logical, attribute) =
                    path.split_once('.').ok_or_else(|| wrong("Resource.Attribute is expected"))?;
                text(self.attribute(logical, attribute, place)?)
            }
            ("Fn::GetAtt", _, [Value::String(logical), Value::String(attribute)]) => {
                text(self.attribute(logical, attribute, place)?)
            }
            ("Fn::Sub", Some(pattern), _) => text(self.substitute(pattern, &Map::new(), place)?),
            ("Fn::Sub", _, [Value::String(pattern), Value::Object(own)]) => {
                text(self.substitute(pattern, &self.entries(own, place)?, place)?)
            }
            ("Fn::If", _, [Value::String(condition), yes, no]) => {
                self.value(if self.condition(condition, place)? { yes } else { no }, place)
            }
            ("Fn::Join", _, [Value::String(separator), items]) => text(self.texts(items, place)?.join(separator)),
            ("Fn::Split", _, [Value::String(separator), whole]) if !separator.is_empty() => {
                let whole = self.text(whole, place)?;
                Ok(Some(whole.split(separator.as_str()).map(Value::from).collect()))
            }
            ("Fn::Select", _, [index, items]) => {
                let index: usize = self.text(index, place)?.parse().map_err(|_| wrong("an index is expected"))?;
                let items = self.texts(items, place)?;
                text(items.get(index).cloned().ok_or_else(|| wrong("the index is past the end"))?)
            }
            ("Fn::FindInMap", _, [map, key, name]) => Ok(Some(self.mapped([map, key, name], place)?.clone())),
            _ => Err(wrong(match name {
                "Fn::GetAtt" if parts.is_some() => "two texts are expected",
                "Fn::Sub" if parts.is_some() => "a text and a mapping are expected",
                "Fn::If" if parts.is_some() => "a condition and two values are expected",
                "Fn::Join" if parts.is_some() => "a separator and a list are expected",
                "Fn::Split" if parts.is_some() => "a separator and a text are expected",
                "Fn::Select" if parts.is_some() => "an index and a list are expected",
                "Fn::FindInMap" if parts.is_some() => "a mapping and two keys are expected",
                _ => "this intrinsic function, or this form of it, is not imitated on one machine",
            })),
        }
    }

    fn reference(&self, name: &str, place: &str) -> Result<Option<Value>, TemplateError> {
        let pseudo = match name {
            "AWS::NoValue" => return Ok(None),
            "AWS::Region" => Some(REGION),
            "AWS::AccountId" => Some(ACCOUNT),
            "AWS::Partition" => Some(PARTITION),
            "AWS::StackName" => Some(STACK),
            "AWS::StackId" => Some(STACK_ID),
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
        let unclosed = || TemplateError::value(place, "Fn::Sub: a } is missing");
        filled(pattern, unclosed, |name| {
            if let Some(literal) = name.strip_prefix('!') {
                Ok(format!("${{{literal}}}"))
            } else if let Some(value) = own.get(name) {
                scalar(value, place)
            } else if let Some((logical, attribute)) = name.split_once('.') {
                self.attribute(logical, attribute, place)
            } else {
                scalar(&self.reference(name, place)?.unwrap_or_default(), place)
            }
        })
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

    /// Refuses parameters that an assertion of a rule is against.
    fn assert(&self, rule: &Value, place: &str) -> Result<(), TemplateError> {
        let none = Map::new();
        let attributes = rule.as_object().unwrap_or(&none);
        if let Some(other) = attributes.keys().find(|key| !["RuleCondition", "Assertions"].contains(&key.as_str())) {
            return Err(TemplateError::Unknown { place: place.to_owned(), name: other.clone() });
        }
        let holds = |expression: &Value| self.holds(&none, expression, place, 0);
        if !attributes.get("RuleCondition").map_or(Ok(true), holds)? {
            return Ok(());
        }
        for assertion in attributes.get("Assertions").and_then(Value::as_array).into_iter().flatten() {
            if !holds(assertion.get("Assert").unwrap_or(&Value::Null))? {
                let reason = assertion.get("AssertDescription").and_then(Value::as_str).unwrap_or("it does not hold");
                return Err(TemplateError::value(place, reason));
            }
        }
        Ok(())
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
