//! The rules of a choice: comparisons of values at paths, joined by And, Or and Not.

use super::failure::Failure;
use super::paths::Path;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// A condition, and the next state if it holds.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct Rule {
    condition: Condition,
    /// The state.
    pub(super) next: String,
}

#[derive(Clone, Debug)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Path, Test),
}

#[derive(Clone, Debug)]
enum Test {
    Present(bool),
    Null(bool),
    Equals(Value),
    Number(&'static [Ordering], f64),
}

impl TryFrom<Value> for Rule {
    type Error = String;

    fn try_from(written: Value) -> Result<Self, String> {
        let Value::Object(mut fields) = written else { return Err("a rule is a mapping".to_owned()) };
        let Some(Value::String(next)) = fields.remove("Next") else { return Err("a rule needs a Next".to_owned()) };
        Ok(Self { condition: Condition::read(fields)?, next })
    }
}

impl Condition {
    fn read(mut fields: Map<String, Value>) -> Result<Self, String> {
        fields.remove("Comment");
        let variable = match fields.remove("Variable") {
            Some(Value::String(path)) => Some(Path::try_from(path)?),
            Some(other) => return Err(format!("Variable: {other} is no path")),
            None => None,
        };
        let mut fields = fields.into_iter();
        match (variable, fields.next(), fields.next()) {
            (Some(path), Some((name, value)), None) => Ok(Self::Test(path, Test::read(&name, &value)?)),
            (None, Some((name, Value::Array(all))), None) if name == "And" => Ok(Self::All(Self::list(all)?)),
            (None, Some((name, Value::Array(any))), None) if name == "Or" => Ok(Self::Any(Self::list(any)?)),
            (None, Some((name, Value::Object(not))), None) if name == "Not" => {
                Ok(Self::Not(Box::new(Self::read(not)?)))
            }
            (_, _, Some((name, _))) => Err(format!("{name}: a condition has one comparison")),
            (_, Some((name, _)), None) => Err(format!("{name}: And, Or, Not or a Variable is expected")),
            (_, None, None) => Err("a condition has one comparison".to_owned()),
        }
    }

    fn list(items: Vec<Value>) -> Result<Vec<Self>, String> {
        let read = |item| {
            if let Value::Object(fields) = item { Self::read(fields) } else { Err(format!("{item} is no condition")) }
        };
        items.into_iter().map(read).collect()
    }

    fn holds(&self, input: &Value, context: &Value) -> Result<bool, Failure> {
        match self {
            Self::Not(condition) => Ok(!condition.holds(input, context)?),
            Self::All(conditions) => Ok(!Self::one_is(false, conditions, input, context)?),
            Self::Any(conditions) => Self::one_is(true, conditions, input, context),
            Self::Test(path, Test::Present(present)) => Ok(path.find(input, context).is_some() == *present),
            Self::Test(path, test) => Ok(test.holds(path.get(input, context)?)),
        }
    }

