//! The template's parameters: their values, checked against their declarations.

use super::TemplateError;
use super::loose::scalar;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The values of all declared parameters. Given values replace the defaults.
pub(super) fn parameters(
    declared: &Map<String, Value>,
    overrides: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    let wrong = |name: &str, reason: String| TemplateError::Parameter { name: name.to_owned(), reason };
    if let Some(name) = overrides.keys().find(|name| !declared.contains_key(*name)) {
        return Err(wrong(name, "the template does not declare it".to_owned()));
    }
    let mut values = BTreeMap::new();
    for (name, parameter) in declared {
        let known = ["Type", "Default", "Description", "NoEcho", "AllowedValues"];
        let more = ["ConstraintDescription", "MinValue", "MaxValue", "MinLength", "MaxLength"];
        let attributes = parameter.as_object().ok_or_else(|| wrong(name, "a mapping is expected".to_owned()))?;
        if let Some(other) =
            attributes.keys().find(|key| !known.contains(&key.as_str()) && !more.contains(&key.as_str()))
        {
            return Err(TemplateError::Unknown { place: format!("Parameters.{name}"), name: other.clone() });
        }
        let text = match (overrides.get(name), attributes.get("Default")) {
            (Some(text), _) => text.clone(),
            (None, Some(default)) => scalar(default, &format!("Parameters.{name}"))?,
            (None, None) => return Err(wrong(name, "it has no default and no value was given".to_owned())),
        };
        if let Some(allowed) = attributes.get("AllowedValues").and_then(Value::as_array) {
            let allowed = allowed.iter().map(|value| scalar(value, name)).collect::<Result<Vec<_>, _>>()?;
            if !allowed.contains(&text) {
                return Err(wrong(name, format!("{text} is not one of {}", allowed.join(", "))));
            }
        }
        let number = text.parse::<i64>().ok();
        let bound = |key: &str| attributes.get(key).and_then(|value| scalar(value, name).ok()?.parse::<i64>().ok());
        let length = i64::try_from(text.chars().count()).ok();
        for (least, most, size) in [("MinValue", "MaxValue", number), ("MinLength", "MaxLength", length)] {
            let outside = size.is_some_and(|size| {
                bound(least).is_some_and(|least| size < least) || bound(most).is_some_and(|most| size > most)
            });
            if outside {
                // The message does not repeat a secret.
                let shown = if attributes.contains_key("NoEcho") { "it" } else { &text };
                return Err(wrong(name, format!("{shown} is outside {least} and {most}")));
            }
        }
        let value = match attributes.get("Type").and_then(Value::as_str) {
            Some("String") => Value::String(text),
            Some("Number") if number.is_some() => Value::String(text),
            Some("Number") => return Err(wrong(name, format!("{text} is not a whole number"))),
            Some("CommaDelimitedList") => text.split(',').map(|item| Value::from(item.trim())).collect(),
            other => return Err(wrong(name, format!("the type {} is not imitated", other.unwrap_or("(none)")))),
        };
        values.insert(name.clone(), value);
    }
    Ok(values)
}
