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
    let text = |value: Value| text(&value).ok_or_else(|| D::Error::custom(format!("{value} is not a text")));
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items.into_iter().map(text).collect(),
        Some(value) => Ok(vec![text(value)?]),
    }
}

/// A scalar as text, as `CloudFormation` joins and substitutes it.
pub(crate) fn scalar(value: &Value, place: &str) -> Result<String, TemplateError> {
    text(value).ok_or_else(|| TemplateError::value(place, "a text is expected"))
}

/// The items of a list, or the one value that is written in place of a list of one.
pub(crate) fn each(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The text of a scalar.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text with the values of its placeholders `${Name}`, or the error for one that is not closed.
pub(crate) fn filled<E>(
    pattern: &str,
    unclosed: impl FnOnce() -> E,
    mut value: impl FnMut(&str) -> Result<String, E>,
) -> Result<String, E> {
    let mut result = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { return Err(unclosed()) };
        result.push_str(before);
        result.push_str(&value(name)?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}
