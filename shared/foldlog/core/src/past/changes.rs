//! The differences between two JSON values: each path, with the value on either side.

use serde_json::Value;

/// A path at which two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// A JSON pointer into both (RFC 6901).
    pub path: String,
    /// The value in the first one, if any.
    pub before: Option<Value>,
    /// The value in the second one, if any.
    pub after: Option<Value>,
}

/// The paths at which two values differ. If a value exists in one of them only, its path stands for all of it. Arrays
/// are compared element by element.
#[must_use]
pub fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare(String::new(), Some(before), Some(after), &mut found);
    found
}

fn compare(path: String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Change>) {
    match (before, after) {
        _ if before == after => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            for name in names {
                let step = name.replace('~', "~0").replace('/', "~1");
                compare(format!("{path}/{step}"), one.get(name), other.get(name), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for place in 0..one.len().max(other.len()) {
                compare(format!("{path}/{place}"), one.get(place), other.get(place), found);
            }
        }
        _ => found.push(Change { path, before: before.cloned(), after: after.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(before: &Value, after: &Value) -> Vec<(String, Value, Value)> {
        let or_absent = |value: Option<Value>| value.unwrap_or_else(|| json!("absent"));
        let changes = changes(before, after).into_iter();
        changes.map(|change| (change.path, or_absent(change.before), or_absent(change.after))).collect()
    }

    fn change(path: &str, before: Value, after: Value) -> (String, Value, Value) {
        (path.to_owned(), before, after)
    }

    #[test]
    fn each_place_is_named_with_what_stands_in_either() {
        let before = json!({ "lines": [{ "sku": "mug", "quantity": 1 }], "a/b~c": 1, "gone": {}, "same": [1] });
        let after = json!({ "lines": [{ "sku": "mug", "quantity": 2 }, 7], "a/b~c": null, "same": [1], "new": [] });
        let expected = [
            change("/a~1b~0c", json!(1), Value::Null),
            change("/gone", json!({}), json!("absent")),
            change("/lines/0/quantity", json!(1), json!(2)),
            change("/lines/1", json!("absent"), json!(7)),
            change("/new", json!("absent"), json!([])),
        ];
        let mut found = told(&before, &after);
        found.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(found, expected);
        assert_eq!(told(&before, &before), []);
    }

    #[test]
    fn values_of_other_kinds_differ_as_a_whole() {
        assert_eq!(
            told(&json!("Unopened"), &json!({ "Open": {} })),
            [change("", json!("Unopened"), json!({ "Open": {} }))]
        );
        assert_eq!(told(&json!([1]), &json!({ "0": 1 })), [change("", json!([1]), json!({ "0": 1 }))]);
    }
}