    /// Whether one of the conditions holds, or does not hold. Those behind it are not looked at.
    fn one_is(wanted: bool, conditions: &[Self], input: &Value, context: &Value) -> Result<bool, Failure> {
        for condition in conditions {
            if condition.holds(input, context)? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Test {
    fn read(name: &str, value: &Value) -> Result<Self, String> {
        use Ordering::{Equal, Greater, Less};
        let wrong = || format!("{name}: {value} cannot be compared with");
        let flag = || value.as_bool().ok_or_else(wrong);
        let number = |orderings| Ok(Self::Number(orderings, value.as_f64().ok_or_else(wrong)?));
        match name {
            "IsPresent" => Ok(Self::Present(flag()?)),
            "IsNull" => Ok(Self::Null(flag()?)),
            "BooleanEquals" => Ok(Self::Equals(flag()?.into())),
            "StringEquals" => Ok(Self::Equals(value.as_str().ok_or_else(wrong)?.into())),
            "NumericEquals" => number(&[Equal]),
            "NumericLessThan" => number(&[Less]),
            "NumericLessThanEquals" => number(&[Less, Equal]),
            "NumericGreaterThan" => number(&[Greater]),
            "NumericGreaterThanEquals" => number(&[Greater, Equal]),
            _ => Err(format!("the comparison {name} is not imitated on one machine")),
        }
    }

    /// A comparison does not hold for a value of another type.
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Present(present) => *present,
            Self::Null(null) => value.is_null() == *null,
            Self::Equals(other) => value == other,
            Self::Number(orderings, number) => value
                .as_f64()
                .and_then(|value| value.partial_cmp(number))
                .is_some_and(|ordering| orderings.contains(&ordering)),
        }
    }
}

/// The next state of the first rule that holds.
pub(super) fn chosen<'a>(rules: &'a [Rule], input: &Value, context: &Value) -> Result<Option<&'a str>, Failure> {
    for rule in rules {
        if rule.condition.holds(input, context)? {
            return Ok(Some(&rule.next));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn holds(condition: &Value, input: &Value) -> Result<bool, Failure> {
        let mut rule = condition.clone();
        rule["Next"] = json!("Next");
        let rules = [Rule::try_from(rule).unwrap()];
        chosen(&rules, input, &json!({})).map(|next| next.is_some())
    }

    #[test]
    fn comparisons_hold_for_values_of_their_type_alone() {
        for (test, yes, no) in [
            (json!({"BooleanEquals": true}), json!(true), json!("true")),
            (json!({"StringEquals": "a"}), json!("a"), json!("b")),
            (json!({"NumericEquals": 2}), json!(2.0), json!("2")),
            (json!({"NumericLessThan": 2}), json!(1), json!(2)),
            (json!({"NumericLessThanEquals": 2}), json!(2), json!(3)),
            (json!({"NumericGreaterThan": 2}), json!(2.5), json!(2)),
            (json!({"NumericGreaterThanEquals": 2}), json!(2), json!(1)),
            (json!({"IsNull": true}), json!(null), json!(0)),
            (json!({"IsPresent": true}), json!(null), json!(null)),
        ] {
            let mut condition = test.clone();
            condition["Variable"] = json!("$.x");
            assert!(holds(&condition, &json!({"x": yes})).unwrap(), "{test}");
            let absent = condition.get("IsPresent").is_some();
            let other = if absent { json!({}) } else { json!({"x": no}) };
            assert!(!holds(&condition, &other).unwrap(), "{test}");
        }
    }

    #[test]
    fn conditions_are_joined_and_the_rest_is_not_looked_at() {
        let present = |flag: bool| json!({"Variable": "$.x", "IsPresent": flag});
        let large = json!({"Variable": "$.x", "NumericGreaterThan": 5});
        let both = json!({"And": [present(true), large]});
        assert!(holds(&both, &json!({"x": 6})).unwrap());
        assert!(!holds(&both, &json!({})).unwrap(), "the comparison would fail");
        assert!(holds(&json!({"Or": [present(false), large]}), &json!({})).unwrap());
        assert!(holds(&json!({"Not": present(true)}), &json!({})).unwrap());
        assert_eq!(holds(&large, &json!({})).unwrap_err().error, "States.Runtime");
    }

    #[test]
    fn other_comparisons_are_refused_by_name() {
        for (rule, named) in [
            (json!({"Variable": "$.x", "StringMatches": "a*", "Next": "A"}), "StringMatches"),
            (json!({"Variable": "$.x", "BooleanEquals": "yes", "Next": "A"}), "BooleanEquals"),
            (json!({"Variable": "$.x", "BooleanEquals": true}), "Next"),
            (json!({"BooleanEquals": true, "Next": "A"}), "Variable"),
            (json!({"Variable": "$.x", "IsPresent": true, "IsNull": true, "Next": "A"}), "one comparison"),
            (json!({"And": [{"Variable": "$.x", "IsPresent": true, "Next": "B"}], "Next": "A"}), "Next"),
        ] {
            let refused = Rule::try_from(rule.clone()).unwrap_err();
            assert!(refused.contains(named), "{rule}: {refused}");
        }
    }
}
