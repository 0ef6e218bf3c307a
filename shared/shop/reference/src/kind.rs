//! A short description of a schema.

use crate::examples::{kind, name_of};
use serde_json::Value;

/// A few words, and the name of the type with which they end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) words: String,
    /// A type that the page describes.
    pub(crate) name: Option<String>,
}

impl Kind {
    pub(crate) fn of(schema: &Value) -> Self {
        if let Some(name) = schema["$ref"].as_str().and_then(name_of) {
            return Self { words: String::new(), name: Some(name.to_owned()) };
        }
        // A schema that allows null is described by its other alternative.
        if let Some([one, other]) = schema["anyOf"].as_array().map(Vec::as_slice) {
            return Self::of(if one["type"] == "null" { other } else { one });
        }
        if let Some(fixed) = schema.get("const") {
            return Self { words: quoted(fixed), name: None };
        }
        let values = schema["enum"].as_array().or_else(|| schema["oneOf"].as_array());
        if let Some(values) = values.filter(|_| kind(schema) != Some("object")) {
            let values = values.iter().filter(|value| !value.is_null());
            let words: Vec<_> = values.map(quoted).collect();
            return Self { words: words.join(" | "), name: None };
        }
        match kind(schema) {
            Some("array") => {
                let Self { words, name } = Self::of(&schema["items"]);
                Self { words: format!("list{} of {words}", range(schema, "Items")), name }
            }
            Some("string") => Self { words: string(schema), name: None },
            Some("integer") => Self { words: format!("integer{}", range(schema, "imum")), name: None },
            Some(kind) => Self { words: kind.to_owned(), name: None },
            None => Self { words: "anything".to_owned(), name: None },
        }
    }
}

fn string(schema: &Value) -> String {
    let format = schema["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default();
    // A long pattern is left out: the description of the type says it in words.
    let pattern = schema["pattern"].as_str().filter(|pattern| pattern.len() <= 40);
    let pattern = pattern.map(|pattern| format!(" {pattern}")).unwrap_or_default();
    format!("string{}{format}{pattern}", range(schema, "Length"))
}

fn range(schema: &Value, of: &str) -> String {
    let bound = |end: &str| schema[format!("{end}{of}")].as_i64();
    match (bound("min"), bound("max")) {
        (Some(least), Some(most)) if least == most => format!(" of {least}"),
        (Some(least), Some(most)) => format!(" {least}–{most}"),
        (Some(least), None) => format!(" ≥ {least}"),
        (None, Some(most)) => format!(" ≤ {most}"),
        (None, None) => String::new(),
    }
}

/// One of several values: the value itself, or an object with the one field that it has.
fn quoted(value: &Value) -> String {
    match value["properties"].as_object().and_then(|properties| properties.keys().next()) {
        Some(field) => format!("{{\"{field}\": …}}"),
        None => value.get("const").unwrap_or(value).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_schema_is_told_in_a_few_words() {
        let words = |schema: Value| Kind::of(&schema).words;
        assert_eq!(words(json!({ "type": "integer", "minimum": 1, "maximum": 100 })), "integer 1–100");
        assert_eq!(words(json!({ "type": "string", "maxLength": 32, "minLength": 32 })), "string of 32");
        assert_eq!(words(json!({ "type": ["string", "null"], "pattern": "^[a-z]+$" })), "string ^[a-z]+$");
        assert_eq!(words(json!({ "oneOf": [{ "const": "a" }, { "const": "b" }] })), r#""a" | "b""#);
        let fielded = json!({ "type": "object", "properties": { "sku": { "type": "string" } } });
        assert_eq!(words(json!({ "oneOf": [fielded, { "const": "b" }] })), r#"{"sku": …} | "b""#);
        assert_eq!(words(json!({ "anyOf": [{ "type": "boolean" }, { "type": "null" }] })), "boolean");
        assert_eq!(words(json!(true)), "anything");
        let list = Kind::of(&json!({ "type": "array", "items": { "$ref": "#/components/schemas/Line" } }));
        assert_eq!(list, Kind { words: "list of ".to_owned(), name: Some("Line".to_owned()) });
    }
}
