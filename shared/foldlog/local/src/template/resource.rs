//! A resource of the template, with everything in it resolved.

use super::TemplateError;
use super::identity::Identity;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A resource that exists.
#[derive(Debug)]
pub(crate) struct Resource {
    /// Its logical id.
    pub(crate) logical: String,
    /// Its type.
    pub(crate) kind: String,
    /// Its identity for references from other resources.
    pub(crate) identity: Identity,
    /// Its properties, SAM's globals applied.
    pub(crate) properties: Map<String, Value>,
    /// How it is built.
    pub(crate) metadata: Value,
}

impl Resource {
    /// The properties, parsed as their type.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, TemplateError> {
        read(Value::Object(self.properties.clone()), &self.logical)
    }

    /// An error about one of the properties.
    pub(crate) fn wrong(&self, property: &str, reason: impl Into<String>) -> TemplateError {
        TemplateError::value(format!("{}.{property}", self.logical), reason)
    }
}

/// A resolved value, parsed as its type.
pub(crate) fn read<T: DeserializeOwned>(value: Value, place: &str) -> Result<T, TemplateError> {
    serde_json::from_value(value).map_err(|error| TemplateError::value(place, error.to_string()))
}
