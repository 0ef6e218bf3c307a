//! Scalars as `CloudFormation` takes them: a number or flag may be written as a text, a list of one as its item.

use super::TemplateError;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A whole number, or a text that is one.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            text.parse().map(Some).map_err(|_| D::Error::custom(format!("{text} is no number")))
        }
        Some(value) => {
            value.as_i64().map(Some).ok_or_else(|| D::Error::custom(format!("{value} is not a whole number")))
        }
    }
}

/// A flag, or a text that is one.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(flag)),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| D::Error::custom(format!("{text} is no flag"))),
        Some(value) => Err(D::Error::custom(format!("{value} is no flag"))),
    }
}

/// A list of texts, or one text.
pub(crate) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other @ (Value::Null | Value::Array(_) | Value::Object(_)) => {
            Err(D::Error::custom(format!("{other} is not a text")))
        }
    };
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items.into_iter().map(text).collect(),
        Some(value) => Ok(vec![text(value)?]),
    }
}

/// A scalar as text, as `CloudFormation` joins and substitutes it.
pub(crate) fn scalar(value: &Value, place: &str) -> Result<String, TemplateError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(TemplateError::value(place, "a text is expected")),
    }
}
