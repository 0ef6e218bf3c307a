//! What was stored or sent is parsed in one place, whose errors quote no value.

use crate::{root, rust_files};
use std::fs;

/// Where the code of a deployed function is.
const FOLDERS: [&str; 11] = [
    "functions",
    "shared/foldlog/aws/src",
    "shared/foldlog/core/src",
    "shared/foldlog/dynamo/src",
    "shared/foldlog/eventbridge/src",
    "shared/foldlog/functions/src",
    "shared/foldlog/lambda/src",
    "shared/foldlog/transfer/src",
    "shared/shop/api/src",
    "shared/shop/domain/src",
    "shared/shop/payments/src",
];
/// What parses JSON.
const PARSERS: [&str; 6] = [
    "serde_json::from_str",
    "serde_json::from_slice",
    "serde_json::from_value",
    "serde_json::from_reader",
    "serde_json::Deserializer",
    "serde_path_to_error::",
];
/// The place, and what is no part of a function: the provider for one machine.
const APART: [&str; 3] =
    ["shared/foldlog/core/src/json.rs", "shared/shop/payments/src/server/", "shared/shop/payments/src/sandbox/"];

#[test]
fn no_other_module_than_json_parses_what_was_stored_or_sent() {
    let mut found = vec![];
    for path in FOLDERS.iter().flat_map(|folder| rust_files(&root().join(folder))) {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        if name.contains("/tests") || APART.iter().any(|apart| name.starts_with(apart)) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let parsers = PARSERS.iter().filter(|parser| code.contains(**parser));
        found.extend(parsers.map(|parser| format!("{name}: {parser}")));
    }
    assert!(found.is_empty(), "parse it with foldlog::json: {found:#?}");
}
