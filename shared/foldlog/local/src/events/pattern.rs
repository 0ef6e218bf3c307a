//! Event patterns: exact values, `prefix`, `anything-but` and `exists`; other matchers are refused by name.

use serde_json::{Map, Value};

/// A pattern over a whole event: every field that it names must match.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern(Vec<(String, Field)>);

#[derive(Clone, Debug, PartialEq)]
enum Field {
    Nested(Pattern),
    AnyOf(Vec<Matcher>),
}

#[derive(Clone, Debug, PartialEq)]
enum Matcher {
    Exactly(Value),
    Prefix(String),
    AnythingBut(Vec<Value>),
    Exists(bool),
}

impl Pattern {
    /// Parses a pattern. The error names the matcher that is not supported.
    pub(super) fn read(pattern: &Map<String, Value>) -> Result<Self, String> {
        let field = |(name, value): (&String, &Value)| {
            if name.starts_with('$') {
                return Err(format!("the matcher {name} is not imitated on one machine"));
            }
            let field = match value {
                Value::Object(nested) => Field::Nested(Self::read(nested)?),
                Value::Array(matchers) if !matchers.is_empty() => {
                    Field::AnyOf(matchers.iter().map(Matcher::read).collect::<Result<_, _>>()?)
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    return Err(format!("{name}: a list of values or a nested pattern is expected"));
                }
            };
            Ok((name.clone(), field))
        };
        pattern.iter().map(field).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an event matches.
    pub(super) fn matches(&self, event: &Value) -> bool {
        self.0.iter().all(|(name, field)| {
            let value = event.get(name);
            match field {
                Field::Nested(pattern) => pattern.matches(value.unwrap_or(&Value::Null)),
                Field::AnyOf(matchers) => matchers.iter().any(|matcher| matcher.matches(value)),
            }
        })
    }
}

impl Matcher {
    fn read(matcher: &Value) -> Result<Self, String> {
        let Value::Object(named) = matcher else {
            return if matcher.is_array() {
                Err("lists cannot be nested".to_owned())
            } else {
                Ok(Self::Exactly(matcher.clone()))
            };
        };
        let entry = named.iter().next().filter(|_| named.len() == 1);
        match entry {
            Some((name, Value::String(prefix))) if name == "prefix" => Ok(Self::Prefix(prefix.clone())),
            Some((name, Value::Bool(exists))) if name == "exists" => Ok(Self::Exists(*exists)),
            Some((name, Value::Array(values))) if name == "anything-but" => Ok(Self::AnythingBut(values.clone())),
            Some((name, value)) if name == "anything-but" && !value.is_object() => {
                Ok(Self::AnythingBut(vec![value.clone()]))
            }
            Some((name, _)) => Err(format!("the matcher {name}, or this form of it, is not imitated on one machine")),
            None => Err("a matcher has one name".to_owned()),
        }
    }

    /// A list in the event matches if one of its items does.
    fn matches(&self, value: Option<&Value>) -> bool {
        if let Self::Exists(exists) = self {
            return value.is_some_and(|value| !value.is_object()) == *exists;
        }
        match value {
            None | Some(Value::Object(_)) => false,
            Some(Value::Array(items)) => items.iter().any(|item| self.matches_one(item)),
            Some(value) => self.matches_one(value),
        }
    }

    fn matches_one(&self, value: &Value) -> bool {
        match self {
            Self::Exactly(expected) => expected == value,
            Self::Prefix(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix)),
            Self::AnythingBut(others) => !others.contains(value),
            Self::Exists(exists) => *exists,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pattern(value: &Value) -> Result<Pattern, String> {
        Pattern::read(value.as_object().unwrap())
    }

    #[test]
    fn every_named_field_must_match_one_of_its_values() {
        let pattern = pattern(&json!({"source": ["a", "b"], "detail": {"kind": ["x"], "n": [1]}})).unwrap();
        assert!(pattern.matches(&json!({"source": "b", "detail": {"kind": ["w", "x"], "n": 1, "more": true}})));
        assert!(!pattern.matches(&json!({"source": "c", "detail": {"kind": "x", "n": 1}})));
        assert!(!pattern.matches(&json!({"source": "a", "detail": {"kind": "x"}})));
        assert!(!pattern.matches(&json!({"source": "a"})));
    }

    #[test]
    fn prefix_anything_but_and_exists() {
        let pattern = pattern(&json!({
            "source": [{"prefix": "library."}], "detail-type": [{"anything-but": ["Old"]}], "detail": {"at": [{"exists": false}]}
        }))
        .unwrap();
        assert!(pattern.matches(&json!({"source": "library.loan", "detail-type": "New", "detail": {}})));
        assert!(!pattern.matches(&json!({"source": "cart", "detail-type": "New", "detail": {}})));
        assert!(!pattern.matches(&json!({"source": "library.loan", "detail-type": "Old", "detail": {}})));
        assert!(
            !pattern.matches(&json!({"source": "library.loan", "detail": {}})),
            "an absent field is not 'anything'"
        );
        assert!(!pattern.matches(&json!({"source": "library.loan", "detail-type": "New", "detail": {"at": 1}})));
    }

    #[test]
    fn other_matchers_are_refused_by_name() {
        let refused = pattern(&json!({"detail": {"price": [{"numeric": [">", 5]}]}})).unwrap_err();
        assert!(refused.contains("numeric"), "{refused}");
        let refused = pattern(&json!({"$or": [{"source": ["a"]}]})).unwrap_err();
        assert!(refused.contains("$or"), "{refused}");
        assert!(pattern(&json!({"source": "a"})).is_err(), "a value outside a list is no pattern");
    }
}
