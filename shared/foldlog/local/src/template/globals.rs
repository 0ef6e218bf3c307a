//! SAM's `Globals`: defaults that a resource's own properties extend or replace.

use super::TemplateError;
use super::resolve::intrinsic;
use serde_json::{Map, Value};

/// The properties of a resource of the given type, over the template's defaults for it.
pub(crate) fn applied(
    globals: &Map<String, Value>,
    kind: &str,
    own: &Map<String, Value>,
) -> Result<Map<String, Value>, TemplateError> {
    if let Some(name) = globals.keys().find(|name| !matches!(name.as_str(), "Function" | "HttpApi")) {
        return Err(TemplateError::Unknown { place: "Globals".to_owned(), name: name.clone() });
    }
    let section = kind.strip_prefix("AWS::Serverless::").and_then(|section| globals.get(section));
    match section {
        Some(Value::Object(defaults)) => Ok(merged(defaults, own)),
        Some(_) => Err(TemplateError::value(format!("Globals {kind}"), "a mapping is expected")),
        None => Ok(own.clone()),
    }
}

/// Mappings are merged, lists joined (defaults first), anything else replaced.
fn merged(defaults: &Map<String, Value>, own: &Map<String, Value>) -> Map<String, Value> {
    let mut all = defaults.clone();
    for (key, value) in own {
        let value = match (all.remove(key), value) {
            (Some(Value::Object(default)), Value::Object(own))
                if intrinsic(&default).is_none() && intrinsic(own).is_none() =>
            {
                Value::Object(merged(&default, own))
            }
            (Some(Value::Array(mut default)), Value::Array(own)) => {
                default.extend(own.iter().cloned());
                Value::Array(default)
            }
            (_, own) => own.clone(),
        };
        all.insert(key.clone(), value);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn own_properties_extend_mappings_and_lists_and_replace_the_rest() {
        let globals = json!({"Function": {
            "Timeout": 3, "Layers": ["a"], "MemorySize": {"Ref": "M"}, "Environment": {"Variables": {"A": "1", "B": "2"}}
        }});
        let own = json!({
            "Timeout": 9, "Layers": ["b"], "MemorySize": {"Ref": "N"}, "Environment": {"Variables": {"B": "3"}}
        });
        let all = applied(globals.as_object().unwrap(), "AWS::Serverless::Function", own.as_object().unwrap()).unwrap();
        assert_eq!(
            Value::Object(all),
            json!({
                "Timeout": 9, "Layers": ["a", "b"], "MemorySize": {"Ref": "N"},
                "Environment": {"Variables": {"A": "1", "B": "3"}}
            })
        );
    }
}
