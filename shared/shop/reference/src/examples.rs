//! Examples for schemas. The list has the examples for some names of types and fields; all others follow from the
//! schemas.

use serde_json::{Map, Value, json};

const ID: &str = "0195f1c2a4b67d8e9f0a1b2c3d4e5f60";
const MOMENT: &str = "2026-11-21T09:52:03.045Z";

/// The example for a schema of this name, or for a field of this name whose schema has no example. The names of schemas
/// begin with a capital.
fn of_name(name: &str) -> Option<Value> {
    Some(match name {
        "AccountId" | "AddressId" | "CardId" | "CartId" | "OrderId" | "Reference" | "ShipmentId"
        | "client_correlation" | "correlation" | "correlation_id" => ID.into(),
        "AddressLine" => "Hafenstrasse 3".into(),
        "CardBrand" => "Visa".into(),
        "CardToken" => "tok_ok".into(),
        "CardDigits" => "4242".into(),
        "Category" | "category" => "kitchen".into(),
        "City" => "Berlin".into(),
        "Country" => "DE".into(),
        "Day" | "day" | "from" | "to" => "2026-11-21".into(),
        "DeliveryNote" => "DN-2041".into(),
        "Description" | "description" => "Holds tea.".into(),
        "Email" => "ada@example.org".into(),
        "ManifestHash" => "0f".repeat(32).into(),
        "Name" | "SentName" | "name" => "Mug".into(),
        "NoteId" => "stock~g1~stock-berlin.mug".into(),
        "PersonName" => "Ada Lovelace".into(),
        "Place" | "field" => "document/state/on_hand".into(),
        "Postcode" => "10115".into(),
        "ProjectionName" | "view" => "stock".into(),
        "Quantity" => 2.into(),
        "Reason" => "counted twice".into(),
        "Sku" | "id" | "sku" => "mug".into(),
        "StreamName" | "object" | "stream" => format!("cart-{ID}").into(),
        "TrackingNumber" => "1Z-999".into(),
        "Version" => 3.into(),
        "WarehouseId" => "berlin".into(),
        "actor" => "customer:alice".into(),
        "after" => 999.into(),
        "amount" | "before" | "net" => 1_299.into(),
        "at" | "due_at" | "issued_at" | "moved_at" | "noticed_at" | "placed_at" | "since" => MOMENT.into(),
        "by" => "sku".into(),
        "causation" => format!("cart-{ID}@3").into(),
        "class" => "permanent".into(),
        "currency" => "EUR".into(),
        "data" => json!({ "sku": "mug" }),
        "error" => "unknown event type ItemGiftWrapped: this release is older than the one that wrote it".into(),
        "first" => "berlin.mug: document/state/on_hand is 11 where it is read, 10 where it is new".into(),
        "folded" | "summed" => "10".into(),
        "found" => "11".into(),
        "message" => "Unauthorized".into(),
        "new_digest" => "9f86d081884c7d65".into(),
        "next" => "/orders?limit=20&cursor=kZ3vXo0-Qm4".into(),
        "path" => "/listed/price/amount".into(),
        "phase" => "fill".into(),
        "read_digest" => "60303ae22b998861".into(),
        "reason" => "out of stock: no warehouse has enough of mug".into(),
        "row" => "sku/3/2026-11-21#mug".into(),
        "state" => "unopened".into(),
        "subscriber" => "cart/g1".into(),
        "trouble" => "its rows are of fold 1, and fold 2 waits for a rebuild and a flip".into(),
        "type" => "ItemAdded".into(),
        _ => return None,
    })
}

/// An example that matches a schema of the document.
pub(crate) fn example(schema: &Value, named: &Map<String, Value>) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(name_of) {
        return of_name(name).unwrap_or_else(|| named.get(name).map_or(Value::Null, |schema| example(schema, named)));
    }
    if let Some(fixed) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return fixed.clone();
    }
    let mut of_parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|parts| schema[parts].get(0));
    let part = of_parts.next().map_or(Value::Null, |part| example(part, named));
    match kind(schema) {
        Some("object") => object(schema, &part, named),
        Some("array") => json!([example(&schema["items"], named)]),
        Some("integer") => schema["minimum"].as_i64().unwrap_or_default().into(),
        Some("boolean") => true.into(),
        Some("string") => "text".into(),
        Some(_) | None => part,
    }
}

fn object(schema: &Value, part: &Value, named: &Map<String, Value>) -> Value {
    let of_schema = |name: &str, schema: &Value| {
        let given = of_name(name).filter(|_| schema.get("$ref").is_none() && schema.get("anyOf").is_none());
        let given =
            given.filter(|_| !matches!(kind(schema), Some("array" | "object")) && schema.get("const").is_none());
        let given = given.filter(|given| kind(schema) != Some("integer") || given.is_number());
        given.unwrap_or_else(|| example(schema, named))
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut object: Map<_, _> = properties.map(|(name, schema)| (name.clone(), of_schema(name, schema))).collect();
    object.extend(part.as_object().cloned().unwrap_or_default());
    object.into()
}

/// The type of a schema, apart from null; none if the schema has none.
pub(crate) fn kind(schema: &Value) -> Option<&str> {
    match &schema["type"] {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// The name at the end of a reference.
pub(crate) fn name_of(reference: &str) -> Option<&str> {
    ["#/components/schemas/", "#/$defs/"].into_iter().find_map(|place| reference.strip_prefix(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every schema that is referred to from an operation, with the place where it is.
    fn schemas(value: &Value, place: &str, found: &mut Vec<(String, Value)>) {
        let Some(object) = value.as_object() else { return };
        for (key, value) in object {
            let place = format!("{place}/{key}");
            if key == "schema" {
                found.push((place, value.clone()));
            } else {
                schemas(value, &place, found);
            }
        }
    }

    #[test]
    fn every_example_is_what_its_schema_asks_for() {
        let document = crate::document();
        let named = document["components"]["schemas"].as_object().unwrap();
        let mut found = vec![];
        schemas(&document["paths"], "", &mut found);
        assert!(found.len() > 100, "{} schemas", found.len());
        for (place, schema) in found.into_iter().filter(|(place, _)| !place.contains("problem+json")) {
            let example = example(&schema, named);
            let mut whole = schema.clone();
            whole["components"] = document["components"].clone();
            let validator = jsonschema::validator_for(&whole).unwrap();
            let wrong: Vec<_> = validator.iter_errors(&example).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{place}: {example}: {wrong:?}");
            let says_nothing = example.to_string().contains("\"text\"") && !place.contains("text/html");
            assert!(!says_nothing, "{place}: {example}");
        }
    }
}
