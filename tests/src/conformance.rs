//! Whether an answer conforms to the OpenAPI document: status, media type, headers and body.

use crate::answer::Answer;
use jsonschema::Validator;
use matchit::Router;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

static DOCUMENT: LazyLock<Value> = LazyLock::new(shop_reference::document);

/// The operations of each method, by their paths.
static OPERATIONS: LazyLock<HashMap<String, Router<&'static Value>>> = LazyLock::new(|| {
    let mut operations: HashMap<String, Router<&'static Value>> = HashMap::new();
    for (path, methods) in DOCUMENT["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let router = operations.entry(method.to_uppercase()).or_default();
            router.insert(path, operation).expect("a path of its own");
        }
    }
    operations
});

/// What checks bodies, by the text of their schemas.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Panics if the document has no such answer.
pub(crate) fn check(method: &Method, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    if path.starts_with("/_local") || *method == Method::OPTIONS {
        return;
    }
    let what = format!("{method} {path}: {} {}", answer.status, answer.body);
    let Some(found) = OPERATIONS.get(method.as_str()).and_then(|operations| operations.at(path).ok()) else {
        assert!(
            answer.status == 404 && answer.body["message"].is_string(),
            "no route, and not the gateway's 404: {what}"
        );
        return;
    };
    let response = &found.value["responses"][answer.status.as_str()];
    assert!(response.is_object(), "the document does not tell of this status: {what}");
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        let header = header["$ref"].as_str().and_then(|place| DOCUMENT.pointer(place.trim_start_matches('#')));
        let required = header.expect("a header that is told of")["required"] == true;
        assert!(!required || answer.headers.contains_key(name), "without its header {name}: {what}");
    }
    if response["content"].is_null() {
        assert!(answer.body.is_null(), "the document tells of no body here: {what}");
        return;
    }
    let media = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let content = &response["content"][media];
    assert!(content.is_object(), "the document does not tell of {media:?} here: {what}");
    if media.ends_with("json") {
        let wrong: Vec<_> =
            validator(&content["schema"]).iter_errors(&answer.body).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}: {what}");
    }
}

fn validator(schema: &Value) -> Arc<Validator> {
    let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = validators.entry(schema.to_string()).or_insert_with(|| {
        let whole = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
        Arc::new(jsonschema::validator_for(&whole).expect("a schema"))
    });
    Arc::clone(validator)
}
