//! The template's parameters: their values, checked against their declarations.

use super::TemplateError;
use super::loose::scalar;
use regex_lite::Regex;
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
        let known = ["Type", "Default", "Description", "NoEcho", "AllowedValues", "AllowedPattern"];
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
        if let Some(pattern) = attributes.get("AllowedPattern") {
            let pattern = scalar(pattern, name)?;
            // CloudFormation compares the whole value.
            let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|error| wrong(name, error.to_string()))?;
            if !whole.is_match(&text) {
                let expected = attributes.get("ConstraintDescription").and_then(Value::as_str).unwrap_or(&pattern);
                return Err(wrong(name, format!("{} does not fit: {expected}", shown(attributes, &text))));
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
                return Err(wrong(name, format!("{} is outside {least} and {most}", shown(attributes, &text))));
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

/// A value in a message, which does not repeat a secret.
fn shown<'a>(attributes: &Map<String, Value>, text: &'a str) -> &'a str {
    if attributes.contains_key("NoEcho") { "it" } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(declared: &Value, given: &str) -> Result<Value, String> {
        let declared = Map::from_iter([("Issuer".to_owned(), declared.clone())]);
        let given = [("Issuer".to_owned(), given.to_owned())].into();
        parameters(&declared, &given).map(|mut values| values.remove("Issuer").unwrap()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_pattern_holds_for_the_whole_value() {
        let declared = json!({"Type": "String", "AllowedPattern": "https://\\S+|none"});
        assert_eq!(value(&declared, "https://a.example"), Ok("https://a.example".into()));
        assert_eq!(value(&declared, "none"), Ok("none".into()));
        for wrong in ["", "http://a.example", "https://a b", " https://a.example", "nonesuch"] {
            assert!(value(&declared, wrong).unwrap_err().contains("does not fit"), "{wrong}");
        }
        let secret = json!({
            "Type": "String", "NoEcho": true, "AllowedPattern": "[a-z]+", "ConstraintDescription": "small letters",
        });
        let refused = value(&secret, "S3CRET").unwrap_err();
        assert!(refused.contains("it does not fit: small letters") && !refused.contains("S3CRET"), "{refused}");
    }
}
